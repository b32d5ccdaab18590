import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OutputSeries } from '../../../src/simulation/engine.ts'
import { memberRun, resultKey } from '../../../src/simulation/result-series.ts'
import { createResultSink } from '../../../src/simulation/result-sink.ts'
import { monotonicMs } from '../../../src/util/clock.ts'
import { openLive } from '../../support/live.ts'
import { subscribe } from '../../telemetry/stream-subscriber.ts'
import { at, openWorks, type Works } from '../../telemetry/works.ts'

const microseconds = (instant: string): number => Date.parse(instant) * 1_000
const outputs: readonly OutputSeries[] = ['p1', 'p2', 'p3'].map((twin) => ({ twin, name: 'flow', kind: 'float' }))

let works: Works
beforeAll(async () => { works = await openWorks(3) })
afterAll(() => works[Symbol.asyncDispose]())

/** Frames a minute apart, of which every value is the same. */
async function simulate(run: string, { from, frames, value, member }: { readonly from: string; readonly frames: number; readonly value: number; readonly member?: number }): Promise<void> {
  const sink = createResultSink({ store: works.app.services.telemetry.results, run, outputs, from: microseconds(from), mostValues: 10_000_000 })
  const portion = 5_000
  for (let start = 0; start < frames; start += portion) {
    const length = Math.min(portion, frames - start)
    await sink.take({ member, at: Float64Array.from({ length }, (_, index) => (start + index) * 60e6), values: new Float64Array(length * outputs.length).fill(value) })
  }
}

const countOf = async (run: string, twin = 'p1'): Promise<number> => (await works.pump(`flow { summary(run: "${run}") { count } }`, twin))['flow'].summary?.count as number

