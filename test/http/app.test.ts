import { afterAll, describe, expect, inject, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { createConfig } from '../../src/config.ts'
import { freshTenant } from '../support/neo4j.ts'
import type { GraphQLBody } from './api.ts'

const { uri, username, password, database = 'neo4j' } = inject('neo4j')
const open = (tenant: string, demo = false) => createApp({ ...createConfig({}), port: 0, demo, tenant, logLevel: 'silent', neo4j: { uri, username, password, database } })
const app = await open(freshTenant('app'))
afterAll(() => app[Symbol.asyncDispose]())

async function ask(query: string, variables: Readonly<Record<string, unknown>> = {}, url = app.url): Promise<GraphQLBody> {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) })
  return await response.json() as GraphQLBody
}

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
    await using other = await open(freshTenant('app'))
    expect((await ask('{ boilers { _id } }', {}, other.url)).errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED')
    expect(await ask('{ models { dtmi } twins { _id } }', {}, other.url)).toEqual({ data: { models: [], twins: [] } })
  })

  it('gives an empty store the demo town, once', async () => {
    const tenant = freshTenant('demo')
    const counts: unknown[] = []
    for (const _ of [1, 2]) {
      await using town = await open(tenant, true)
      counts.push((await ask('{ district(id: "north") { name } pumpsConnection { totalCount } twinsConnection { totalCount } }', {}, town.url)).data)
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
