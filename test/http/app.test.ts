import { afterAll, describe, expect, it } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { freshTenant } from '../support/neo4j.ts'

const app = await openTestApp()
afterAll(() => app[Symbol.asyncDispose]())
const { ask } = app

const publish = 'mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename ... on Problem { code message } } }'
const boiler = { '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:app:Boiler;1', '@type': 'Interface', contents: [{ '@type': 'Property', name: 'pressure', schema: 'double' }] }

describe('The app', () => {
  it('has the types of a model as soon as its publishing is answered', async () => {
    const query = '{ boilers { _id pressure } }'
    expect((await ask(query)).errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED')
    expect((await ask(publish, { d: [boiler] })).data).toEqual({ publishModels: { __typename: 'PublishModelsSuccess' } })
    expect(await ask('mutation { createBoiler(id: "b", properties: { pressure: 2.5 }) { __typename ... on CreateTwinSuccess { twin { _id } } } }')).toMatchObject({ data: { createBoiler: { __typename: 'CreateTwinSuccess' } } })
    expect(await ask(query)).toEqual({ data: { boilers: [{ _id: 'b', pressure: 2.5 }] } })
    expect((await ask('{ schemaSdl }')).data?.['schemaSdl']).toContain('type Boiler implements Twin')
  })

  it('keeps tenants apart', async () => {
    await using other = await openTestApp()
    expect((await other.ask('{ boilers { _id } }')).errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED')
    expect(await other.ask('{ models { dtmi } twins { _id } }')).toEqual({ data: { models: [], twins: [] } })
  })

  it('gives an empty store the demo town, once', async () => {
    const tenant = freshTenant('demo')
    const counts: unknown[] = []
    for (const _ of [1, 2]) {
      await using town = await openTestApp({ tenant, demo: true })
      counts.push(await town.data('{ district(id: "north") { name } pumpsConnection { totalCount } twinsConnection { totalCount } }'))
    }
    expect(counts[0]).toMatchObject({ district: { name: expect.any(String) as string }, pumpsConnection: { totalCount: expect.any(Number) as number } })
    expect(counts[1]).toEqual(counts[0])
  })

  it('refuses an operation that is too costly, before the store hears of it', async () => {
    const query = 'query ($n: Int) { twins(limit: $n) { _relationships(first: $n) { edges { cursor } } } }'
    expect((await ask(query, { n: 1_000 })).errors?.[0]?.extensions['code']).toBe('QUERY_TOO_COSTLY')
    expect((await ask(query, { n: 10 })).errors).toBeUndefined()
  })
})
