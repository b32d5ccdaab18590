import { expect } from 'vitest'
import type { Received, RollupBucket, Sight, Summary, TelemetryStore } from '../../src/telemetry/telemetry-store.ts'
import { type Reading, type SeriesKey, seriesKeyText } from '../../src/telemetry/reading.ts'
import { aggregates, knownSeries, quantiles, type Questions, unknownSeries } from './store-arbitraries.ts'
import type { ExpectedRollup, StoreModel } from './store-model.ts'

const everySeries: readonly SeriesKey[] = [...knownSeries, unknownSeries]

/** The cursors of the batches so far, ascending. */
export type Cursors = readonly number[]

/** The batch that was received then. */
const batchOf = (cursors: Cursors, receivedAt: number): number | undefined => cursors.find((cursor) => cursor >= receivedAt)

/** A batch has its cursor, and a reading that it stored a time of receipt behind the cursor before and not behind its own. The model knows cursors only. */
const byBatch = (cursors: Cursors) => <T extends Reading | undefined>(reading: T): T => reading && { ...reading, receivedAt: batchOf(cursors, reading.receivedAt) }

/** Asks the store and the model the same, of every series: of now, and of what was there and known. */
export async function expectSameAnswers(store: TelemetryStore, cursors: Cursors, model: StoreModel, questions: Questions): Promise<void> {
  const { until, knownBatch, limit } = questions
  const inBatch = byBatch(cursors)
  const knownUntil = knownBatch === undefined ? undefined : cursors[knownBatch % cursors.length]
  await expectSameInSight(store, cursors, model, questions, {})
  if (until !== undefined || knownUntil !== undefined) await expectSameInSight(store, cursors, model, questions, { until, knownUntil })
  expect(inAnyBatchOrder((await everythingReceived(store, 0, limit)).map(inBatch))).toEqual(inAnyBatchOrder(model.received(0)))
  expect(inAnyBatchOrder((await everythingReceived(store, 0, limit, true)).map(inBatch))).toEqual(inAnyBatchOrder(model.received(0, true)))
}

async function expectSameInSight(store: TelemetryStore, cursors: Cursors, model: StoreModel, { before, buckets, pageSize, groups, aggregate, affine, alwaysKnown }: Questions, sight: Sight): Promise<void> {
  const inBatch = byBatch(cursors)
  expect((await store.latest(everySeries, sight)).map(inBatch)).toEqual(everySeries.map((key) => model.latest(key, sight)))
  expect((await store.latestBefore(everySeries, before, sight)).map(inBatch)).toEqual(everySeries.map((key) => model.latestBefore(key, before, sight)))
  expect(byKey((await store.series(sight)).map(({ key, latest }) => ({ key, latest: inBatch(latest) })))).toEqual(byKey(model.series(sight)))
  await expectSamePages(store, cursors, model, { ...buckets, pageSize, sight })
  const summaries = await store.summaries(everySeries, buckets, { quantiles, ...sight })
  expectSameSummaries(summaries.map((ofSeries) => ofSeries.map((summary) => ({ ...summary, received: batchOf(cursors, summary.received) ?? 0 }))), everySeries.map((key) => model.summaries(key, buckets, quantiles, sight)))
  for (const each of new Set([aggregate, ...aggregates.slice(0, 2)])) {
    expectSameRollup(await store.rollup(groups, buckets, each, sight), groups.map((group) => model.rollup(group, buckets, each, sight)))
    for (const more of [{ affine }, { affine, alwaysKnown }, { alwaysKnown }]) expectSameRollup(await store.rollup(groups, buckets, each, { ...sight, ...more }), groups.map((group) => model.rollup(group, buckets, each, { ...sight, ...more })))
  }
}

const byKey = <T extends { readonly key: SeriesKey }>(items: readonly T[]): readonly T[] => items.toSorted((left, right) => (seriesKeyText(left.key) < seriesKeyText(right.key) ? -1 : 1))

