import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDuckdbTelemetryStore } from '../../src/adapters/duckdb/telemetry-store.ts'
import { createNeo4jOverrideStore } from '../../src/adapters/neo4j/override-store.ts'
import { createOverrideService } from '../../src/scenario/override-service.ts'
import { forgetOverrides } from '../../src/telemetry/retention/forget-overrides.ts'
import type { Data } from '../support/app.ts'
import { openFeed } from '../support/feed.ts'
import { at, openWorks, type Works } from './works.ts'

let works: Works
const day = `from: "${at(0)}", to: "${at(1_440)}"`
beforeAll(async () => {
  works = await openWorks(4)
  await works.send([1, 2, 3, 4].map((value) => ({ twin: 'p1', at: at(value), values: { flow: value, starts: value, running: value % 2 === 0, mode: `m${value}`, 'motor.current': value } })))
  await works.send([{ twin: 'p2', at: at(1), values: { flow: 100 } }])
  await works.data('mutation { a: createScenario(name: "drought", id: "drought") { __typename } b: createScenario(name: "worse", id: "worse", parent: "drought") { __typename } }')
})
afterAll(() => works[Symbol.asyncDispose]())

const result = '__typename ... on OverrideTelemetrySuccess { cursor overrides { twin name kind constant factor readings firstAt lastAt setAt setBy } } ... on Problem { code message } ... on Invalid { problems { code message item path } }'
const override = async (overrides: readonly unknown[], scenario = 'drought', key: string | null = null): Promise<Data> =>
  (await works.data(`mutation ($s: ID!, $o: [TelemetryOverrideInput!]!, $k: String) { overrideTelemetry(scenario: $s, overrides: $o, idempotencyKey: $k) { ${result} } }`, { s: scenario, o: overrides, k: key }))['overrideTelemetry'] as Data
const pump = async (fields: string, scenario: string | null = 'drought', id = 'p1'): Promise<Data> => (await works.data(`query ($s: ID) { pump(id: "${id}", scenario: $s) { ${fields} } }`, { s: scenario }))['pump'] as Data
const everything = `latest { at value source } readings(${day}) { edges { node { value source } } } summary(${day}) { count first last min max mean sum stddev low: quantile(q: 0.1) high: quantile(q: 1) }`
const valuesOf = ({ readings }: Data): readonly unknown[] => readings['edges'].map(({ node }: { node: { value: unknown } }) => node.value) as readonly unknown[]

