import { afterAll, describe, expect, test } from 'vitest'
import type { Data, TestApp } from '../support/app.ts'
import { openTestApp } from '../support/app.ts'
import { openFeed } from '../support/feed.ts'
import { plantModels } from '../domain/plant.ts'

const app = await openTestApp()
afterAll(() => app[Symbol.asyncDispose]())
const id = (name: string): string => `dtmi:plant:${name};1`

const publish = async (on: TestApp, documents: readonly unknown[] = plantModels): Promise<Data> =>
  (await on.data('mutation($documents: [JSON!]!) { publishModels(documents: $documents) { ... on PublishModelsSuccess { cursor } } }', { documents }))['publishModels'] as Data
await publish(app)

const create = async (...twins: readonly Data[]): Promise<string> => {
  const { createTwins } = await app.data('mutation($twins: [TwinInput!]!) { createTwins(twins: $twins) { __typename ... on CreateTwinsSuccess { cursor } ... on Problem { message } } }', { twins })
  expect(createTwins).toMatchObject({ __typename: 'CreateTwinsSuccess' })
  return (createTwins as { cursor: string }).cursor
}
const changed = (events: readonly Data[]): readonly Data[] => events.filter(({ __typename }) => __typename === 'Change')
/** What is told of everything behind a cursor. */
async function backlog(after: string, args = ''): Promise<readonly Data[]> {
  using feed = await openFeed(app.app, { after, args })
  const events = await feed.catchUp()
  expect(events.at(-1)).toMatchObject({ __typename: 'CaughtUp' })
  return events.slice(0, -1)
}

