import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openWorks, type Works } from './works.ts'

/** Whole hours before the present, which is behind a bucket's end by half an hour at least nowhere: tests ask for whole days of UTC. */
const hour = 3_600_000
const day = 24 * hour
const today = Math.floor(Date.now() / day) * day
const iso = (ms: number): string => new Date(ms).toISOString()

const set = (args: string): string => `mutation { setTelemetryPolicy(${args}) { __typename ... on SetTelemetryPolicySuccess { policy { id model telemetry keep rollupEvery rollupKeep } } ... on Problem { code message path } ... on Invalid { problems { message path } } } }`
const remove = (args: string): string => `mutation { removeTelemetryPolicy(${args}) { __typename ... on RemoveTelemetryPolicySuccess { model telemetry } ... on Problem { code message } } }`
const pump = 'model: "dtmi:works:Pump;1"'

describe('A telemetry policy', () => {
  let works: Works
  beforeAll(async () => { works = await openWorks(1) })
  afterAll(() => works[Symbol.asyncDispose]())

  it('is set, changed, listed and removed', async () => {
    const policy = { id: 'dtmi:works:Pump;1/flow', model: 'dtmi:works:Pump;1', telemetry: 'flow', keep: 'P30D', rollupEvery: 'PT1H', rollupKeep: 'P1000D' }
    expect(await works.data(set(`${pump}, telemetry: "flow", keep: "P30D", rollupEvery: "PT1H", rollupKeep: "P1000D"`))).toEqual({ setTelemetryPolicy: { __typename: 'SetTelemetryPolicySuccess', policy } })
    await works.data(set(`${pump}, keep: "P7D"`))
    expect(await works.data(set(`${pump}, telemetry: "flow", keep: "P30D", rollupEvery: "P1D"`))).toMatchObject({ setTelemetryPolicy: { policy: { keep: 'P30D', rollupEvery: 'P1D', rollupKeep: null } } })
    expect(await works.data('{ telemetryPolicies(sort: [{ id: ASC }]) { telemetry keep rollupEvery } telemetryPoliciesConnection(where: { telemetry: { isNull: true } }) { totalCount } }')).toEqual({
      telemetryPolicies: [{ telemetry: null, keep: 'P7D', rollupEvery: null }, { telemetry: 'flow', keep: 'P30D', rollupEvery: 'P1D' }], telemetryPoliciesConnection: { totalCount: 1 },
    })
    expect(await works.data(remove(`${pump}, telemetry: "flow"`))).toEqual({ removeTelemetryPolicy: { __typename: 'RemoveTelemetryPolicySuccess', model: 'dtmi:works:Pump;1', telemetry: 'flow' } })
    expect(await works.data(remove(`${pump}, telemetry: "flow"`))).toMatchObject({ removeTelemetryPolicy: { __typename: 'NotFound', code: 'NOT_FOUND' } })
    expect(await works.data(remove(pump))).toEqual({ removeTelemetryPolicy: { __typename: 'RemoveTelemetryPolicySuccess', model: 'dtmi:works:Pump;1', telemetry: null } })
  })

  it.each([
    ['model: "dtmi:works:Pomp;1"', 'NotFound', 'There is no model "dtmi:works:Pomp;1". Did you mean dtmi:works:Pump;1?'],
    [`${pump}, telemetry: "flaw"`, 'NotFound', 'dtmi:works:Pump;1 has no telemetry "flaw". Did you mean flow?'],
    [`${pump}, telemetry: "feeds"`, 'NotFound', /no telemetry/],
    [`${pump}, keep: "P1M"`, 'Invalid', /months/],
    [`${pump}, keep: "PT0S"`, 'Invalid', /more than nothing/],
    [`${pump}, rollupEvery: "PT1H"`, 'Invalid', /needs keep/],
    [`${pump}, keep: "P9D", rollupEvery: "PT7M"`, 'Invalid', /divides a day/],
    [`${pump}, keep: "P9D", rollupEvery: "PT36H"`, 'Invalid', /divides a day/],
    [`${pump}, keep: "PT1H", rollupEvery: "P1D"`, 'Invalid', /at most keep/],
    [`${pump}, keep: "P9D", rollupEvery: "P1D", rollupKeep: "P8D"`, 'Invalid', /at least keep/],
    [`${pump}, keep: "P9D", rollupKeep: "P80D"`, 'Invalid', /needs rollupEvery/],
  ])('is refused with %s', async (args, kind, message) => {
    const { setTelemetryPolicy: answer } = await works.data(set(args))
    expect([answer.__typename, answer.message]).toEqual([kind, typeof message === 'string' ? message : expect.stringMatching(message)])
  })
})

