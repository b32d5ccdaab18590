import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OutputSeries } from '../../../src/simulation/engine.ts'
import { memberRun, resultKey } from '../../../src/simulation/result-series.ts'
import type { NewReading, SeriesValue } from '../../../src/telemetry/reading.ts'
import type { Data } from '../../support/app.ts'
import { at, openWorks, type Works } from '../../telemetry/works.ts'

/** Minutes after 1 January 2200: what a run says may lie in the future. */
const ahead = (minute: number): string => new Date(Date.UTC(2200, 0, 1) + minute * 60_000).toISOString()
const result = (twin: string, name: string, kind: OutputSeries['kind'], instant: string, value: SeriesValue, run: string): NewReading =>
  ({ series: resultKey({ twin, name, kind }, run), at: Date.parse(instant) * 1_000, value, quality: 'GOOD', origin: null, sequence: null })

let works: Works
let before: string
beforeAll(async () => {
  works = await openWorks(4)
  await works.send([1, 2, 3].map((minute) => ({ twin: 'p1', at: at(minute), values: { flow: minute } })))
  before = new Date().toISOString()
  await works.app.services.telemetry.results.append([
    ...Array.from({ length: 6 }, (_, minute) => result('p1', 'flow', 'float', ahead(minute), 10 + minute, 'r1')),
    ...Array.from({ length: 4 }, (_, minute) => result('p2', 'flow', 'float', ahead(minute), 20 + minute, 'r1')),
    result('p1', 'motor.current', 'float', ahead(0), 7, 'r1'), result('p1', 'running', 'boolean', ahead(0), true, 'r1'), result('p1', 'starts', 'integer', ahead(1), 9_007_199_254_740_993n, 'r1'),
    result('p1', 'flow', 'float', ahead(0), 99, 'r2'), result('p1', 'flow', 'float', ahead(0), 33, memberRun('r2', 5)),
    { ...result('p1', 'flow', 'float', ahead(0), 55, 'forecast'), series: { ...resultKey({ twin: 'p1', name: 'flow', kind: 'float' }, 'forecast'), source: 'PREDICTED' } },
  ])
})
afterAll(() => works[Symbol.asyncDispose]())

const valuesOf = ({ edges }: Data): readonly unknown[] => (edges as readonly Data[]).map(({ node }) => node.value as unknown)
const flow = async (fields: string, id = 'p1'): Promise<Data> => (await works.pump(`flow { ${fields} }`, id))['flow'] as Data
const refusal = async (fields: string): Promise<unknown> => {
  const { errors } = await works.ask(`{ pump(id: "p1") { flow { ${fields} } } }`)
  return [errors?.[0]?.extensions['code'], errors?.[0]?.message]
}

