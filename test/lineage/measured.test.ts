import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openTestApp, type TestApp } from '../support/app.ts'
import { limits, whyIs } from './why.ts'

vi.setConfig({ testTimeout: 240_000 })

const pump = {
  '@context': ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1'], '@id': 'dtmi:why:Pump;1', '@type': 'Interface', contents: [
    { '@type': ['Telemetry', 'VolumeFlowRate'], name: 'flow', schema: 'double', unit: 'litrePerSecond' },
    { '@type': 'Property', name: 'speed', schema: 'double', writable: true },
    { '@type': 'Property', name: 'status', schema: 'string', writable: true },
    { '@type': 'Property', name: 'name', schema: 'string', writable: true },
  ],
}

let town: TestApp
beforeAll(async () => {
  town = await openTestApp({ limits })
  await town.data('mutation ($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: [pump] })
  const twins = [1, 2, 3, 4, 5].map((number) => ({ id: `pump-${number}`, model: 'dtmi:why:Pump;1', properties: { speed: 10, status: 'RUNNING' } }))
  await town.data('mutation ($twins: [TwinInput!]!) { createTwins(twins: $twins) { __typename } }', { twins })
  await send([['2026-03-02T14:00:00Z', 41, 7], ['2026-03-02T14:05:00Z', 31.2, 8]])
}, 240_000)
afterAll(() => town[Symbol.asyncDispose]())

async function send(readings: readonly (readonly [at: string, value: number, sequence: number])[], origin = 'logger-4'): Promise<void> {
  const { ingest } = await town.data('mutation ($r: [ReadingInput!]!) { ingest(readings: $r) { ... on IngestSuccess { accepted quarantined } } }', { r: readings.map(([at, value, sequence]) => ({ twin: 'pump-1', at, values: { flow: value }, origin, sequence })) })
  expect(ingest).toEqual({ accepted: readings.length, quarantined: 0 })
}

describe('A measured reading', () => {
  it('is explained by who sent it, when, and with which number', async () => {
    const why = await whyIs(town, 'twin: "pump-1", series: "flow", at: "2026-03-02T14:09:00Z"')
    expect(why.value).toEqual({ twin: 'pump-1', property: null, series: 'flow', value: 31.2, unit: 'litrePerSecond', at: '2026-03-02T14:05:00.000Z', source: 'MEASURED', run: null })
    const [reading] = why.all
    expect(reading).toMatchObject({ __typename: 'LineageReading', depth: 0, value: 31.2, quality: 'GOOD', origin: 'logger-4', sequence: 8, replaced: [], hasMoreReplaced: false })
    expect(why.behind(reading?.id, 'SENT_BY')).toMatchObject([{ __typename: 'LineageOrigin', depth: 1, name: 'logger-4', sources: [] }])
    expect(why.truncated).toBeNull()
    expect(why.summary[0]).toMatch(/^flow of pump-1 was 31\.2 litre per second at 2026-03-02T14:05:00\.000Z: measured by logger-4, received at 20/)
  })

  it('that was corrected tells what it took the place of, and before the correction was known it is the other', async () => {
    const before = await whyIs(town, 'twin: "pump-1", series: "flow", at: "2026-03-02T14:00:00Z"')
    await send([['2026-03-02T14:00:00Z', 39, 9]], 'operator')
    const why = await whyIs(town, 'twin: "pump-1", series: "flow", at: "2026-03-02T14:00:00Z"')
    expect(why.all[0]).toMatchObject({ value: 39, origin: 'operator', replaced: [{ value: 41, origin: 'logger-4', sequence: 7, receivedAt: before.all[0]?.receivedAt }] })
    expect(why.summary[0]).toContain('in the place of 1 earlier value (41)')
  })
})

describe('A property', () => {
  it('is explained by the mutation that set it', async () => {
    await town.data('mutation { updatePump(id: "pump-3", properties: { speed: 99 }) { __typename } }')
    const { pump: found } = await town.data('{ pump(id: "pump-3") { _meta(property: "speed") { setAt setBy cause cursor version } } }')
    const why = await whyIs(town, 'twin: "pump-3", property: "speed"')
    expect(why.value).toMatchObject({ twin: 'pump-3', property: 'speed', value: 99 })
    const { setAt, setBy, ...rest } = found._meta
    expect(why.behind(why.all[0]?.id, 'SET_BY')).toMatchObject([{ __typename: 'LineageSetting', at: setAt, actor: setBy, after: 99, scenario: null, ...rest }])
    expect(why.summary[1]).toMatch(/^speed of pump-3 was set: at 20.* local-administrator set it from 10 to 99 by updateTwin\.$/)
  })
})

describe('A property in a scenario', () => {
  it('is explained by what the scenario says, and its branch by that as well; what it does not say, by the graph', async () => {
    await town.data('mutation { a: createScenario(name: "relining") { __typename } updatePump(id: "pump-4", properties: { speed: 140 }, scenario: "relining") { __typename } b: createScenario(name: "relining more", parent: "relining") { __typename } }')
    const why = await whyIs(town, 'twin: "pump-4", property: "speed", scenario: "relining-more", depth: 5')
    expect(why.all[0]).toMatchObject({ value: 140, scenario: 'relining-more' })
    const [setting] = why.behind(why.all[0]?.id, 'SET_BY')
    expect(setting).toMatchObject({ after: 140, scenario: 'relining', actor: 'local-administrator' })
    expect(why.behind(setting?.id, 'SAID_IN')).toMatchObject([{ scenarioId: 'relining', name: 'relining', scenarioState: 'OPEN' }])
    const status = await whyIs(town, 'twin: "pump-4", property: "status", scenario: "relining-more"')
    expect(status.behind(status.all[0]?.id, 'SET_BY')).toMatchObject([{ scenario: null, cause: 'createTwins' }])
  })

  it('after its promotion leads from the graph to the scenario, and to who said it there', async () => {
    await town.data('mutation { createScenario(name: "new pump") { __typename } updatePump(id: "pump-2", properties: { status: "FAULT" }, scenario: "new-pump") { __typename } }')
    const { promoteScenario } = await town.data('mutation { promoteScenario(id: "new-pump") { __typename } }')
    expect(promoteScenario).toEqual({ __typename: 'PromoteScenarioSuccess' })
    const why = await whyIs(town, 'twin: "pump-2", property: "status", depth: 5')
    const [setting] = why.behind(why.all[0]?.id, 'SET_BY')
    expect(setting).toMatchObject({ after: 'FAULT', scenario: null, cause: 'promoteScenario' })
    expect(why.behind(setting?.id, 'PROMOTED_FROM')).toMatchObject([{ scenarioId: 'new-pump', scenarioState: 'PROMOTED' }, { __typename: 'LineageSetting', after: 'FAULT', scenario: 'new-pump', cause: 'updateTwin' }])
    expect(why.summary.some((sentence: string) => sentence.includes('came from the scenario new-pump'))).toBe(true)
  })
})

describe('A reading in a scenario', () => {
  const override = (change: string): Promise<unknown> => town.data(`mutation { createScenario(name: "drought") { __typename } overrideTelemetry(scenario: "drought", overrides: [{ twin: "pump-1", name: "flow", ${change} }]) { __typename } }`)
  const why = () => whyIs(town, 'twin: "pump-1", series: "flow", at: "2026-03-02T14:05:00Z", scenario: "drought", depth: 5')

  it('that is multiplied leads to the factor, who said it, and what was measured', async () => {
    await override('factor: 2')
    const found = await why()
    expect(found.value).toMatchObject({ value: 62.4, source: 'DERIVED' })
    const [said] = found.behind(found.all[0]?.id, 'CHANGED_BY')
    expect(said).toMatchObject({ change: 'FACTOR', factor: 2, setBy: 'local-administrator' })
    expect(found.behind(said?.id, 'SAID_IN')).toMatchObject([{ scenarioId: 'drought' }])
    const [measured] = found.behind(found.all[0]?.id, 'MADE_FROM')
    expect(measured).toMatchObject({ value: 31.2, source: 'MEASURED', sequence: 8 })
    expect(found.behind(measured?.id, 'SENT_BY')).toMatchObject([{ name: 'logger-4' }])
  })

  it('that is constant, or stands in the place of what was measured, leads to who said so', async () => {
    await override('constant: 5')
    const constant = await why()
    expect([constant.value, constant.behind(constant.all[0]?.id, 'CHANGED_BY')]).toMatchObject([{ value: 5, source: 'SIMULATED' }, [{ change: 'CONSTANT', constant: 5 }]])
    await override('series: [{ at: "2026-03-02T14:01:00Z", value: 7 }]')
    const series = await why()
    expect([series.value, series.behind(series.all[0]?.id)]).toMatchObject([{ value: 7, at: '2026-03-02T14:01:00.000Z' }, [{ change: 'SERIES', readings: 1 }]])
  })
})

describe('whyIs', () => {
  const refused = async (args: string): Promise<string> => {
    const { errors } = await town.ask(`{ whyIs(${args}) { summary } }`)
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
    return errors?.[0]?.message ?? ''
  }

  it('refuses what cannot be meant, and says what to do', async () => {
    expect(await refused('twin: "pump-1"')).toBe('Say which value: give either `property` or `series`.')
    expect(await refused('twin: "pump-1", series: "flow", property: "name"')).toBe('Say which value: give either `property` or `series`.')
    expect(await refused('twin: "pump-1", property: "name", at: "2026-03-02T14:05:00Z"')).toContain('`at` choose among readings; a property has none')
    expect(await refused('twin: "nobody", property: "name"')).toContain('There is no twin "nobody"')
    expect(await refused('twin: "pump-1", series: "flwo"')).toContain('Did you mean flow?')
    expect(await refused('twin: "pump-1", property: "nam"')).toContain('Did you mean name?')
    expect(await refused('twin: "pump-1", series: "flow", run: "none"')).toContain('There is no run "none"')
    expect(await refused('twin: "pump-1", series: "flow", source: SIMULATED')).toContain('Name the run')
    expect(await refused('twin: "pump-1", series: "flow", depth: 11')).toBe('depth is from 0 to 10, not 11.')
    expect(await refused('twin: "pump-1", series: "flow", after: "x"')).toContain('`after` is no cursor of a lineage')
  })

  it('says that nothing was measured where nothing was, and that nobody set what has no value', async () => {
    const nothing = await whyIs(town, 'twin: "pump-5", series: "flow"')
    expect([nothing.value, nothing.all]).toMatchObject([{ value: null, at: null }, [{ __typename: 'LineageSeries', count: 0, firstAt: null }]])
    const unset = await whyIs(town, 'twin: "pump-5", property: "name"')
    expect([unset.value.value, unset.all.length, unset.truncated]).toEqual([null, 1, null])
  })

  it('goes on from a page though newer readings came, and refuses to where what it told has changed', async () => {
    const first = await whyIs(town, 'twin: "pump-1", series: "flow", first: 1')
    await send([['2026-03-02T15:00:00Z', 30, 20]])
    const after = first['nodes'].pageInfo.endCursor as string
    const second = await whyIs(town, `twin: "pump-1", series: "flow", first: 1, after: "${after}"`)
    expect([second.value, second.all]).toMatchObject([first.value, [{ __typename: 'LineageOrigin' }]])
    await send([[String(first.value.at), 1, 21]])
    expect(await refused(`twin: "pump-1", series: "flow", first: 1, after: "${after}"`)).toContain('Begin anew, without `after`')
  })
})
