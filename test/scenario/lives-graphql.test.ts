import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createConfig } from '../../src/config.ts'
import { iface, property } from '../model/service/documents.ts'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'

vi.setConfig({ testTimeout: 180_000 })

/** Two models whose `flow` is of two kinds. */
const models = [
  iface('dtmi:t:Thing;1', [property('label')]),
  iface('dtmi:t:Machine;1', [property('flow', 'double'), property('score', 'integer')], { extends: ['dtmi:t:Thing;1'] }),
  iface('dtmi:t:Gate;1', [property('flow')], { extends: ['dtmi:t:Thing;1'] }),
]

let app: TestApp
beforeAll(async () => {
  app = await openTestApp({ limits: { ...createConfig({}).limits, operationTimeoutMs: 120_000 } })
  await app.data('mutation($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: models })
})
afterAll(() => app[Symbol.asyncDispose]())

const create = (...twins: readonly string[]): string => `n: createTwins(twins: [${twins.join(' ')}]) { __typename }`
const twin = (id: string, model: string, properties: string): string => `{ id: "${id}" model: "dtmi:t:${model};1" properties: ${properties} }`

/** Every field has to succeed. */
async function mutate(fields: string): Promise<void> {
  const data = await app.data(`mutation { ${fields} }`)
  for (const answer of Object.values(data)) expect(answer).toMatchObject({ __typename: expect.stringMatching(/Success$/) as string })
}

test('a twin that has an id of which a scenario said something is shown, filtered and summed up as the base has it', async () => {
  await mutate(`${create(twin('a', 'Gate', '{ label: "a", flow: "wide" }'), twin('b', 'Machine', '{ label: "b", flow: 5, score: 1 }'), twin('c', 'Machine', '{ label: "c", flow: 1 }'))} createScenario(name: "s") { __typename }`)
  await mutate(`
    a: updateTwin(id: "a", patch: { flow: "abc" }, scenario: "s") { __typename } b: updateTwin(id: "b", patch: { flow: 77, label: null }, scenario: "s") { __typename }
    c: deleteTwins(ids: ["c"], scenario: "s") { __typename } d: deleteTwins(ids: ["a", "b", "c"]) { __typename }`)
  await mutate(create(twin('a', 'Machine', '{ label: "A", flow: 3 }'), twin('b', 'Machine', '{ label: "B", flow: 6 }'), twin('c', 'Gate', '{ label: "C", flow: "narrow" }')))
  const seen = (vantage: string): Promise<Data> => app.data(`{
    things(${vantage} sort: [{ _id: ASC }]) { _id __typename label _version _properties }
    machines(${vantage} where: { flow: { gt: 1 }, label: { in: ["A", "B"] } }, sort: [{ flow: DESC }]) { _id flow score }
    counted: machinesConnection(${vantage} where: { _version: { gte: 1 } }) { totalCount aggregate { node { flow { max min average } label { longest } } } }
    gates(${vantage} where: { flow: { contains: "arr" } }) { _id flow }
  }`)
  expect(await seen('scenario: "s"')).toEqual(await seen('atLeast: null'))
  await mutate('b: updateTwin(id: "b", patch: { score: 8 }, scenario: "s") { __typename }')
  expect(await app.data('{ machines(scenario: "s", where: { flow: { lt: 10 }, _version: { gte: 2 } }) { _id flow label score } }')).toEqual({ machines: [{ _id: 'b', flow: 6, label: 'B', score: 8 }] })
  const { scenario } = await app.data('{ scenario(id: "s") { edits { edges { node { twinId kind properties { name before after } } } } } }')
  expect((scenario as { edits: { edges: readonly { node: unknown }[] } }).edits.edges.map(({ node }) => node), 'of those that are no more there is nothing before').toEqual([
    { twinId: 'a', kind: 'TWIN_UPDATED', properties: [{ name: 'flow', before: null, after: 'abc' }] },
    { twinId: 'b', kind: 'TWIN_UPDATED', properties: [{ name: 'score', before: null, after: 8 }] },
    { twinId: 'c', kind: 'TWIN_DELETED', properties: [] },
  ])
})

test('a promotion is refused with what is to be known of edits of twins and relationships that are no more', async () => {
  const conflicts = 'promoteScenario(id: "s") { ... on ScenarioConflicts { message conflicts { code twinId message baseVersionThen baseVersionNow } } }'
  const { promoteScenario } = await app.data(`mutation { ${conflicts} }`)
  expect(promoteScenario).toMatchObject({ message: expect.stringContaining('OVERWRITE') as string, conflicts: [
    { code: 'VERSION_CONFLICT', twinId: 'a', message: expect.stringContaining('deleted and made anew') as string, baseVersionThen: 1, baseVersionNow: 1 },
    { code: 'VERSION_CONFLICT', twinId: 'c', message: expect.stringContaining('deleted and made anew') as string, baseVersionThen: 1, baseVersionNow: 1 },
  ] })
})