describe('Readings older than a policy keeps them', () => {
  let works: Works
  const round = () => works.app.services.telemetry.keeper.round()
  /** A reading a minute over three days, the youngest of them two days old. */
  const from = today - 5 * day
  const minutes = 3 * 1_440
  const span = `from: "${iso(from)}", to: "${iso(from + 3 * day)}"`
  const figures = 'from count first last min max sum mean stddev'
  const summaries = `flow { six: buckets(${span}, every: "PT6H") { ${figures} } whole: summary(${span}) { ${figures} } } starts { buckets(${span}, every: "P1D") { ${figures} } } running { buckets(${span}, every: "PT1H") { from count first last } } mode { summary(${span}) { count first last } } motor { current { summary(${span}) { count sum } } }`
  const rollups = ['SUM', 'MEAN', 'MIN', 'MAX', 'COUNT', 'FIRST', 'LAST'].map((aggregate) => `${aggregate}: rollup(of: ["p1", "p2"], series: "flow", every: "PT12H", aggregate: ${aggregate}, ${span}) { buckets { from count value } }`).join(' ')
  const runs = `running: rollup(of: ["p1"], series: "running", every: "P1D", aggregate: MEAN, ${span}) { buckets { count value } } any: rollup(of: ["p1"], series: "running", every: "P1D", aggregate: MAX, ${span}) { buckets { value } }`
  const ask = async () => await works.data(`{ pump(id: "p1") { ${summaries} } ${rollups} ${runs} }`)
  const left = async (id = 'p1', name = 'flow'): Promise<number> => (await works.app.services.telemetry.store.readings([{ twin: id, name, kind: 'float', source: 'MEASURED', run: null }], { from: -Infinity, to: Infinity }, { first: 100_000 }))[0]?.length ?? 0

  beforeAll(async () => {
    works = await openWorks(3)
    for (const id of ['p1', 'p2']) {
      await works.send(Array.from({ length: minutes }, (_, minute) => ({
        twin: id, at: iso(from + minute * 60_000),
        values: { flow: Math.sin(minute) * 10, starts: 9_007_199_254 + minute, running: minute % 3 === 0, mode: `m${minute}`, 'motor.current': minute },
      })))
    }
    await works.send([{ twin: 'p1', at: iso(Date.now() - 1_000), values: { flow: 1, starts: 1, running: true, mode: 'now', 'motor.current': 1 } }])
    await works.send([{ twin: 'p3', at: iso(from), values: { flow: 5 } }, { twin: 'p3', at: iso(from + 60_000), values: { flow: 6 } }])
  })
  afterAll(() => works[Symbol.asyncDispose]())

  it('stay without a policy, and cost a round nothing', async () => {
    expect(await round()).toEqual({ isOurs: true, buckets: 0, forgotten: 0, isUnfinished: false })
    expect(await left()).toBe(minutes + 1)
  })

  it('are forgotten, and every summary over them is what it was', async () => {
    const before = await ask()
    await works.data(set(`${pump}, keep: "P1D", rollupEvery: "PT1H"`))
    await works.data(set('model: "dtmi:works:Motor;1", keep: "P1D", rollupEvery: "PT6H"'))
    const done = await round()
    expect(done).toMatchObject({ isOurs: true, isUnfinished: false })
    expect(done.forgotten).toBeGreaterThan(9 * minutes)
    expect(await left()).toBe(1)
    expectLike(await ask(), before)
    expect(await round()).toMatchObject({ buckets: 0, forgotten: 0 })
    const { flow } = await works.pump(`flow { buckets(${span}, every: "P1D") { count quantile(q: 0.5) } readings(${span}) { edges { cursor } } latest { value } }`)
    expect(flow).toEqual({ buckets: Array.from({ length: 3 }, () => ({ count: 1_440, quantile: null })), readings: { edges: [] }, latest: { value: 1 } })
    const noon = from + 3 * day + day / 2
    expect(await works.pump(`starts { summary { from count } buckets(from: "${iso(noon)}", to: "${iso(noon + hour)}", every: "PT1H", fill: PREVIOUS) { count last } }`)).toEqual({
      starts: { summary: { from: iso(from), count: minutes + 1 }, buckets: [{ count: 0, last: 9_007_199_254 + minutes - 1 }] },
    })
  })

  it('but the latest one, however old, with those of its bucket', async () => {
    expect(await left('p3')).toBe(2)
    expect((await works.data('{ pump(id: "p3") { flow { latest { value } } } }'))['pump'].flow).toEqual({ latest: { value: 6 } })
  })

  it('are summarised by the next process, too', async () => {
    const before = await ask()
    await works.restart()
    expect(await ask()).toEqual(before)
  })

  it('come into their buckets when they are late, and count once at every time', async () => {
    const whole = async () => (await works.pump(`flow { summary(${span}) { count min max last } }`))['flow'].summary as Readonly<Record<string, unknown>>
    const was = await whole()
    await works.send([{ twin: 'p1', at: iso(from + 30_000), values: { flow: -500 } }, { twin: 'p1', at: iso(from + day + 30_000), values: { flow: 700 } }])
    const expected = { ...was, count: Number(was['count']) + 2, min: -500, max: 700 }
    expect(await whole()).toEqual(expected)
    expect(await round()).toMatchObject({ buckets: 2, forgotten: 2 })
    expect(await whole()).toEqual(expected)
    expect(await left()).toBe(1)
  })

  it('are asked for as ever where nothing of a series was rolled up', async () => {
    const { store } = works.app.services.telemetry
    const pages = vi.spyOn(store, 'readings')
    expect(await works.pump(`flow { buckets(from: "${iso(Date.now() - hour)}", to: "${iso(Date.now())}", every: "PT1H") { count last quantile(q: 1) } }`)).toEqual({ flow: { buckets: [{ count: 1, last: 1, quantile: 1 }] } })
    expect(pages).not.toHaveBeenCalled()
    vi.restoreAllMocks()
  })

  it('are forgotten with their buckets when those are old, too', async () => {
    await works.data(set(`${pump}, telemetry: "flow", keep: "P1D", rollupEvery: "PT1H", rollupKeep: "P${Math.ceil((Date.now() - today) / day) + 3}D"`))
    await round()
    const { flow, starts } = await works.pump(`flow { buckets(${span}, every: "P1D") { from count } } starts { buckets(${span}, every: "P1D") { count } }`)
    expect(flow.buckets.length).toBeLessThan(3)
    expect(starts.buckets).toHaveLength(3)
  })

  it('stay rolled up when the policy goes, and what comes late joins them', async () => {
    for (const args of [pump, `${pump}, telemetry: "flow"`]) await works.data(remove(args))
    await works.send([{ twin: 'p1', at: iso(from + 30_000), values: { starts: 5 } }])
    expect(await round()).toMatchObject({ buckets: 1, forgotten: 1 })
    expect(await works.pump(`starts { buckets(${span}, every: "P1D") { count min } }`)).toMatchObject({ starts: { buckets: [{ count: 1_441, min: 5 }, {}, {}] } })
  })
})