describe('A telemetry in a scenario', () => {
  it('is multiplied, and its least value is then what was the greatest where the factor is negative', async () => {
    const before = await pump(`flow { ${everything} }`)
    expect(await override([{ twin: 'p1', name: 'flow', factor: -2 }])).toMatchObject({ overrides: [{ twin: 'p1', name: 'flow', kind: 'FACTOR', factor: -2, setBy: 'local-administrator' }] })
    const { flow } = await pump(`flow { ${everything} }`)
    expect([flow.latest, valuesOf(flow)]).toEqual([{ at: at(4), value: -8, source: 'DERIVED' }, [-2, -4, -6, -8]])
    expect(flow.summary).toEqual({ count: 4, first: -2, last: -8, min: -8, max: -2, mean: -5, sum: -20, stddev: expect.closeTo(2 * before['flow'].summary.stddev, 9) as number, low: expect.closeTo(-7.4, 9) as number, high: -2 })
    expect(await pump(`flow { ${everything} }`, null)).toEqual(before)
  })

  it('has one value, wherever it has a reading, and one reading where it had none', async () => {
    await override([{ twin: 'p1', name: 'starts', constant: 7 }, { twin: 'p1', name: 'mode', constant: 'off' }, { twin: 'p1', name: 'running', constant: true }, { twin: 'p3', name: 'flow', constant: 5 }])
    const { starts, mode, running } = await pump(`starts { ${everything} } mode { latest { value source } summary(${day}) { count first last } } running { summary(${day}) { first last } }`)
    expect([starts.latest, valuesOf(starts)]).toEqual([{ at: at(4), value: 7, source: 'SIMULATED' }, [7, 7, 7, 7]])
    expect(starts.summary).toMatchObject({ count: 4, first: 7, min: 7, max: 7, sum: 28, mean: 7, stddev: 0, low: 7 })
    expect([mode, running]).toEqual([{ latest: { value: 'off', source: 'SIMULATED' }, summary: { count: 4, first: 'off', last: 'off' } }, { summary: { first: true, last: true } }])
    expect(await pump('flow { latest { value source } summary { count sum } }', 'drought', 'p3')).toEqual({ flow: { latest: { value: 5, source: 'SIMULATED' }, summary: { count: 1, sum: 5 } } })
    expect(await pump('flow { latest { value } }', null, 'p3')).toEqual({ flow: { latest: null } })
  })

  it('has other readings in the place of its own, which are paged, drawn and summarised like any', async () => {
    await override([{ twin: 'p1', name: 'motor.current', series: [{ at: at(10), value: 50 }, { at: at(20), value: 60 }, { at: at(20), value: 61 }] }])
    const { motor: { current } } = await pump(`motor { current { ${everything} shape(${day}, points: 10) { value source } buckets(${day}, every: "PT15M") { count last } } }`)
    expect([current.latest, valuesOf(current), current.summary.sum]).toEqual([{ at: at(20), value: 61, source: 'SIMULATED' }, [50, 61], 111])
    expect([current.shape, current.buckets]).toEqual([[{ value: 50, source: 'SIMULATED' }, { value: 61, source: 'SIMULATED' }], [{ count: 1, last: 50 }, { count: 1, last: 61 }]])
    await override([{ twin: 'p1', name: 'motor.current', series: [] }])
    expect(await pump('motor { current { latest { value } } }')).toEqual({ motor: { current: { latest: null } } })
    await override([{ twin: 'p1', name: 'motor.current', remove: true }])
    expect(await pump('motor { current { latest { value source } } }')).toEqual({ motor: { current: { latest: { value: 4, source: 'MEASURED' } } } })
  })

  it('is what the nearest scenario says, and what roll-ups and filters see', async () => {
    await override([{ twin: 'p1', name: 'flow', factor: 10 }, { twin: 'p2', name: 'flow', factor: 3 }, { twin: 'p3', name: 'flow', constant: 5 }])
    await override([{ twin: 'p1', name: 'flow', constant: 1 }, { twin: 'p4', name: 'flow', series: [{ at: at(7), value: 1_000 }] }], 'worse')
    const sum = async (scenario: string | null, aggregate: string): Promise<readonly unknown[]> => (await works.data(`query ($s: ID) { rollup(of: ["p1"], over: ["feeds"], series: "flow", from: "${at(0)}", every: "P1D", to: "${at(1_440)}", aggregate: ${aggregate}, scenario: $s) { buckets { count value } } }`, { s: scenario }))['rollup'][0].buckets as readonly unknown[]
    expect([await sum(null, 'SUM'), await sum('drought', 'SUM'), await sum('worse', 'SUM')]).toEqual([[{ count: 5, value: 110 }], [{ count: 5, value: 400 }], [{ count: 6, value: 1_304 }]])
    expect([await sum('drought', 'LAST'), await sum('worse', 'MIN'), await sum('worse', 'MEAN')]).toEqual([[{ count: 5, value: 40 }], [{ count: 6, value: 1 }], [{ count: 6, value: 1_304 / 6 }]])
    const found = async (scenario: string, where: string): Promise<readonly unknown[]> => ((await works.data(`query ($s: ID) { pumps(where: { flow: { latest: ${where} } }, scenario: $s) { _id flow { latest { value } } } }`, { s: scenario }))['pumps'] as readonly Data[]).map(({ _id: id, flow: { latest } }) => [id, latest.value])
    expect(await found('drought', '{ gt: 4 }')).toEqual([['p1', 40], ['p2', 300], ['p3', 5]])
    expect(await found('worse', '{ gt: 4 }')).toEqual([['p2', 300], ['p3', 5], ['p4', 1_000]])
  })
})

