import { describe, expect, test } from 'vitest'
import type { NetworkTwin } from '../../../src/simulation/network.ts'
import type { Json } from '../../../src/util/json.ts'
import { demoContent, demoNetwork } from './demo-network.ts'
import { engine, hours, request } from './runs.ts'

type Told = readonly string[]

const told = (result: ReturnType<typeof engine.bind>): Told => (result.ok ? [] : result.issues.map(({ code, twin, property, path }) => [code, twin, property ?? path.join('.')].filter(Boolean).join(' ')))
const withParameters = (parameters: Readonly<Record<string, Json>>): Told => told(engine.bind(request({ parameters })))
const withProperty = (id: string, name: string, value: Json | undefined): Told => told(engine.bind(request({ network: demoNetwork((twin) => (twin.id === id ? { ...twin, properties: { ...twin.properties, [name]: value } } : twin)) })))

describe('EPANET refuses when it binds', () => {
  test.each<[string, Readonly<Record<string, Json>>, Told]>([
    ['a closure of nobody', { closures: [{ twin: 'pump-33' }] }, ['UNKNOWN_TWIN pump-33 parameters.closures.0.twin']],
    ['a closure of a tank', { closures: [{ twin: 'tank-1' }] }, ['BAD_NETWORK tank-1 parameters.closures.0.twin']],
    ['a leak that ends before it begins', { leaks: [{ twin: 'centre-b2', coefficient: 1, from: '12:00', to: '06:00' }] }, ['OUT_OF_BOUNDS parameters.leaks.0.to']],
    ['a moment that is none', { events: [{ twin: 'pump-1', at: 'noon', status: 'CLOSED' }] }, ['OUT_OF_BOUNDS parameters.events.0.at']],
    ['a moment after the end', { events: [{ twin: 'pump-1', at: 'PT25H', status: 'CLOSED' }] }, ['OUT_OF_BOUNDS parameters.events.0.at']],
    ['an event without content', { events: [{ twin: 'pump-1', at: '12:00' }] }, ['WRONG_TYPE pump-1 parameters.events.0']],
    ['a demand that is two things', { demands: [{ twin: 'centre-b2', value: 1, factor: 2 }] }, ['WRONG_TYPE centre-b2 parameters.demands.0']],
    ['a level above the tank', { levels: [{ twin: 'tank-1', value: 7 }] }, ['OUT_OF_BOUNDS tank-1 parameters.levels.0.value']],
    ['an output that there is not', { outputs: ['presure'] }, ['UNKNOWN_PARAMETER parameters.outputs.0']],
    ['results that nothing has telemetry for', { outputs: ['velocity'] }, ['MISSING_INPUT parameters.outputs']],
    ['a trace from nowhere', { quality: 'TRACE' }, ['MISSING_INPUT parameters.traceFrom']],
    ['a mapping of what there is not', { mapping: { roles: { pipe: { names: { diametre: 'bore' } } } } }, ['UNKNOWN_PARAMETER parameters.mapping.roles.pipe.names.diametre']],
    ['pressures that are none', { demandModel: 'PDA', minimumPressure: 20 }, ['OUT_OF_BOUNDS parameters.requiredPressure']],
    ['telemetry of links that have none', { assimilate: true, assimilateFrom: { twins: ['pump-1'], state: 'status' } }, ['MISSING_INPUT pump-1 status']],
  ])('%s', (_, parameters, expected) => {
    expect(withParameters(parameters)).toEqual(expected)
  })

  test.each<[string, string, string, Json | undefined, Told]>([
    ['a negative length', 'main-1', 'length', -1, ['OUT_OF_BOUNDS main-1 length']],
    ['a pipe without a bore', 'main-1', 'diameter', 0, ['OUT_OF_BOUNDS main-1 diameter']],
    ['a pipe that does not say how rough it is', 'main-1', 'roughness', undefined, ['MISSING_INPUT main-1 roughness']],
    ['a height that is a word', 'centre-b2', 'elevation', 'high', ['WRONG_TYPE centre-b2 elevation']],
    ['a head curve that rises', 'pump-1', 'headCurve', [{ flow: 0, head: 10 }, { flow: 5, head: 20 }, { flow: 9, head: 30 }], ['OUT_OF_BOUNDS pump-1 headCurve']],
    ['a tank upside down', 'tank-1', 'maxLevel', 0.5, ['OUT_OF_BOUNDS tank-1 maxLevel']],
    ['a valve of an unknown kind', 'valve-1', 'function', 'XYZ', ['OUT_OF_BOUNDS valve-1 function']],
  ])('%s', (_, twin, property, value, expected) => {
    expect(withProperty(twin, property, value)).toEqual(expected)
  })

  test('a link without an end, two nodes without a link between them, and no source of water', () => {
    const network = demoNetwork()
    const cut = { ...network, relationships: network.relationships.filter(({ from, name }) => !(from === 'main-1' && name === 'feeds')) }
    expect(told(engine.bind(request({ network: cut })))).toEqual(['BAD_NETWORK main-1 feeds'])
    const joined = { ...network, relationships: [...network.relationships, { id: 'x', name: 'feeds', from: 'centre-a1', to: 'centre-b2', properties: {} }] }
    expect(told(engine.bind(request({ network: joined })))).toEqual(['BAD_NETWORK centre-a1 feeds'])
    const dry = { twins: network.twins.filter(({ model }) => /Junction/.test(model)).slice(0, 2), relationships: [] }
    expect(told(engine.bind(request({ network: dry })))).toEqual(['BAD_NETWORK of'])
    expect(told(engine.bind(request({ network: { twins: [], relationships: [] } })))).toContain('BAD_NETWORK of')
  })

  test('seconds that EPANET cannot count', () => {
    expect(told(engine.bind(request({ window: { ...hours(24), step: 1_500_000 } })))).toEqual(['OUT_OF_BOUNDS step'])
  })

  test('units of another quantity; others are converted, and it says so', () => {
    const network = demoNetwork()
    const contentOf = demoContent(network)
    const inUnit = (unit: string) => engine.bind(request({ network, contentOf: (twin, name) => {
      const facts = contentOf(twin, name)
      return twin === 'main-1' && name === 'diameter' && facts ? { ...facts, unit } : facts
    } }))
    expect(told(inUnit('kilogram'))).toEqual(['WRONG_UNIT main-1 diameter'])
    const converted = inUnit('inch')
    expect(converted.ok && converted.report.converted).toEqual([{ twin: 'main-1', property: 'diameter', from: 'inch', to: 'millimetre' }])
  })

  test('other models bind by a mapping, with names that EPANET cannot read and units of their own', () => {
    const rename = (id: string): string => `Anlage Süd; "${id}" mit einem sehr langen Namen`
    const network = demoNetwork()
    const other: Readonly<Record<string, Json>> = { Junction: 'Knoten', Pipe: 'Leitung', Tank: 'Hochbehälter', Reservoir: 'Quelle', Pump: 'Pumpe', Valve: 'Armatur' }
    const twins: readonly NetworkTwin[] = network.twins.map(({ id, model, properties: { diameter, ...properties } }) => {
      const kind = model.split(/[:;]/)[2] ?? ''
      return { id: rename(id), model: `dtmi:werk:${String(other[kind])};2`, properties: { ...properties, ...(diameter === undefined ? {} : kind === 'Pipe' ? { nennweite: Number(diameter) / 10 } : { diameter }) } }
    })
    const relationships = network.relationships.map((one) => ({ ...one, name: one.name === 'feeds' ? 'speist' : one.name, from: rename(one.from), to: rename(one.to) }))
    const mapping = { feeds: 'speist', roles: {
      junction: { models: ['dtmi:werk:Knoten;2'] }, pipe: { models: ['dtmi:werk:Leitung'], names: { diameter: 'nennweite', flow: 'durchfluss' }, units: { diameter: 'centimetre' } },
      tank: { models: ['Hochbehälter'] }, reservoir: { models: ['Quelle'] }, pump: { models: ['Pumpe'] }, valve: { models: ['Armatur'] },
    } }
    const result = engine.bind(request({ network: { twins, relationships }, parameters: { mapping }, contentOf: (_twin, name) => ({ content: name === 'durchfluss' ? 'Telemetry' : 'Property', kind: 'float', unit: undefined }) }))
    if (!result.ok) expect.fail(JSON.stringify(result.issues.slice(0, 3)))
    expect(new Set(result.report.mapped.map(({ as }) => as)).size).toBe(130)
    expect(result.report.mapped.every(({ as }) => /^_\d+$/.test(as))).toBe(true)
    expect(result.report.converted).toHaveLength(65)
    expect(result.outputs.map(({ name }) => name)).toEqual(Array.from({ length: 65 }, () => 'durchfluss'))
  })
})
