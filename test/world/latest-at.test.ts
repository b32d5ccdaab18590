import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'
import { lastStamp } from './stamps.ts'

const telemetry = (name: string, schema: unknown): object => ({ '@type': 'Telemetry', name, schema })
const levels = { '@type': 'Enum', valueSchema: 'integer', enumValues: [{ name: 'OFF', enumValue: 0 }, { name: 'ON', enumValue: 1 }] }
const colours = { '@type': 'Enum', valueSchema: 'string', enumValues: [{ name: 'RED', enumValue: 'red' }, { name: 'BLUE', enumValue: 'blue' }] }

/** Of every kind of filter, a value that was first and one that took its place, and conditions that only the one or the other satisfies. */
const kinds: readonly (readonly [name: string, schema: unknown, first: unknown, then: unknown, ofFirst: string, ofThen: string])[] = [
  ['count', 'integer', 3, 30, '{ lt: 10 }', '{ gt: 10 }'],
  ['total', 'long', '9007199254740993', '9007199254740995', '{ eq: "9007199254740993" }', '{ in: ["9007199254740995"] }'],
  ['ratio', 'double', 0.5, 1.5, '{ lt: 1 }', '{ gte: 1.5 }'],
  ['running', 'boolean', true, false, '{ eq: true }', '{ eq: false }'],
  ['mode', 'string', 'auto', 'manual', '{ startsWith: "au" }', '{ contains: "manu" }'],
  ['serviced', 'date', '2026-03-01', '2026-04-01', '{ lt: "2026-03-15" }', '{ gte: "2026-04-01" }'],
  ['seen', 'dateTime', '2026-03-01T06:30:00.25+01:00', '2026-03-01T06:30:00Z', '{ eq: "2026-03-01T06:30:00.25+01:00" }', '{ gt: "2026-03-01T06:00:00Z" }'],
  ['opens', 'time', '06:30:00Z', '08:30:00+01:00', '{ lt: "07:00:00Z" }', '{ gt: "08:00:00+01:00" }'],
  ['level', levels, 0, 1, '{ eq: OFF }', '{ in: [ON] }'],
  ['colour', colours, 'red', 'blue', '{ eq: RED }', '{ in: [BLUE] }'],
]

let plant: TestApp
let moments: readonly [string, string]

beforeAll(async () => {
  plant = await openTestApp()
  const context = 'dtmi:dtdl:context;3'
  await plant.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: [
    { '@context': context, '@id': 'dtmi:la:Meter;1', '@type': 'Interface', contents: [...kinds.map(([name, schema]) => telemetry(name, schema)), { '@type': 'Component', name: 'part', schema: 'dtmi:la:Part;1' }] },
    { '@context': context, '@id': 'dtmi:la:Part;1', '@type': 'Interface', contents: kinds.map(([name, schema]) => telemetry(name, schema)) },
  ] })
  await plant.data('mutation { createTwins(twins: [{ id: "m1", model: "dtmi:la:Meter;1" }, { id: "silent", model: "dtmi:la:Meter;1" }]) { __typename } createScenario(name: "what if", id: "if") { __typename } }')
  const born = await lastStamp(plant)
  const at = (ms: number): string => new Date(born + ms).toISOString()
  moments = [at(1), at(3)]
  const values = (place: 2 | 3): object => Object.fromEntries(kinds.flatMap((kind) => [[kind[0], kind[place]], [`part.${kind[0]}`, kind[place]]]))
  const { body } = await plant.post('/ingest', JSON.stringify([{ twin: 'm1', at: at(1), values: values(2) }, { twin: 'm1', at: at(3), values: values(3) }]), { 'content-type': 'application/json' })
  expect(body).toMatchObject({ accepted: 4 * kinds.length })
  await plant.app.services.telemetry.projected()
})
afterAll(async () => { await plant[Symbol.asyncDispose]() })

const found = async (where: string, args = ''): Promise<readonly string[]> => ((await plant.data(`{ meters(where: ${where} ${args}) { _id } }`))['meters'] as readonly Data[]).map(({ _id }) => String(_id))

test.each(kinds)('filters on latest values of %s are of the instant, of the twin and of its component', async (name, _schema, _first, _then, ofFirst, ofThen) => {
  const [first, then] = moments.map((moment) => `, asOf: "${moment}"`)
  for (const where of [(condition: string) => `{ ${name}: { latest: ${condition} } }`, (condition: string) => `{ part: { ${name}: { latest: ${condition} } } }`]) {
    expect([await found(where(ofFirst), first), await found(where(ofThen), first)]).toEqual([['m1'], []])
    expect([await found(where(ofFirst), then), await found(where(ofThen), then)]).toEqual([[], ['m1']])
    expect([await found(where(ofFirst)), await found(where(ofThen))], 'as now').toEqual([[], ['m1']])
    expect(await found(where('{ isNull: true }'), first), 'one that has none').toEqual(['silent'])
  }
})

test.each(kinds)('filters on latest values of %s see what a scenario says', async (name, _schema, value, _then, ofFirst) => {
  const said = [{ twin: 'silent', name, constant: value }, { twin: 'silent', name: `part.${name}`, constant: value }]
  expect(await plant.data('mutation ($o: [TelemetryOverrideInput!]!) { overrideTelemetry(scenario: "if", overrides: $o) { __typename ... on Problem { message } } }', { o: said })).toEqual({ overrideTelemetry: { __typename: 'OverrideTelemetrySuccess' } })
  expect([await found(`{ ${name}: { latest: ${ofFirst} } }`, ', scenario: "if"'), await found(`{ part: { ${name}: { latest: ${ofFirst} } } }`, ', scenario: "if"')]).toEqual([['silent'], ['silent']])
})