describe('From where a scenario is looked at', () => {
  const instant = (): string => new Date().toISOString()
  const look = async (args: string, id = 'p4'): Promise<Data> => (await works.data(`{ pump(id: "${id}", ${args}) { starts { latest { at value } summary(from: "2000-01-01T00:00:00Z") { count sum } } } }`))['pump']['starts'] as Data

  it('a constant of what was never measured is there on a fixed base: as of the instant that it branches off from', async () => {
    const base = new Date(Date.now() - 1).toISOString()
    await works.data(`mutation { createScenario(name: "cast iron", base: "${base}") { __typename } }`)
    await works.data('mutation { createScenario(name: "of it", id: "cast-child", parent: "cast-iron") { __typename } }')
    const { overrides: [said] } = await override([{ twin: 'p4', name: 'starts', constant: 3 }], 'cast-iron')
    expect(Date.parse(said.setAt as string)).toBeGreaterThan(Date.parse(base))
    for (const scenario of ['cast-iron', 'cast-child']) expect(await look(`scenario: "${scenario}"`)).toEqual({ latest: { at: base, value: 3 }, summary: { count: 1, sum: 3 } })
    expect((await works.data('{ pumps(where: { starts: { latest: { eq: 3 } } }, scenario: "cast-iron") { _id } }'))['pumps']).toEqual([{ _id: 'p4' }])
  })

  it('a constant that follows what is has a reading of the moment that it is said to be set at', async () => {
    const { overrides: [said] } = await override([{ twin: 'p4', name: 'starts', constant: 4 }])
    expect(await look('scenario: "drought"')).toEqual({ latest: { at: said.setAt, value: 4 }, summary: { count: 1, sum: 4 } })
  })

  it('what it says holds whatever was known; of its base only what was received by then counts', async () => {
    const [twins, before] = [{ twin: 'k', name: 'starts' }, instant()]
    await works.data('mutation { createTwins(twins: [{ id: "k", model: "dtmi:works:Pump;1" }, { id: "k2", model: "dtmi:works:Pump;1" }, { id: "k3", model: "dtmi:works:Pump;1" }]) { __typename } createScenario(name: "known", id: "known") { __typename } }')
    await works.send([{ twin: 'k', at: at(1), values: { starts: 1 } }, { twin: 'k2', at: at(1), values: { starts: 1 } }, { twin: 'k3', at: at(1), values: { starts: 1 } }])
    const known = instant()
    await works.send([{ twin: 'k', at: at(2), values: { starts: 10 } }, { twin: 'k2', at: at(2), values: { starts: 10 } }, { twin: 'k3', at: at(2), values: { starts: 10 } }])
    await override([{ ...twins, factor: 3 }, { twin: 'k2', name: 'starts', constant: 5 }, { twin: 'k3', name: 'starts', series: [{ at: at(1), value: 7 }, { at: at(2), value: 8 }, { at: at(3), value: 9 }] }], 'known')
    const all = async (knownAt: string): Promise<readonly unknown[]> => await Promise.all(['k', 'k2', 'k3'].map(async (id) => (await look(`scenario: "known", knownAt: "${knownAt}"`, id))))
    expect(await all(known)).toEqual([
      { latest: { at: at(1), value: 3 }, summary: { count: 1, sum: 3 } }, { latest: { at: at(1), value: 5 }, summary: { count: 1, sum: 5 } }, { latest: { at: at(3), value: 9 }, summary: { count: 3, sum: 24 } },
    ])
    expect(await all(instant())).toEqual([
      { latest: { at: at(2), value: 30 }, summary: { count: 2, sum: 33 } }, { latest: { at: at(2), value: 5 }, summary: { count: 2, sum: 10 } }, { latest: { at: at(3), value: 9 }, summary: { count: 3, sum: 24 } },
    ])
    const rolled = async (knownAt: string): Promise<unknown> => (await works.data(`{ rollup(of: ["k", "k2", "k3"], over: ["feeds"], series: "starts", ${day}, every: "P1D", aggregate: LAST, scenario: "known", knownAt: "${knownAt}") { buckets { count value } } }`))['rollup']
    expect(await rolled(known)).toEqual([{ buckets: [{ count: 5, value: 9 }] }])
    expect((await works.data(`{ pumps(where: { starts: { latest: { in: [3, 9] } } }, scenario: "known", knownAt: "${known}") { _id } }`))['pumps']).toEqual([{ _id: 'k' }, { _id: 'k3' }])
    expect((await works.ask(`{ pump(id: "k", scenario: "known", knownAt: "${before}") { _id } }`)).data, 'the twin was not there').toEqual({ pump: null })
  })
})