describe('Series of a run', () => {
  test('are read by every field beside what was measured, which is what is meant where no run is named', async () => {
    const found = await flow(`
      latest { value source run }
      readings { edges { node { value source run } } }
      all: readings(run: "r1") { edges { node { at value source run } } }
      page: readings(run: "r1", source: SIMULATED, first: 2) { edges { cursor node { value } } pageInfo { hasNextPage endCursor } }
      now: latest(run: "r1") { at value source run }
      other: latest(run: "r2") { value } member: latest(run: "r2:5") { value } predicted: latest(run: "forecast", source: PREDICTED) { value source }
      measured: latest(source: MEASURED) { value }
      fresh: freshness(run: "r1") { at eventLag }
      whole: summary(run: "r1") { from to count min max mean first last quantile(q: 0.5) }
      spans: buckets(run: "r1", from: "${ahead(0)}", every: "PT2M") { from count mean }
      shape(run: "r1", points: 3) { value }`)
    expect([found['latest'], valuesOf(found['readings'])]).toEqual([{ value: 3, source: 'MEASURED', run: null }, [1, 2, 3]])
    expect(found['all'].edges).toEqual(Array.from({ length: 6 }, (_, minute) => ({ node: { at: ahead(minute), value: 10 + minute, source: 'SIMULATED', run: 'r1' } })))
    expect([valuesOf(found['page']), found['page'].pageInfo.hasNextPage]).toEqual([[10, 11], true])
    expect(valuesOf((await flow(`next: readings(run: "r1", first: 9, after: "${String(found['page'].pageInfo.endCursor)}") { edges { node { value } } }`))['next'])).toEqual([12, 13, 14, 15])
    expect(found['now']).toEqual({ at: ahead(5), value: 15, source: 'SIMULATED', run: 'r1' })
    expect([found['other'], found['member'], found['predicted'], found['measured']]).toEqual([{ value: 99 }, { value: 33 }, { value: 55, source: 'PREDICTED' }, { value: 3 }])
    expect(found['fresh']).toEqual({ at: ahead(5), eventLag: 'PT0S' })
    expect(found['whole']).toMatchObject({ from: ahead(0), count: 6, min: 10, max: 15, mean: 12.5, first: 10, last: 15, quantile: 12.5 })
    expect(found['spans']).toEqual([{ from: ahead(0), count: 2, mean: 10.5 }, { from: ahead(2), count: 2, mean: 12.5 }, { from: ahead(4), count: 2, mean: 14.5 }])
    expect(found['shape']).toHaveLength(3)
  })

  test('end where the run ends, though that is in the future: each series with its own last reading, which belongs to it', async () => {
    const { pumps } = await works.data(`{ pumps(sort: [{ _id: ASC }], limit: 4) { flow { last: readings(run: "r1", last: "PT2M") { edges { node { value } } } every: buckets(run: "r1", last: "PT2M", every: "PT1M", fill: NULL) { from count } summary(run: "r1", last: "PT1M") { count last } } } }`)
    const found = (pumps as readonly Data[]).map((pump) => [valuesOf(pump['flow'].last), pump['flow'].every.length, pump['flow'].summary])
    expect(found).toEqual([[[13, 14, 15], 3, { count: 2, last: 15 }], [[21, 22, 23], 3, { count: 2, last: 23 }], [[], 0, null], [[], 0, null]])
    const cut = await flow(`readings(run: "r1", from: "${ahead(1)}", to: "${ahead(3)}") { edges { node { value } } } late: readings(run: "r1", from: "${ahead(99)}") { edges { node { value } } }`)
    expect([valuesOf(cut['readings']), valuesOf(cut['late'])]).toEqual([[11, 12], []])
  })

  test('are of every kind, and of components', async () => {
    expect(await works.pump('running { latest(run: "r1") { value } } starts { latest(run: "r1") { value } } motor { current { latest(run: "r1") { value } } } mode { latest(run: "r1") { value } } _series(name: "flow") { freshness(run: "r1") { at } }'))
      .toEqual({ running: { latest: { value: true } }, starts: { latest: { value: '9007199254740993' } }, motor: { current: { latest: { value: 7 } } }, mode: { latest: null }, _series: { freshness: { at: ahead(5) } } })
  })

  test('are the same from wherever one looks: as of an instant before there was a run, and in a scenario that overrides the telemetry', async () => {
    const { createScenario } = await works.data('mutation { createScenario(name: "what if") { ... on CreateScenarioSuccess { scenario { id } } } }')
    const scenario = createScenario.scenario.id as string
    await works.data(`mutation { overrideTelemetry(scenario: "${scenario}", overrides: [{ twin: "p1", name: "flow", factor: 2 }]) { __typename } }`)
    const text = (given: string): string => `{ pump(id: "p1"${given}) { flow { latest { value } run: latest(run: "r1") { value } readings(run: "r1", last: "PT1M") { edges { node { value } } } } } }`
    const [there, then] = [await works.data(text(`, scenario: "${scenario}"`)), await works.data(text(`, asOf: "${before}"`))]
    expect([there['pump'].flow.latest, there['pump'].flow.run, valuesOf(there['pump'].flow.readings)]).toEqual([{ value: 6 }, { value: 15 }, [14, 15]])
    expect([then['pump'].flow.latest, then['pump'].flow.run, valuesOf(then['pump'].flow.readings)]).toEqual([{ value: 3 }, { value: 15 }, [14, 15]])
  })

  test('are refused where it cannot be told whose they are', async () => {
    expect(await refusal('latest(source: SIMULATED) { value }')).toEqual(['BAD_USER_INPUT', expect.stringContaining('Name the run')])
    expect(await flow('readings(source: PREDICTED) { edges { cursor } }')).toEqual({ readings: { edges: [] } }) // nobody has published any
    expect(await refusal('summary(source: MEASURED, run: "r1") { count }')).toEqual(['BAD_USER_INPUT', expect.stringContaining('no run has readings that are MEASURED')])
    expect(await refusal('buckets(run: "r1", last: "PT1H") { count }')).toEqual(['BAD_USER_INPUT', expect.stringContaining('Give every')])
    expect(await flow('latest(run: "nobody") { value } summary(run: "nobody") { count }')).toEqual({ latest: null, summary: null })
  })

  test('of a list are read in one call of the store, and then only those that end elsewhere in another', async () => {
    const calls: string[] = []
    const { telemetry } = works.app.services
    const { store } = telemetry
    const counted = new Proxy(store, { get: (target, name, receiver) => {
      const value: unknown = Reflect.get(target, name, receiver)
      return typeof value === 'function' ? (...args: readonly unknown[]) => {
        calls.push(`${String(name)} ${String((args[0] as readonly unknown[]).length)}`)
        return Reflect.apply(value, target, args) as unknown
      } : value
    } })
    const { from } = telemetry
    Object.assign(telemetry, { from: (vantage: Parameters<typeof from>[0]) => (vantage.chain.length === 0 && vantage.readingsUntil === undefined ? counted : from(vantage)) })
    try {
      await works.data('{ pumps(limit: 4) { flow { readings(run: "r1") { edges { cursor } } } } }')
    } finally {
      Object.assign(telemetry, { from })
    }
    expect(calls).toEqual(['latest 4', 'readings 1', 'readings 1'])
  })
})