/** The same figures: floats to nine digits. */
function expectLike(actual: unknown, expected: unknown): void {
  if (typeof expected === 'number' && !Number.isInteger(expected)) expect(Math.abs(Number(actual) - expected)).toBeLessThan(1e-9 * Math.max(1, Math.abs(expected)) * 1_000)
  else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual as object)).toEqual(Object.keys(expected))
    for (const [name, value] of Object.entries(expected)) expectLike((actual as Readonly<Record<string, unknown>>)[name], value)
  } else expect(actual).toEqual(expected)
}

describe('The keeper', () => {
  it('goes its rounds by itself', async () => {
    await using works = await openWorks(1, { retentionEveryMs: 20 })
    await works.send([{ twin: 'p1', at: iso(Date.now() - 3 * day), values: { flow: 1 } }, { twin: 'p1', at: iso(Date.now() - 1_000), values: { flow: 2 } }])
    await works.data(set(`${pump}, keep: "P1D"`))
    await vi.waitFor(async () => {
      expect(await works.pump('flow { readings { edges { node { value } } } summary { count } }')).toEqual({ flow: { readings: { edges: [{ node: { value: 2 } }] }, summary: { count: 1 } } })
    }, { timeout: 10_000, interval: 20 })
  })

  it('is one of several processes at a time, and the next when that one ends', async () => {
    await using works = await openWorks(1)
    await works.send([{ twin: 'p1', at: iso(Date.now()), values: { flow: 1 } }])
    await works.data(set(`${pump}, keep: "P1D"`))
    expect((await works.app.services.telemetry.keeper.round()).isOurs).toBe(true)
    const { database, config } = works.app
    const { createNeo4jPolicyStore } = await import('../../src/adapters/neo4j/policy-store.ts')
    const other = createNeo4jPolicyStore(database, config.tenant)
    expect(await other.claim('other', 60_000)).toBe(false)
    await works.restart()
    expect(await createNeo4jPolicyStore(works.app.database, config.tenant).claim('other', 60_000)).toBe(true)
    expect((await works.app.services.telemetry.keeper.round()).isOurs).toBe(false)
  })
})