describe('A roll-up in a scenario', () => {
  it('is over the twins that are reached there', async () => {
    await works.data(`mutation { createTwins(twins: [
        { id: "u1", model: "dtmi:works:Pump;1", relationships: [{ name: "feeds", to: "u2", id: "r1" }, { name: "feeds", to: "u3", id: "r2" }] }, { id: "u2", model: "dtmi:works:Pump;1", relationships: [{ name: "feeds", to: "u4", id: "r3" }] },
        { id: "u3", model: "dtmi:works:Pump;1" }, { id: "u4", model: "dtmi:works:Pump;1" }
      ]) { __typename } createScenario(name: "bypass", id: "bypass") { __typename } }`)
    await works.data('mutation { createScenario(name: "bypass of it", id: "inner", parent: "bypass") { __typename } }')
    await works.send(['u1', 'u2', 'u3', 'u4'].map((twin, index) => ({ twin, at: at(1), values: { flow: 10 ** index } })))
    await works.data('mutation { deleteTwins(ids: ["u2"], cascade: true, scenario: "bypass") { __typename } }')
    await works.data('mutation { createTwins(twins: [{ id: "valve", model: "dtmi:works:Pump;1", relationships: [{ name: "feeds", to: "u4", id: "r4" }] }], scenario: "bypass") { __typename } }')
    await works.data('mutation { relate(relationships: [{ from: "u3", name: "feeds", to: "valve", id: "r5" }], scenario: "bypass") { __typename } }')
    await works.data('mutation { unrelate(relationships: [{ from: "u3", name: "feeds", id: "r5" }], scenario: "inner") { __typename } }')
    const reached = async (scenario: string | null, of = ['u1']): Promise<readonly string[]> => ((await works.data(`query ($s: ID, $of: [ID!]!) { rollup(of: $of, over: ["feeds"], series: "flow", ${day}, every: "P1D", aggregate: SUM, groupBy: TWIN, scenario: $s) { group } }`, { s: scenario, of }))['rollup'] as readonly { readonly group: string }[]).map(({ group }) => group).sort()
    expect([await reached(null), await reached('bypass'), await reached('inner')]).toEqual([['u1', 'u2', 'u3', 'u4'], ['u1', 'u3', 'u4', 'valve'], ['u1', 'u3']])
    expect([await reached('bypass', ['u2', 'valve']), await reached(null, ['valve'])]).toEqual([['u4', 'valve'], []])
    await works.data('mutation { deleteTwins(ids: ["u3"], cascade: true) { __typename } }')
    expect([await reached(null), await reached('bypass')]).toEqual([['u1', 'u2', 'u4'], ['u1']])
  }, 120_000)
})