describe('a change', () => {
  test('of a new twin tells its values, and those of its components and relationships', async () => {
    const start = await create({ id: 'n1-zone', model: id('Zone') })
    await create({ id: 'n1', model: id('Pump'), properties: { name: 'one', serial: '9007199254740993', installed: '2026-01-01T00:00:00.500+00:00' }, components: { motor: { power: 5 } }, relationships: [{ name: 'partOf', to: 'n1-zone', id: 'r', properties: { share: 0.5 } }] })
    const events = await backlog(start)
    expect(events).toEqual([
      expect.objectContaining({
        __typename: 'Change', kind: 'TWIN_CREATED', twinId: 'n1', modelId: id('Pump'), actor: 'local-administrator', cause: 'createTwins', component: null, relationship: null,
        properties: [
          { name: 'name', component: null, before: null, after: 'one' }, { name: 'serial', component: null, before: null, after: '9007199254740993' },
          { name: 'installed', component: null, before: null, after: '2026-01-01T00:00:00.5Z' }, { name: 'power', component: 'motor', before: null, after: 5 },
        ],
      }),
      expect.objectContaining({
        kind: 'RELATIONSHIP_CREATED', twinId: 'n1', modelId: id('Pump'), relationship: { id: 'r', name: 'partOf', from: 'n1', to: 'n1-zone' },
        properties: [{ name: 'share', component: null, before: null, after: 0.5 }],
      }),
    ])
    expect(events[0]?.['at']).toBe(events[0]?.['recordedAt'])
    expect(events[0]?.['at']).toBe(events[1]?.['at'])
  })

  test('of a twin tells what each property was and is, of components in a change of their own, and nothing that stayed as it was', async () => {
    const start = await create({ id: 'u1', model: id('Pump'), properties: { name: 'old', weight: 1.5, labels: { a: 'x', b: 'y' }, tags: ['t'], serial: '9007199254740993', active: true, status: 'ok' }, components: { motor: { power: 5 } } })
    const patch = { name: null, weight: 2, labels: { a: null, c: 'z' }, tags: ['t'], serial: 4, active: false, status: 'down', ratedFlow: 3, motor: { power: 7 } }
    await app.data('mutation($patch: JSON!) { updateTwin(id: "u1", patch: $patch) { __typename } }', { patch })
    const changes = (await backlog(start))
    expect(changes.map(({ kind, twinId, component, modelId, cause }) => [kind, twinId, component, modelId, cause])).toEqual([
      ['TWIN_UPDATED', 'u1', null, id('Pump'), 'updateTwin'], ['TWIN_UPDATED', 'u1', 'motor', id('Pump'), 'updateTwin'],
    ])
    expect(changes[0]?.['properties']).toEqual([
      { name: 'name', component: null, before: 'old', after: null }, { name: 'weight', component: null, before: 1.5, after: 2 },
      { name: 'labels', component: null, before: { a: 'x', b: 'y' }, after: { b: 'y', c: 'z' } }, { name: 'serial', component: null, before: '9007199254740993', after: 4 },
      { name: 'active', component: null, before: true, after: false }, { name: 'status', component: null, before: 'ok', after: 'down' }, { name: 'ratedFlow', component: null, before: null, after: 3 },
    ])
    expect(changes[1]?.['properties']).toEqual([{ name: 'power', component: null, before: 5, after: 7 }])
  })

  test('of a relationship tells its values before and after, and its end with that of its twin', async () => {
    const start = await create({ id: 'r1', model: id('Pump') }, { id: 'r2', model: id('Valve') })
    await app.data('mutation { relate(relationships: [{ from: "r2", name: "feeds", to: "r1", id: "x", properties: { share: 1 } }]) { __typename } updateRelationship(from: "r2", name: "feeds", id: "x", patch: { share: 2.5 }) { __typename } deleteTwins(ids: ["r1"], cascade: true) { __typename } }')
    const relationship = { id: 'x', name: 'feeds', from: 'r2', to: 'r1' }
    expect((await backlog(start)).map(({ kind, twinId, modelId, relationship: of, properties }) => ({ kind, twinId, modelId, relationship: of as unknown, properties: properties as unknown }))).toEqual([
      { kind: 'RELATIONSHIP_CREATED', twinId: 'r2', modelId: id('Valve'), relationship, properties: [{ name: 'share', component: null, before: null, after: 1 }] },
      { kind: 'RELATIONSHIP_UPDATED', twinId: 'r2', modelId: id('Valve'), relationship, properties: [{ name: 'share', component: null, before: 1, after: 2.5 }] },
      { kind: 'RELATIONSHIP_DELETED', twinId: 'r2', modelId: id('Valve'), relationship, properties: [] },
      { kind: 'TWIN_DELETED', twinId: 'r1', modelId: id('Pump'), relationship: null, properties: [] },
    ])
  })

  test('of a model, and of a twin that became one of another, is told', async () => {
    const start = await create({ id: 'm1', model: id('Motor'), properties: { power: 3 } })
    const motor = { ...plantModels[2], '@id': 'dtmi:plant:Motor;2' }
    await publish(app, [motor])
    await app.data(`mutation { deprecateModel(dtmi: "${id('Motor')}", replacedBy: "dtmi:plant:Motor;2") { __typename } migrateTwins(from: "${id('Motor')}", to: "dtmi:plant:Motor;2") { __typename } retireModel(dtmi: "${id('Motor')}") { __typename }
      exposeModels(ids: ["dtmi:plant:Motor;2"], pinned: true) { __typename } hide: exposeModels(ids: ["dtmi:plant:Motor;2"], pinned: false) { __typename } }`)
    const changes = await backlog(start)
    expect(changes.map(({ kind, twinId, modelId, cause }) => [kind, twinId, modelId, cause])).toEqual([
      ['MODEL_PUBLISHED', null, 'dtmi:plant:Motor;2', 'publishModels'], ['MODEL_DEPRECATED', null, id('Motor'), 'deprecateModel'],
      ['TWIN_MIGRATED', 'm1', 'dtmi:plant:Motor;2', 'migrateTwins'], ['MODEL_RETIRED', null, id('Motor'), 'retireModel'],
      ['MODEL_EXPOSED', null, 'dtmi:plant:Motor;2', 'exposeModels'], ['MODEL_HIDDEN', null, 'dtmi:plant:Motor;2', 'exposeModels'],
    ])
    expect(changes[2]?.['properties']).toEqual([{ name: '_model', component: null, before: id('Motor'), after: 'dtmi:plant:Motor;2' }])
  })

  test('comes with the twin as it is now, also where a page has many of them', async () => {
    const start = await create({ id: 't1', model: id('Pump'), properties: { name: 'first' } }, { id: 't2', model: id('Zone') })
    await app.data('mutation { updateTwin(id: "t1", patch: { name: "second" }) { __typename } deleteTwins(ids: ["t2"]) { __typename } }')
    const twin = 'twin { __typename _id ... on Pump { name } }'
    const { changes } = await app.data(`query($after: Cursor) { changes(after: $after) { edges { node { kind ${twin} } } } }`, { after: start })
    const second = { __typename: 'Pump', _id: 't1', name: 'second' }
    expect((changes as { edges: readonly { node: Data }[] }).edges.map(({ node }) => node)).toEqual([{ kind: 'TWIN_UPDATED', twin: second }, { kind: 'TWIN_DELETED', twin: null }])
    using feed = await openFeed(app.app, { after: start, selection: `{ __typename ... on Change { kind ${twin} } }` })
    expect(changed(await feed.catchUp()).map(({ kind, twin: of }) => [kind, of as unknown])).toEqual([['TWIN_UPDATED', second], ['TWIN_DELETED', null]])
  })
})
