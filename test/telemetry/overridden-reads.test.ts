import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDuckdbTelemetryStore } from '../../src/adapters/duckdb/telemetry-store.ts'
import { createOverrideBook } from '../../src/scenario/override-book.ts'
import { type Override, type OverrideChange, ownReading, ownSeries } from '../../src/scenario/override.ts'
import { overriddenReads } from '../../src/telemetry/overridden-reads.ts'
import type { SeriesKey, SeriesKind, SeriesValue } from '../../src/telemetry/reading.ts'
import { createOldestReads } from '../../src/telemetry/retention/oldest-reads.ts'
import { createRollupBook } from '../../src/telemetry/retention/rollup-book.ts'
import { readsInSight, type SeriesReads } from '../../src/telemetry/series-reads.ts'
import type { Summary, TelemetryStore } from '../../src/telemetry/telemetry-store.ts'
import { aggregates, newYear, quantiles, second, seriesOf } from './store-arbitraries.ts'

let store: TelemetryStore
let directory: string
beforeAll(async () => { store = await createDuckdbTelemetryStore({ directory: directory = await mkdtemp(join(tmpdir(), 'twinfold-overrides-')), memoryMb: 128 }) })
afterAll(async () => {
  await store[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

const kinds: readonly SeriesKind[] = ['float', 'integer', 'boolean', 'text']
const valueOf: Readonly<Record<string, fc.Arbitrary<SeriesValue>>> = { float: fc.integer({ min: -1_000, max: 1_000 }).map((tenths) => tenths / 8), integer: fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }), boolean: fc.boolean(), text: fc.string({ maxLength: 4 }) }
const time = fc.nat(40).map((seconds) => newYear + seconds * second)
const said = (kind: SeriesKind): fc.Arbitrary<readonly [number, SeriesValue][]> => fc.uniqueArray(fc.tuple(time, valueOf[kind] as fc.Arbitrary<SeriesValue>), { selector: ([at]) => at, maxLength: 12 })

type Change = { readonly kind: 'NONE' } | Exclude<OverrideChange, { kind: 'SERIES' }> | { readonly kind: 'SERIES'; readonly readings: readonly [number, SeriesValue][] }

/** What a scenario says of a series: the parent's word, which the child's stands in front of. */
const change = (kind: SeriesKind): fc.Arbitrary<Change> => fc.oneof(
  fc.constant<Change>({ kind: 'NONE' }),
  (valueOf[kind] as fc.Arbitrary<SeriesValue>).map((value): Change => ({ kind: 'CONSTANT', value })),
  said(kind).map((readings): Change => ({ kind: 'SERIES', readings })),
  ...(kind === 'float' || kind === 'integer' ? [fc.constantFrom(-2, 0, 3, ...(kind === 'float' ? [0.5, -1.25] : [])).map((factor): Change => ({ kind: 'FACTOR', factor }))] : []),
)
const oneSeries = fc.constantFrom(...kinds).chain((kind) => fc.record({ kind: fc.constant(kind), readings: said(kind), late: said(kind), parent: change(kind), child: change(kind) }))
const cases = fc.record({
  series: fc.array(oneSeries, { minLength: 1, maxLength: 6 }), setAt: time, until: fc.option(time, { nil: undefined }), isOfThen: fc.boolean(), before: time, first: fc.integer({ min: 1, max: 8 }),
  buckets: fc.record({ from: time, span: fc.integer({ min: 1, max: 40 }), width: fc.integer({ min: 1, max: 15 }) }).map(({ from, span, width }) => ({ from, to: from + span * second, width: width * second })), aggregate: fc.constantFrom(...aggregates),
})

/** What the readings of a series would be, one by one. */
function outcome(readings: readonly [number, SeriesValue][], { kind, ...rest }: Change, setAt: number): readonly [number, SeriesValue][] {
  const given = { kind, ...rest } as Change
  if (given.kind === 'NONE') return readings
  if (given.kind === 'SERIES') return given.readings
  if (given.kind === 'FACTOR') return readings.map(([at, value]) => [at, typeof value === 'bigint' ? value * BigInt(given.factor) : Number(value) * given.factor])
  return readings.length === 0 ? [[setAt, given.value]] : readings.map(([at]) => [at, given.value])
}

describe('Readings in a scenario', () => {
  it('are what they would be had they been received so, whatever is asked of them', async () => {
    let run = 0
    await fc.assert(fc.asyncProperty(cases, async ({ series, setAt, until, isOfThen, before, first, buckets, aggregate }) => {
      run++
      const overrides = new Map<number, Override[]>([[1, []], [2, []]])
      const keys = series.map(({ kind }, index) => seriesOf(`t${run}-${index}`, 'level', kind))
      const expected = keys.map((key) => ({ ...key, twin: `expected ${key.twin}` }))
      await store.append(series.flatMap(({ readings }, index) => readings.map(([at, value]) => ownReading(keys[index] as SeriesKey, at, value))))
      const knownUntil = isOfThen ? await store.head() : undefined
      for (const [index, { readings, late, parent, child }] of series.entries()) {
        const key = keys[index] as SeriesKey
        await store.append(late.map(([at, value]) => ownReading(key, at, value)))
        for (const [scenario, given] of [[1, parent], [2, child]] as const) {
          if (given.kind === 'NONE') continue
          const at = ownSeries(scenario, key, `${run}`)
          if (given.kind === 'CONSTANT') await store.append([ownReading(at, setAt, given.value)])
          if (given.kind === 'SERIES') await store.append(given.readings.map(([then, value]) => ownReading(at, then, value)))
          overrides.get(scenario)?.push({ twin: key.twin, name: key.name, series: key, run: `${run}`, setAt: 0, setBy: 'me', change: given.kind === 'SERIES' ? { kind: 'SERIES', readings: given.readings.length, first: undefined, last: undefined } : given })
        }
        const known = isOfThen ? readings : [...new Map([...readings, ...late])] // what scenarios say counts whenever it was said
        const seen = known.filter(([at]) => at <= (until ?? Infinity)) // a constant has a reading of its own where none is seen
        await store.append(outcome(seen, child.kind === 'NONE' ? parent : child, setAt).map(([at, value]) => ownReading(expected[index] as SeriesKey, at, value)))
      }
      const book = createOverrideBook({ versions: (numbers) => Promise.resolve(numbers.map(() => run)), load: (number) => Promise.resolve(overrides.get(number) ?? []) })
      const reading = { ...store, ...createOldestReads(store, createRollupBook()) }
      const own = readsInSight(reading, { until })
      const reads = overriddenReads({ measured: isOfThen ? readsInSight(reading, { until, knownUntil }) : own, own }, () => book.find([2, 1]))
      await expectSame(reads, keys, own, expected, { before, first, buckets, aggregate })
    }), { numRuns: 30, interruptAfterTimeLimit: 60_000 })
  }, 120_000)
})

interface Asked {
  readonly before: number
  readonly first: number
  readonly buckets: { readonly from: number; readonly to: number; readonly width: number }
  readonly aggregate: typeof aggregates[number]
}

const bare = (reading: { readonly at: number; readonly value: SeriesValue } | undefined): unknown => reading && [reading.at, reading.value === 0 ? 0 : reading.value]
/** Nine digits: means are not added up in the same order. */
const relative = (value: number): string => (Math.abs(value) < 1e-9 ? '0' : value.toPrecision(9))

async function expectSame(left: SeriesReads, leftKeys: readonly SeriesKey[], right: SeriesReads, rightKeys: readonly SeriesKey[], { before, first, buckets, aggregate }: Asked): Promise<void> {
  expect((await left.latest(leftKeys)).map(bare)).toEqual((await right.latest(rightKeys)).map(bare))
  expect((await left.latestBefore(leftKeys, before)).map(bare)).toEqual((await right.latestBefore(rightKeys, before)).map(bare))
  expect((await left.readings(leftKeys, buckets, { first })).map((page) => page.map(bare))).toEqual((await right.readings(rightKeys, buckets, { first })).map((page) => page.map(bare)))
  expect(await left.firstAt(leftKeys)).toEqual(await right.firstAt(rightKeys))
  const [ours, theirs] = [await left.summaries(leftKeys, buckets, { quantiles }), await right.summaries(rightKeys, buckets, { quantiles })]
  expect(ours.map((each) => each.map(rounded))).toEqual(theirs.map((each) => each.map(rounded)))
  const numeric = leftKeys.flatMap(({ kind }, index) => (kind === 'text' ? [] : [index]))
  const groups = [numeric, numeric.slice(0, 1)]
  const pick = (keys: readonly SeriesKey[]) => groups.map((group) => group.map((index) => keys[index] as SeriesKey))
  const edges = aggregate === 'FIRST' || aggregate === 'LAST' ? 'SUM' : aggregate // of several series that have a reading at one time, either may be it
  const shown = (rows: Awaited<ReturnType<SeriesReads['rollup']>>): unknown => rows.map((row) => row.map(({ from, count, value }) => [from, count, value === null ? null : relative(value)]))
  expect(shown(await left.rollup(pick(leftKeys), buckets, edges))).toEqual(shown(await right.rollup(pick(rightKeys), buckets, edges)))
}

const rounded = ({ from, count, first, last, min, max, sum, mean, stddev, quantiles: shares }: Summary): object => ({
  from, count, first: plain(first), last: plain(last), min: plain(min), max: plain(max), sum: typeof sum === 'number' ? relative(sum) : sum,
  mean: mean === null ? null : relative(mean), stddev: stddev === null ? null : relative(stddev), shares: shares.map((share) => (share === null ? null : relative(share))),
})
const plain = (value: SeriesValue | null): SeriesValue | null => (value === 0 ? 0 : value)
