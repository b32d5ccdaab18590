import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { at, openWorks, type Works } from './works.ts'

let works: Works
const day = `from: "${at(0)}", to: "${at(1_440)}"`
beforeAll(async () => {
  works = await openWorks(4)
  const messages = Array.from({ length: 1_440 }, (_, minute) => ({ twin: 'p1', at: at(minute), values: { flow: minute, starts: minute, running: minute % 2 === 0, mode: `m${minute}` } }))
  await works.send(messages)
  await works.send([0, 60, 61, 300].map((minute) => ({ twin: 'p2', at: at(minute), values: { flow: minute } })))
  await works.send([{ twin: 'p3', at: at(5), values: { flow: 1_000, 'motor.current': 3 } }])
})
afterAll(() => works[Symbol.asyncDispose]())

describe('A series', () => {
  it('is cut into buckets of a length, or into so many', async () => {
    const { flow } = await works.pump(`flow { hourly: buckets(${day}, every: "PT1H") { from to count min max mean sum first last stddev median: quantile(q: 0.5) top: quantile(q: 1) } five: buckets(${day}, points: 5) { from to count } }`)
    expect(flow.hourly).toHaveLength(24)
    expect(flow.hourly[1]).toEqual({ from: at(60), to: at(120), count: 60, min: 60, max: 119, mean: 89.5, sum: 5_370, first: 60, last: 119, stddev: expect.closeTo(17.464, 3) as number, median: 89.5, top: 119 })
    expect(flow.five.map(({ count }: { count: number }) => count)).toEqual([288, 288, 288, 288, 288])
    expect(flow.five[4]).toMatchObject({ from: at(1_152), to: at(1_440) })
  })

  it('has the buckets that hold readings, or all, filled as it is asked', async () => {
    const { flow } = await works.pump(`flow { ${['NONE', 'NULL', 'PREVIOUS', 'LINEAR'].map((fill) => `${fill}: buckets(from: "${at(30)}", to: "${at(330)}", every: "PT1H", fill: ${fill}) { from count mean last }`).join(' ')} }`, 'p2')
    const means = (fill: string): readonly unknown[] => flow[fill].map(({ mean }: { mean: unknown }) => mean)
    expect(flow.NONE.map(({ from }: { from: string }) => from)).toEqual([at(30), at(270)])
    expect(means('NULL')).toEqual([60.5, null, null, null, 300])
    expect(means('PREVIOUS')).toEqual([60.5, 61, 61, 61, 300])
    expect(means('LINEAR')).toEqual([60.5, 120.375, 180.25, 240.125, 300])
    const before = await works.pump(`flow { buckets(from: "${at(70)}", to: "${at(80)}", every: "PT5M", fill: PREVIOUS) { count last } }`, 'p2')
    expect(before).toEqual({ flow: { buckets: [{ count: 0, last: 61 }, { count: 0, last: 61 }] } })
  })

  it('is summarised whole, and keeps the digits of integers', async () => {
    await works.post('/ingest', `{"twin":"p4","at":"${at(0)}","values":{"starts":9007199254740993}}\n{"twin":"p4","at":"${at(1)}","values":{"starts":9007199254740995}}`, { 'content-type': 'application/x-ndjson' })
    expect(await works.pump('starts { summary { from count min max sum } }', 'p4')).toEqual({ starts: { summary: { from: at(0), count: 2, min: '9007199254740993', max: '9007199254740995', sum: '18014398509481988' } } })
    expect(await works.pump(`running { summary(${day}) { count first last } } mode { summary(${day}) { count first last } }`)).toEqual({ running: { summary: { count: 1_440, first: true, last: false } }, mode: { summary: { count: 1_440, first: 'm0', last: 'm1439' } } })
    expect(await works.pump('flow { latest { value } summary { count } readings { edges { cursor } } freshness { at } }', 'p4')).toEqual({ flow: { latest: null, summary: null, readings: { edges: [] }, freshness: null } })
  })

  it('is paged through without a gap', async () => {
    const seen: number[] = []
    for (let after: string | null = null, more = true; more;) {
      const { flow: { readings } } = await works.pump(`flow { readings(${day}, first: 100${after === null ? '' : `, after: "${after}"`}) { edges { node { value } } pageInfo { hasNextPage endCursor } } }`)
      seen.push(...readings.edges.map(({ node }: { node: { value: number } }) => node.value))
      ;({ endCursor: after, hasNextPage: more } = readings.pageInfo)
    }
    expect(seen).toEqual(Array.from({ length: 1_440 }, (_, minute) => minute))
  })

  it('is drawn with few points that keep its shape', async () => {
    const { flow: { shape } } = await works.pump(`flow { shape(${day}, points: 50) { at value } }`)
    expect([shape.length, shape[0].value, shape[49].value]).toEqual([50, 0, 1_439])
    expect((await works.pump('flow { shape(last: "P9999D", points: 50) { value } }', 'p2'))['flow'].shape).toHaveLength(4)
  })

  it.each([
    ['flow { buckets(every: "PT1H") { count } }', /from or last/], [`flow { buckets(${day}) { count } }`, /every.*points/], [`flow { buckets(${day}, every: "P1M") { count } }`, /months/],
    [`flow { buckets(${day}, every: "PT1S") { count } }`, /86400 buckets; at most 10000/], [`flow { buckets(${day}, every: "PT0S") { count } }`, /more than zero/], [`flow { buckets(${day}, points: 2) { quantile(q: 2) } }`, /q is from 0 to 1/],
    [`flow { summary(${day}, last: "P1D") { count } }`, /from and last/], [`flow { readings(after: "abc") { edges { cursor } } }`, /no cursor/], ['flow { readings(first: 1001) { edges { cursor } } }', /1000/], [`flow { shape(${day}, points: 0) { at } }`, /points/],
  ])('says what is wrong with %s', async (selection, message) => {
    const { errors } = await works.ask(`{ pump(id: "p1") { ${selection} } }`)
    expect([errors?.[0]?.message, errors?.[0]?.extensions['code']]).toEqual([expect.stringMatching(message), 'BAD_USER_INPUT'])
  })

  it('costs one call of the store for a whole list, whatever its length', async () => {
    const { store } = works.app.services.telemetry
    const calls = { latest: vi.spyOn(store, 'latest'), summaries: vi.spyOn(store, 'summaries'), readings: vi.spyOn(store, 'readings') }
    const { pumps } = await works.data(`{ pumps { _id flow { latest { value } buckets(${day}, every: "PT6H") { count } readings(first: 2) { edges { node { value } } } } feeds { flow { latest { value } } } } }`)
    expect(pumps).toHaveLength(4)
    expect(pumps[2]).toMatchObject({ _id: 'p3', flow: { latest: { value: 1_000 }, buckets: [{ count: 1 }] } })
    expect([calls.latest.mock.calls.length, calls.summaries.mock.calls.length, calls.readings.mock.calls.length]).toEqual([1, 1, 1])
    vi.restoreAllMocks()
  })

  it('is found by name, with what it is', async () => {
    expect(await works.data('{ twin(id: "p1") { _series(name: "flow") { __typename name unit semanticType ... on FloatSeries { latest { value } } } none: _series(name: "nothing") { name } } }')).toEqual({
      twin: { _series: { __typename: 'FloatSeries', name: 'flow', unit: 'litrePerSecond', semanticType: 'VolumeFlowRate', latest: { value: 1_439 } }, none: null },
    })
  })
})