/** Page after page, each series from where its last page ended. */
async function expectSamePages(store: TelemetryStore, cursors: Cursors, model: StoreModel, { from, to, pageSize, sight }: { readonly from: number; readonly to: number; readonly pageSize: number; readonly sight: Sight }): Promise<void> {
  const read = async (...[series, range, options]: Parameters<TelemetryStore['readings']>): Promise<readonly (readonly Reading[])[]> =>
    (await store.readings(series, range, { ...options, ...sight })).map((readings) => readings.map(byBatch(cursors)))
  const first = await read(everySeries, { from, to }, { first: pageSize })
  expect(first).toEqual(everySeries.map((key) => model.readings(key, { from, to }, sight).slice(0, pageSize)))
  expect(await read(everySeries, { from: -Infinity, to: Infinity }, { first: 1_000 })).toEqual(everySeries.map((key) => model.readings(key, { from: -Infinity, to: Infinity }, sight)))
  for (const [index, key] of everySeries.entries()) {
    const pages: Reading[] = [...first[index] ?? []]
    for (let page = first[index] ?? []; page.length === pageSize; pages.push(...page)) {
      [page = []] = await read([key], { from, to }, { first: pageSize, after: page.at(-1)?.at })
    }
    expect(pages).toEqual(model.readings(key, { from, to }, sight))
  }
}

/** Every page of what was received: whole batches, no more of them than it takes to reach the limit. */
export async function everythingReceived(store: TelemetryStore, after: number, limit: number, withoutRuns = false): Promise<readonly Received[]> {
  const all: Received[] = []
  for (let cursor = after; ;) {
    const page = await store.received(cursor, limit, { withoutRuns })
    const last = page.at(-1)
    if (!last) return all
    expect(page.every(({ receivedAt }, index) => receivedAt >= (page[index - 1]?.receivedAt ?? cursor + 1))).toBe(true)
    expect(page.filter(({ receivedAt }) => receivedAt < last.receivedAt).length).toBeLessThan(limit)
    all.push(...page)
    cursor = last.receivedAt
  }
}

/** Readings of one batch come in no promised order. */
const inAnyBatchOrder = (received: readonly Received[]): readonly Received[] => received.toSorted((left, right) =>
  left.receivedAt - right.receivedAt || left.at - right.at || (seriesKeyText(left.series) < seriesKeyText(right.series) ? -1 : 1))

function expectSameSummaries(found: readonly (readonly Summary[])[], expected: readonly (readonly Summary[])[]): void {
  expect(found.map((summaries) => summaries.map(exactPart))).toEqual(expected.map((summaries) => summaries.map(exactPart)))
  for (const [index, summaries] of expected.entries()) {
    for (const [bucket, wanted] of summaries.entries()) {
      const { sum, mean, stddev, quantiles: shares } = found[index]?.[bucket] as Summary
      const scale = Math.max(...[wanted.min, wanted.max].map((bound) => Math.abs(Number(bound ?? 1)))) // booleans: 1
      if (typeof wanted.sum === 'bigint') expect(sum).toBe(wanted.sum)
      else expectClose(sum, wanted.sum, scale * wanted.count)
      expectClose(mean, wanted.mean, scale)
      expectClose(stddev, wanted.stddev, scale)
      expect(shares.length).toBe(wanted.quantiles.length)
      for (const [place, share] of shares.entries()) expectClose(share, wanted.quantiles[place] ?? null, scale)
    }
  }
}

const exactPart = ({ from, count, received, first, last, min, max }: Summary): object => ({ from, count, received, first, last, min, max })

function expectSameRollup(found: readonly (readonly RollupBucket[])[], expected: readonly (readonly ExpectedRollup[])[]): void {
  const exact = (groups: readonly (readonly { readonly from: number; readonly count: number }[])[]): object => groups.map((buckets) => buckets.map(({ from, count }) => ({ from, count })))
  expect(exact(found)).toEqual(exact(expected))
  for (const [group, buckets] of expected.entries()) {
    for (const [index, { values, scale }] of buckets.entries()) {
      const value = found[group]?.[index]?.value ?? null
      const nearest = values.toSorted((left, right) => Math.abs(left - Number(value)) - Math.abs(right - Number(value)))[0] as number
      expectClose(value, nearest, scale)
    }
  }
}

/** Within 1e-9 of the value, or of what is lost where large values cancel each other: `scale` is the magnitude of what it was made of. */
function expectClose(found: unknown, expected: number | bigint | null, scale: number): void {
  if (expected === null) return expect(found).toBe(null)
  expect(typeof found).toBe('number')
  expect(Math.abs(Number(found) - Number(expected)), `${String(found)} for ${expected}`).toBeLessThanOrEqual(1e-9 * Math.abs(Number(expected)) + 1e-12 * scale + 1e-150) // squares of smaller ones are nothing
}