describe('Overriding telemetry', () => {
  it('stores nothing where something is wrong, and says all that is', async () => {
    const { problems } = await override([
      { twin: 'ghost', name: 'flow', factor: 2 }, { twin: 'p1', name: 'flo', factor: 2 }, { twin: 'p1', name: 'flow' }, { twin: 'p1', name: 'temperature', factor: 2, constant: 1 }, { twin: 'p1', name: 'starts', factor: 1.5 },
      { twin: 'p1', name: 'mode', factor: 2 }, { twin: 'p1', name: 'running', constant: 'yes' }, { twin: 'p1', name: 'serviced', series: [{ at: at(0), value: 'yesterday' }] }, { twin: 'p2', name: 'flow', factor: 4 }, { twin: 'p2', name: 'flow', factor: 5 }, { twin: 'p1', name: 'state', factor: 2 },
    ])
    expect(problems.map(({ code, item }: { code: string; item: number }) => [item, code])).toEqual([
      [0, 'NOT_FOUND'], [1, 'UNKNOWN_TELEMETRY'], [2, 'INVALID_INPUT'], [3, 'INVALID_INPUT'], [4, 'WRONG_TYPE'], [5, 'WRONG_TYPE'], [6, 'WRONG_TYPE'], [7, 'WRONG_TYPE'], [9, 'DUPLICATE_ITEM'], [10, 'WRONG_TYPE'],
    ])
    expect(problems[1].message).toContain('Did you mean flow?')
    expect([problems[6].message, problems[7].message]).toEqual([expect.stringContaining('running') as string, expect.stringContaining('serviced') as string])
    expect(await pump('flow { latest { value } }', 'drought', 'p2')).toEqual({ flow: { latest: { value: 300 } } })
  })

  it('refuses scenarios that are not there or not open, and too much at once', async () => {
    await works.data('mutation { createScenario(name: "over", id: "over") { __typename } discardScenario(id: "over") { __typename } }')
    const one = [{ twin: 'p1', name: 'flow', factor: 2 }]
    expect(await override(one, 'nowhere')).toMatchObject({ __typename: 'NotFound' })
    expect(await override(one, 'over')).toMatchObject({ __typename: 'Conflict', code: 'SCENARIO_NOT_OPEN' })
    expect(await override(Array.from({ length: 1_001 }, (_, index) => ({ twin: `p${index}`, name: 'flow', factor: 2 })))).toMatchObject({ __typename: 'LimitReached' })
  })

  it('may be of twins that only the scenario has, and is an edit of it', async () => {
    await works.data('mutation { createTwins(twins: [{ id: "new", model: "dtmi:works:Pump;1" }], scenario: "drought") { __typename } }')
    await override([{ twin: 'new', name: 'flow', constant: 9 }])
    expect(await pump('flow { latest { value } }', 'drought', 'new')).toEqual({ flow: { latest: { value: 9 } } })
    const { scenario: { edits } } = await works.data('{ scenario(id: "drought") { edits { edges { node { kind twinId telemetry } } } } }')
    expect(edits.edges.map(({ node }: { node: unknown }) => node)).toContainEqual({ kind: 'TELEMETRY_OVERRIDDEN', twinId: 'new', telemetry: 'flow' })
  })

  it('can be read back: by kind, what with and how much of it, in the edits of the scenario', async () => {
    await works.data('mutation { createScenario(name: "told") { __typename } }')
    const given = [
      { twin: 'p1', name: 'alarm', constant: { code: 7, text: 'x' } }, { twin: 'p1', name: 'flow', factor: 0.5 }, { twin: 'p1', name: 'mode', series: [] },
      { twin: 'p1', name: 'motor.current', series: [{ at: at(9), value: 1 }, { at: at(3), value: 2 }, { at: at(9), value: 3 }] }, { twin: 'p1', name: 'serviced', constant: '2026-03-04' }, { twin: 'p1', name: 'starts', constant: '9007199254740993' },
    ]
    const { overrides } = await override(given, 'told')
    const { scenario: { edits: { edges } } } = await works.data('{ scenario(id: "told") { edits { edges { node { kind at telemetry override { twin name kind constant factor readings firstAt lastAt setAt setBy } } } } } }')
    const nodes = (edges as readonly Data[]).map(({ node }) => node as Data)
    expect(nodes.map(({ override: read }) => read as unknown)).toEqual(overrides)
    expect(nodes.every(({ kind, at: when, telemetry, override: read }) => kind === 'TELEMETRY_OVERRIDDEN' && when === read.setAt && telemetry === read.name)).toBe(true)
    expect(nodes.map(({ override: { kind, constant, factor, readings, firstAt, lastAt } }) => [kind, constant, factor, readings, firstAt, lastAt] as unknown)).toEqual([
      ['CONSTANT', { code: 7, text: 'x' }, null, null, null, null], ['FACTOR', null, 0.5, null, null, null], ['SERIES', null, null, 0, null, null],
      ['SERIES', null, null, 2, at(3), at(9)], ['CONSTANT', '2026-03-04', null, null, null, null], ['CONSTANT', '9007199254740993', null, null, null, null],
    ])
  })

  it('is a change of its own kind in the feed of the scenario, which says of which telemetry', async () => {
    await works.data('mutation { createScenario(name: "heard") { __typename } }')
    const { app: { services } } = works
    using feed = await openFeed(works.app, { args: ', scenario: "heard"', selection: '{ __typename ... on Change { kind twinId modelId cause properties { name } telemetry { name kind } } }' })
    await feed.catchUp()
    await override([{ twin: 'p1', name: 'flow', factor: 2 }, { twin: 'p2', name: 'flow', factor: 2 }, { twin: 'p1', name: 'motor.current', constant: 1 }], 'heard')
    await override([{ twin: 'p1', name: 'flow', remove: true }], 'heard')
    const told = await feed.take(4)
    const change = { __typename: 'Change', kind: 'TELEMETRY_OVERRIDDEN', modelId: 'dtmi:works:Pump;1', cause: 'overrideTelemetry', properties: [] }
    expect(told.slice(1)).toEqual([
      { ...change, twinId: 'p1', telemetry: [{ name: 'flow', kind: 'FACTOR' }, { name: 'motor.current', kind: 'CONSTANT' }] }, { ...change, twinId: 'p2', telemetry: [{ name: 'flow', kind: 'FACTOR' }] },
      { ...change, twinId: 'p1', telemetry: [{ name: 'flow', kind: null }] },
    ])
    const { changes } = await works.data('{ changes(scenario: "heard", kinds: [TELEMETRY_OVERRIDDEN]) { edges { node { telemetry { name } } } } }')
    expect(changes.edges.map(({ node }: { node: Data }) => (node['telemetry'] as readonly Data[]).length)).toEqual([2, 1, 1])
    expect((await services.feed.page({ first: 1_000, withProperties: false, kinds: ['TELEMETRY_OVERRIDDEN'] })).changes, 'the base has none').toEqual([])
  })

  it('again with the same key is answered as the first time, also after the scenario ended; with another request it is refused', async () => {
    await works.data('mutation { createScenario(name: "keyed") { __typename } }')
    const given = [{ twin: 'p1', name: 'starts', constant: 2 }, { twin: 'p1', name: 'flow', series: [{ at: at(1), value: 1 }] }, { twin: 'p2', name: 'flow', remove: true }]
    const answers = await Promise.all([1, 2, 3].map(() => override(given, 'keyed', 'override-1')))
    expect(answers[0]).toMatchObject({ __typename: 'OverrideTelemetrySuccess', overrides: [{ kind: 'CONSTANT', constant: 2 }, { kind: 'SERIES', readings: 1 }] })
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
    expect((await works.data('{ changes(scenario: "keyed", kinds: [TELEMETRY_OVERRIDDEN]) { edges { node { twinId } } } }'))['changes'].edges).toHaveLength(2)
    expect(await override(given.slice(1), 'keyed', 'override-1')).toMatchObject({ __typename: 'Conflict', code: 'IDEMPOTENCY_KEY_REUSED' })
    expect(await override(given, 'keyed', 'a\0b')).toMatchObject({ __typename: 'Invalid', problems: [{ code: 'INVALID_ID' }] })
    await works.data('mutation { discardScenario(id: "keyed") { __typename } }')
    expect(await override(given, 'keyed', 'override-1')).toEqual(answers[0])
  })

  it('leaves nothing behind of what it said before', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'twinfold-ended-'))
    const readings = await createDuckdbTelemetryStore({ directory, memoryMb: 128 })
    const overrides = createNeo4jOverrideStore(works.app.database, works.app.config.tenant)
    const scenario = await works.app.services.scenarios.find('worse')
    const registry = works.app.services.models.registry
    const service = createOverrideService({ overrides, readings, registry, onCommitted: () => undefined })
    for (const constant of [1, 2, 3]) expect(scenario && await service.override(scenario, [{ twin: 'p2', name: 'temperature', constant }], { actor: 'me' })).toMatchObject({ ok: true })
    const left = async (): Promise<readonly unknown[]> => (await readings.series()).map(({ latest }) => latest.value)
    const sweep = async (later: number): Promise<number> => await forgetOverrides(await readings.series(), Date.now() * 1_000 + later, { store: readings, overrides })
    expect([await sweep(0), await left()]).toEqual([0, [1, 2, 3]])
    expect([await sweep(3_600_000_000), await left()]).toEqual([2, [3]])
    await readings[Symbol.asyncDispose]()
    await rm(directory, { recursive: true, force: true })
  })
})