describe('Latest values', () => {
  it('are filtered and sorted by, in every half of a query, two seconds after they came at most', async () => {
    await works.projected()
    expect(await works.data('{ pumps(where: { flow: { latest: { gt: 500 } } }, sort: [{ flow: DESC }]) { _id } }')).toEqual({ pumps: [{ _id: 'p1' }, { _id: 'p3' }] })
    expect(await works.data('{ pumps(where: { feeds: { some: { flow: { latest: { eq: 1000 } } } } }) { _id } }')).toEqual({ pumps: [{ _id: 'p2' }] })
    expect(await works.data('{ pumps(where: { motor: { current: { latest: { gt: 1 } } } }) { _id } }')).toEqual({ pumps: [{ _id: 'p3' }] })
    expect(await works.data('{ pumps(where: { running: { latest: { eq: false } } }) { _id } }')).toEqual({ pumps: [{ _id: 'p1' }] })
    await works.send([{ twin: 'p4', at: at(1), values: { serviced: '2026-03-01' } }])
    await works.projected()
    expect(await works.data('{ pumps(where: { serviced: { latest: { gte: "2026-03-01" } } }) { _id } }')).toEqual({ pumps: [{ _id: 'p4' }] })
  })

  it('are written again by the next process, should the last one not have come to it', async () => {
    await works.send([{ twin: 'p4', at: at(9_000), values: { mode: 'manual' } }])
    await works.restart()
    await works.projected()
    expect(await works.data('{ pumps(where: { mode: { latest: { eq: "manual" } } }) { _id } }')).toEqual({ pumps: [{ _id: 'p4' }] })
  })
})