describe('Results of a run', () => {
  test('are no latest values: filters, orders and roll-ups see what was measured', async () => {
    await works.send([{ twin: 'p1', at: at(1), values: { flow: 5 } }, { twin: 'p2', at: at(1), values: { flow: 6 } }])
    await simulate('later', { from: at(2), frames: 5, value: 1_000 })
    await works.send([{ twin: 'p1', at: at(3), values: { flow: 7 } }])
    await works.projected()
    expect(await works.data('{ pumps(where: { flow: { latest: { gt: 500 } } }) { _id } sorted: pumps(where: { flow: { latest: { gt: 0 } } }, sort: [{ flow: DESC }]) { _id } }')).toEqual({ pumps: [], sorted: [{ _id: 'p1' }, { _id: 'p2' }] })
    expect(await works.data(`{ rollup(of: ["p1"], over: ["feeds"], series: "flow", from: "${at(0)}", to: "${at(60)}", every: "PT1H", aggregate: MAX) { buckets { count value } } }`)).toEqual({ rollup: [{ buckets: [{ count: 3, value: 7 }] }] })
    await works.restart()
    await works.projected()
    expect(await works.data('{ pumps(where: { flow: { latest: { gt: 500 } } }) { _id } }')).toEqual({ pumps: [] })
    expect(await countOf('later')).toBe(5)
  })

  test('do not stir live queries, which tell of what is measured all the same', async () => {
    using live = await openLive(works.app, 'subscription { pumpsLive(atMostEvery: "PT0.02S") { kind id changed node { _id flow { latest { value } } } } }')
    await live.caughtUp()
    const before = live.deltas.length
    await simulate('live', { from: at(100), frames: 50, value: 1_000 })
    await works.send([{ twin: 'p3', at: at(101), values: { flow: 8 } }])
    await live.until(() => live.nodes.get('p3')?.['flow'].latest?.value === 8)
    expect(live.deltas.slice(before).map(({ id }) => id)).toEqual(['p3'])
  })

  test('are told to those alone who ask for their source; one who does not hears at once of what is measured amid 300,000 of them, and catches up behind them', async () => {
    const fields = '__typename ... on ReadingReceived { cursor twinId reading { at value source run } } ... on CaughtUp { cursor }'
    using measured = await subscribe(works.app, `subscription { readingReceived(series: ["flow"]) { ${fields} } }`)
    using simulated = await subscribe(works.app, `subscription { readingReceived(series: ["flow"], sources: [SIMULATED], atMostEvery: "PT0.05S") { ${fields} } }`)
    await Promise.all([measured.caughtUp(), simulated.caughtUp()])
    const cursor = measured.events[0]?.['cursor'] as string
    const running = simulate('fast', { from: at(200), frames: 100_000, value: 3 })
    const waits: number[] = []
    for (let sent = 1; sent <= 5; sent++) {
      const begun = monotonicMs()
      await works.send([{ twin: 'p1', at: at(200 + sent), values: { flow: sent } }])
      await measured.until(() => measured.readings.length >= sent)
      waits.push(monotonicMs() - begun)
    }
    await running
    expect(measured.readings.map(({ reading }) => [reading.value, reading.source, reading.run])).toEqual([1, 2, 3, 4, 5].map((value) => [value, 'MEASURED', null]))
    expect(Math.max(...waits)).toBeLessThan(1_500)
    const last = new Date(Date.parse(at(200)) + 99_999 * 60_000).toISOString()
    await simulated.until(() => new Set(simulated.readings.flatMap(({ twinId, reading }) => (reading.at === last ? [twinId as string] : []))).size === 3, 20_000)
    expect(new Set(simulated.readings.map(({ reading }) => `${String(reading.source)} ${String(reading.run)}`))).toEqual(new Set(['SIMULATED fast']))
    using resumed = await subscribe(works.app, `subscription ($after: Cursor) { readingReceived(series: ["flow"], after: $after) { ${fields} } }`, { after: cursor })
    await resumed.caughtUp()
    expect(resumed.readings).toHaveLength(5)
    using fresh = await subscribe(works.app, `subscription { readingReceived(series: ["starts"]) { ${fields} } }`)
    await fresh.caughtUp()
  }, 60_000)

  test('are not forgotten as old measurements are, and are when their runs are; other runs stay', async () => {
    await works.send([1, 2, 3].map((minute) => ({ twin: 'p2', at: new Date(Date.UTC(2020, 0, 1, 0, minute)).toISOString(), values: { flow: minute } })))
    await simulate('old', { from: '2020-01-01T00:00:00Z', frames: 10, value: 1 })
    await simulate('old', { from: '2020-01-01T00:00:00Z', frames: 10, value: 1, member: 3 })
    await simulate('older', { from: '2020-01-01T00:00:00Z', frames: 10, value: 1 })
    await works.data('mutation { setTelemetryPolicy(model: "dtmi:works:Pump;1", telemetry: "flow", keep: "P30D", rollupEvery: "P1D") { __typename } }')
    const { telemetry } = works.app.services
    await telemetry.keeper.round()
    expect((await works.pump('flow { readings(from: "2020-01-01T00:00:00Z", to: "2020-01-02T00:00:00Z") { edges { cursor } } }', 'p2'))['flow'].readings.edges).toEqual([])
    expect([await countOf('old', 'p2'), await countOf(memberRun('old', 3), 'p2'), await countOf('older', 'p2')]).toEqual([10, 10, 10])
    expect(await telemetry.results.forgetRuns(['old'])).toBe(60)
    expect([await countOf('old', 'p2'), await countOf('old:3', 'p2'), await countOf('older', 'p2')]).toEqual([undefined, undefined, 10])
    await works.restart()
    expect([await countOf('old', 'p2'), await countOf('older', 'p2')]).toEqual([undefined, 10])
    expect(await works.app.services.telemetry.store.latest([resultKey(outputs[1] as OutputSeries, 'old')])).toEqual([undefined])
    await simulate('old', { from: '2020-01-01T00:00:00Z', frames: 2, value: 4 })
    expect((await works.pump('flow { readings(run: "old") { edges { node { value } } } }', 'p2'))['flow'].readings.edges).toEqual([{ node: { value: 4 } }, { node: { value: 4 } }])
  })
})
