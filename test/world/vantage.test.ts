import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCaughtUp } from '../../src/domain/caught-up.ts'
import { decodeCursor, encodeCursor } from '../../src/change/cursor.ts'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'
import { lastStamp } from './stamps.ts'

const model = (id: string, contents: readonly object[]): object => ({ '@context': ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1'], '@id': id, '@type': 'Interface', contents })
const property = (name: string, schema: string): object => ({ '@type': 'Property', name, schema })
const telemetry = { '@type': ['Telemetry', 'Pressure'], name: 'pressure', schema: 'double', unit: 'bar' }
const feeds = (target: string): object => ({ '@type': 'Relationship', name: 'feeds', target })

let works: TestApp

beforeAll(async () => {
  works = await openTestApp()
  await works.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: [
    model('dtmi:w:Pump;1', [property('status', 'string'), property('power', 'integer'), telemetry, feeds('dtmi:w:Pump;1')]),
    model('dtmi:w:Pump;2', [property('status', 'string'), property('power', 'double'), telemetry, feeds('dtmi:w:Pump;2')]),
  ] })
})
afterAll(async () => { await works[Symbol.asyncDispose]() })

async function change(text: string): Promise<Data> {
  const data = await works.data(`mutation { ${text} }`)
  const result = Object.values(data)[0] as Data
  expect(String(result['__typename']), JSON.stringify(result)).toMatch(/Success$/)
  return result
}
const create = (id: string, rest = ''): Promise<Data> => change(`createTwins(twins: [{ id: "${id}", model: "dtmi:w:Pump;1"${rest} }]) { __typename ... on CreateTwinsSuccess { cursor } ... on Problem { message } }`)
const instant = async (): Promise<string> => new Date(await lastStamp(works)).toISOString()
const codeOf = async (query: string): Promise<unknown> => (await works.ask(query)).errors?.[0]?.extensions['code']

test('a twin is read with the model that it had', async () => {
  await create('m1', ', properties: { power: 3 }')
  const then = await instant()
  await change('migrateTwins(from: "dtmi:w:Pump;1", to: "dtmi:w:Pump;2") { __typename ... on Problem { message } }')
  const text = `query ($asOf: DateTime) {
    twin(id: "m1", asOf: $asOf) { __typename _model ... on Pump { power } ... on Pump_v2 { exact: power } }
    old: pump(id: "m1", asOf: $asOf) { _id }
    new: pump_v2(id: "m1", asOf: $asOf) { _id }
    pumps(where: { _id: { eq: "m1" } }, asOf: $asOf) { _id }
    twins(where: { _model: { is: "dtmi:w:Pump;2" }, _id: { eq: "m1" } }, asOf: $asOf) { _id }
  }`
  const names = await works.data('{ __type(name: "Query") { fields { name } } }')
  const typed = (names['__type'] as Data)['fields'].some(({ name }: { readonly name: string }) => name === 'pump_v2') ? text : text.replaceAll('pump_v2', 'pumpV2')
  expect(await works.data(typed, { asOf: then })).toEqual({ twin: { __typename: 'Pump', _model: 'dtmi:w:Pump;1', power: 3 }, old: { _id: 'm1' }, new: null, pumps: [{ _id: 'm1' }], twins: [] })
  expect(await works.data(typed)).toEqual({ twin: { __typename: 'Pump_v2', _model: 'dtmi:w:Pump;2', exact: 3 }, old: null, new: { _id: 'm1' }, pumps: [], twins: [{ _id: 'm1' }] })
})

test('an id that was deleted and given anew names, at each instant, the twin of then', async () => {
  await create('again', ', properties: { status: "first" }')
  const [first] = [await instant()]
  await change('deleteTwins(ids: ["again"]) { __typename }')
  const between = await instant()
  await create('again', ', properties: { status: "second" }')
  const second = await instant()
  const status = async (asOf: string): Promise<unknown> => (await works.data('query ($asOf: DateTime) { pump(id: "again", asOf: $asOf) { status _version } pumps(where: { _id: { eq: "again" } }, asOf: $asOf) { status } }', { asOf }))
  expect(await status(first)).toEqual({ pump: { status: 'first', _version: 1 }, pumps: [{ status: 'first' }] })
  expect(await status(between)).toEqual({ pump: null, pumps: [] })
  expect(await status(second)).toEqual({ pump: { status: 'second', _version: 1 }, pumps: [{ status: 'second' }] })
})

