import { expect } from 'vitest'
import type { Device } from './device.ts'
import type { Server } from './server.ts'

interface Summarised {
  readonly _id: string
  readonly level: {
    readonly latest: { readonly at: string; readonly value: number } | null
    readonly summary: { readonly count: number; readonly sum: number; readonly min: number; readonly max: number } | null
    readonly buckets: readonly { readonly from: string; readonly count: number; readonly sum: number }[]
  }
}

const from = '2026-01-01T00:00:00Z'
const to = '2027-01-01T00:00:00Z'

/** Every acknowledged reading is there, once, and nothing else: by summary, by buckets, and by `latest`. The devices must have no unanswered batch. */
export async function expectExactly(server: Pick<Server, 'ask'>, devices: readonly Device[]): Promise<void> {
  const expected = devices.flatMap((device) => [...device.expected].map(([twin, values]) => summarise(twin, values)))
  const found = await summaries(server, expected.map(({ _id }) => _id))
  for (const [index, { _id, level }] of expected.entries()) expect({ _id, level: found[index]?.level }, `readings of ${_id}`).toEqual({ _id, level })
}

/** Every acknowledged reading is there, with its value; beyond them only such of a batch that nobody has answered. */
export async function expectNothingLost(server: Pick<Server, 'ask'>, devices: readonly Device[], since = -Infinity): Promise<void> {
  for (const device of devices) {
    const open = new Map(device.twins.map((twin) => [twin, new Map<number, number>()]))
    for (const { twin, at, values } of device.unanswered ?? []) open.get(twin)?.set(Date.parse(at), values.level)
    for (const [twin, values] of device.expected) {
      const found = await pageThrough(server, twin, since)
      const unanswered = open.get(twin)
      const wrong = [...values].filter(([at, value]) => at >= since && found.get(at) !== value && !(unanswered?.has(at) && found.get(at) === unanswered.get(at)))
      expect(wrong, `acknowledged readings of ${twin} that are lost or changed`).toEqual([])
      expect([...found].filter(([at]) => !values.has(at) && !unanswered?.has(at)), `readings of ${twin} that nobody sent`).toEqual([])
    }
  }
}

/** By time in ms; fails where a time comes twice or out of order. */
export async function pageThrough(server: Pick<Server, 'ask'>, twin: string, since = -Infinity): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>()
  let [after, last]: [string | null, number] = [null, -Infinity]
  for (let more = true; more;) {
    const { faultMeter }: { faultMeter: { level: { readings: Page } } } = await server.ask(
      'query($id: ID!, $f: DateTime, $t: DateTime, $a: String) { faultMeter(id: $id) { level { readings(from: $f, to: $t, after: $a) { edges { node { at value } } pageInfo { hasNextPage endCursor } } } } }',
      { id: twin, f: since === -Infinity ? from : new Date(since).toISOString(), t: to, a: after },
    )
    const { edges, pageInfo }: Page = faultMeter.level.readings
    for (const { node } of edges) {
      const at = Date.parse(node.at)
      expect(at, `a reading of ${twin} follows one that is not earlier`).toBeGreaterThan(last)
      found.set(at, node.value)
      last = at
    }
    more = pageInfo.hasNextPage
    after = pageInfo.endCursor
  }
  return found
}

interface Page {
  readonly edges: readonly { readonly node: { readonly at: string; readonly value: number } }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

const day = 86_400_000

async function summaries(server: Pick<Server, 'ask'>, ids: readonly string[]): Promise<readonly Summarised[]> {
  const { faultMeters } = await server.ask<{ faultMeters: readonly Summarised[] }>(
    `query($ids: [ID!], $f: DateTime, $t: DateTime) { faultMeters(where: { _id: { in: $ids } }, limit: 1000) {
      _id level { latest { at value } summary(from: $f, to: $t) { count sum min max } buckets(from: $f, to: $t, every: "P1D") { from count sum } } } }`, { ids, f: from, t: to },
  )
  const byId = new Map(faultMeters.map((meter) => [meter._id, meter]))
  return ids.map((id) => {
    const meter = byId.get(id)
    if (!meter) throw new Error(`There is no twin ${id}.`)
    const { latest, summary, buckets } = meter.level
    return { _id: id, level: { latest: latest && { ...latest, at: iso(latest.at) }, summary, buckets: buckets.map((bucket) => ({ ...bucket, from: iso(bucket.from) })) } }
  })
}

const iso = (text: string): string => new Date(text).toISOString()

function summarise(_id: string, values: ReadonlyMap<number, number>): Summarised {
  if (values.size === 0) return { _id, level: { latest: null, summary: null, buckets: [] } }
  const sorted = [...values].sort(([left], [right]) => left - right)
  const all = sorted.map(([, value]) => value)
  const [at, value] = sorted.at(-1) ?? [0, 0]
  const days = Map.groupBy(sorted, ([time]) => Math.floor(time / day) * day)
  return {
    _id, level: {
      latest: { at: new Date(at).toISOString(), value },
      summary: { count: all.length, sum: sumOf(all), min: all.reduce((least, each) => Math.min(least, each)), max: all.reduce((most, each) => Math.max(most, each)) },
      buckets: [...days].map(([from, readings]) => ({ from: new Date(from).toISOString(), count: readings.length, sum: sumOf(readings.map(([, each]) => each)) })),
    },
  }
}

/** Halves of whole numbers add up without rounding. */
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