describe('A roll-up', () => {
  const rollup = async (args: string) => (await works.data(`{ rollup(${args}, ${day}, series: "flow") { group twins unit buckets { from to count value } } }`))['rollup'] as unknown

  it('puts the readings of every twin that is reached together', async () => {
    expect(await rollup('of: ["p2"], over: ["feeds"], every: "P1D", aggregate: SUM')).toEqual([{ group: null, twins: 3, unit: 'litrePerSecond', buckets: [{ from: at(0), to: at(1_440), count: 5, value: 1_421 }] }])
    expect(await rollup('of: ["p2"], over: ["feeds"], maxDepth: 0, every: "PT12H", aggregate: MAX')).toEqual([{ group: null, twins: 1, unit: 'litrePerSecond', buckets: [{ from: at(0), to: at(720), count: 4, value: 300 }] }])
    expect(await rollup('of: ["p1", "p3"], every: "P1D", aggregate: COUNT, groupBy: TWIN')).toEqual([['p1', 1_440], ['p3', 1]].map(([group, count]) => ({ group, twins: 1, unit: null, buckets: [{ from: at(0), to: at(1_440), count, value: count }] })))
    expect(await rollup('of: ["p1", "p3"], over: ["feeds"], every: "P1D", aggregate: LAST, groupBy: ROOT')).toMatchObject([{ group: 'p1', twins: 4, buckets: [{ count: 1_445, value: 1_439 }] }, { group: 'p3', twins: 2, buckets: [{ value: 1_000 }] }])
    expect(await rollup('of: ["ghost"], every: "P1D", aggregate: SUM')).toEqual([])
  })

  it('says what is wrong with what it is asked', async () => {
    const message = async (args: string) => (await works.ask(`{ rollup(${args}, aggregate: SUM, every: "P1D", ${day}) { twins } }`)).errors?.[0]?.message
    expect(await message('of: ["p1"], over: ["fed"], series: "flow"')).toBe('No model has a relationship "fed". Did you mean feeds?')
    expect(await message('of: ["p1"], series: "mode"')).toContain('is no number')
    expect(await message('of: ["p1"], maxDepth: 1000, series: "flow"')).toContain('maxDepth')
  })
})

describe('Freshness', () => {
  it('tells how old what is known is, by series and by origin, and metrics tell it to machines', async () => {
    const recent = new Date(Date.now() - 3_600_000).toISOString()
    await works.send([{ twin: 'p2', at: recent, values: { temperature: 5 }, origin: 'plc-2' }, { twin: 'p2', at: at(0), values: { temperature: 4 }, origin: 'plc-2' }])
    const { temperature: { freshness } } = await works.pump('temperature { freshness { at receivedAt eventLag receiptLag } }', 'p2')
    expect(freshness).toMatchObject({ at: recent, eventLag: expect.stringMatching(/^PT1H/) as string, receiptLag: expect.stringMatching(/^PT\d+(\.\d+)?S$|^PT0S$/) as string })
    const { telemetryOrigins } = await works.data('{ telemetryOrigins { origin watermark readings late eventLag } }')
    expect(telemetryOrigins).toEqual([{ origin: 'plc-2', watermark: recent, readings: 2, late: 1, eventLag: expect.stringMatching(/^PT1H/) as string }])
    const text = await (await fetch(`${works.url}/metrics`)).text()
    for (const name of ['twinfold_telemetry_accepted_readings_total 2', 'twinfold_telemetry_projection_lag_seconds', 'twinfold_telemetry_unmerged_readings', 'twinfold_telemetry_origin_watermark_seconds{origin="plc-2"}']) expect(text.includes(name), name).toBe(true)
  })
})