test('filters on latest values are of the instant, and of what was known', async () => {
  await create('l1')
  await create('l2')
  const born = await lastStamp(works)
  const at = (ms: number): string => new Date(born + ms).toISOString()
  await works.post('/ingest', JSON.stringify([
    { twin: 'l1', at: at(0), values: { pressure: 1 } }, { twin: 'l2', at: at(0), values: { pressure: 5 } },
    { twin: 'l1', at: at(2), values: { pressure: 6 } }, { twin: 'l2', at: at(2), values: { pressure: 2 } },
  ]), { 'content-type': 'application/json' })
  await works.app.services.telemetry.projected()
  const asked = `query ($asOf: DateTime, $knownAt: DateTime) { pumps(where: { _id: { startsWith: "l" }, pressure: { latest: { lt: 4 } } }, asOf: $asOf, knownAt: $knownAt) { _id pressure { latest { at value } } } }`
  expect(await works.data(asked)).toEqual({ pumps: [{ _id: 'l2', pressure: { latest: { at: at(2), value: 2 } } }] })
  expect(await works.data(asked, { asOf: at(1) })).toEqual({ pumps: [{ _id: 'l1', pressure: { latest: { at: at(0), value: 1 } } }] })
  expect(await works.data(asked, { asOf: at(2) })).toEqual({ pumps: [{ _id: 'l2', pressure: { latest: { at: at(2), value: 2 } } }] })
  expect(await works.data(asked, { knownAt: at(0) })).toEqual({ pumps: [] }) // nothing had been received by then
})

test('as of an instant, a scenario is what it says, over the base of then', async () => {
  await create('b1', ', properties: { status: "OK", power: 1 }')
  const then = await instant()
  await change('updateTwin(id: "b1", patch: { status: "DOWN", power: 2 }) { __typename }')
  await change('createScenario(name: "both", id: "both") { __typename }')
  await change('updateTwin(id: "b1", patch: { power: 9 }, scenario: "both") { __typename }')
  await change('createTwins(twins: [{ id: "b2", model: "dtmi:w:Pump;1", relationships: [{ name: "feeds", to: "b1" }] }], scenario: "both") { __typename }')
  const asked = 'query ($asOf: DateTime) { pumps(where: { _id: { startsWith: "b" } }, sort: [{ _id: ASC }], asOf: $asOf, scenario: "both") { _id status power feeds { _id status power } } }'
  expect((await works.data(asked, { asOf: then }))['pumps']).toEqual([{ _id: 'b1', status: 'OK', power: 9, feeds: [] }, { _id: 'b2', status: null, power: null, feeds: [{ _id: 'b1', status: 'OK', power: 9 }] }])
  expect((await works.data(asked))['pumps']).toEqual([{ _id: 'b1', status: 'DOWN', power: 9, feeds: [] }, { _id: 'b2', status: null, power: null, feeds: [{ _id: 'b1', status: 'DOWN', power: 9 }] }])
})

test('an instant of the future, a scenario that is none and one that ended, and what is no cursor, are refused', async () => {
  expect(await codeOf('{ pumps(asOf: "2999-01-01T00:00:00Z") { _id } }')).toBe('BAD_USER_INPUT')
  expect(await codeOf('{ pumps(scenario: "nowhere") { _id } }')).toBe('BAD_USER_INPUT')
  expect(await codeOf('{ pumps(atLeast: "x") { _id } }')).toBe('BAD_USER_INPUT')
  await change('createScenario(name: "over", id: "over") { __typename }')
  await change('discardScenario(id: "over") { __typename }')
  expect(await codeOf('{ pumps(scenario: "over") { _id } }')).toBe('SCENARIO_ENDED')
})

test('a read waits for the cursor that a mutation returned, and says so when it does not come', async () => {
  const { cursor } = await create('c1')
  expect(await works.data('query ($c: Cursor) { pump(id: "c1", atLeast: $c) { _id } }', { c: cursor })).toEqual({ pump: { _id: 'c1' } })
  const seq = decodeCursor(String(cursor)) ?? 0
  let head = seq
  const looks = { known: () => 0, look: () => Promise.resolve(head++) }
  const caughtUp = createCaughtUp({ changes: looks, readings: looks, projected: () => Promise.resolve(), longestMs: 200 })
  await caughtUp(encodeCursor(seq + 3))
  expect(head).toBeGreaterThan(seq + 3)
  await expect(caughtUp(encodeCursor(seq + 1_000))).rejects.toMatchObject({ code: 'NOT_CAUGHT_UP' })
})
