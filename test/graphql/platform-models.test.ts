import { execute, type ExecutionResult, type GraphQLSchema, parse, validate } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { resolvers } from '../../resolvers/index.ts'
import { createNeo4jCatalogueReader } from '../../src/adapters/neo4j/catalogue-reader.ts'
import { ensureTenant } from '../../src/adapters/neo4j/head.ts'
import { ensureModelIndexes } from '../../src/adapters/neo4j/model-indexes.ts'
import { createNeo4jModelStore } from '../../src/adapters/neo4j/model-store.ts'
import { ensureSchema } from '../../src/adapters/neo4j/schema.ts'
import type { Statement } from '../../src/domain/statement.ts'
import type { Context } from '../../src/graphql/context.ts'
import { createPlatformSchema, readContract } from '../../src/graphql/platform-schema.ts'
import type { Services } from '../../src/graphql/services.ts'
import { createModelService } from '../../src/model/model-service.ts'
import { type Document, iface, property } from '../model/service/documents.ts'
import { freshTenant, testDatabase } from '../support/neo4j.ts'

const database = testDatabase()
const statements: Statement[] = []
const watched = { read: (statement: Statement, options?: { signal?: AbortSignal | undefined }) => (statements.push(statement), database.read(statement, options)) }
let schema: GraphQLSchema

beforeAll(async () => {
  await ensureSchema(database)
  await ensureModelIndexes(database)
  schema = await createPlatformSchema({ contract: await readContract(), resolvers, reader: createNeo4jCatalogueReader(watched) })
})

type Run = (source: string, variables?: Readonly<Record<string, unknown>>) => Promise<Readonly<Record<string, unknown>>>

interface Client {
  readonly tenant: string
  /** The data of an operation that must not fail. */
  readonly run: Run
  /** Whatever comes of it. */
  result(source: string, variables?: Readonly<Record<string, unknown>>): Promise<ExecutionResult>
}

async function client(): Promise<Client> {
  const { tenant } = await ensureTenant(database, freshTenant('catalogue'))
  const models = await createModelService({ store: createNeo4jModelStore({ ...watched, transaction: database.transaction }, tenant) })
  const context = (): Context => Object.freeze({
    principal: { tenant, subject: 'ada' }, requestId: 'r', signal: new AbortController().signal,
    services: { models } as unknown as Services, // the platform's own fields use no other
  })
  const result: Client['result'] = async (source, variables = {}) => {
    const document = parse(source)
    const errors = validate(schema, document)
    return errors.length > 0 ? { errors } : await execute({ schema, document, variableValues: variables, contextValue: context() })
  }
  return {
    tenant,
    result,
    async run(source, variables) {
      const { data, errors } = await result(source, variables)
      if (errors) throw new Error(errors.map(({ message }) => message).join('; '), { cause: errors[0] })
      return JSON.parse(JSON.stringify(data)) as Readonly<Record<string, unknown>>
    },
  }
}

const publish = `mutation ($d: [JSON!]!, $key: String) { publishModels(documents: $d, idempotencyKey: $key) {
  __typename
  ... on PublishModelsSuccess { schemaVersion cursor models { dtmi typeName } changes { kind dtmi path } }
  ... on Problem { code message path }
  ... on Invalid { problems { code message document pointer } }
} }`

async function published(...documents: readonly Document[]): Promise<Client> {
  const made = await client()
  const { publishModels } = await made.run(publish, { d: documents }) as { publishModels: { __typename: string } }
  expect(publishModels.__typename).toBe('PublishModelsSuccess')
  return made
}

const fleet = Array.from({ length: 7 }, (_, n) => iface(`dtmi:fleet:Car${n};1`, [property('name')], { displayName: `Car ${n}` }))

describe('Models over GraphQL', () => {
  it('are published, listed and read back with their document', async () => {
    const { run } = await client()
    const { publishModels } = await run(publish, { d: [iface('dtmi:t:Pump;1', [property('a')], { displayName: 'Pump', description: 'Moves water.' })] })
    expect(publishModels).toEqual({
      __typename: 'PublishModelsSuccess', schemaVersion: 1, cursor: expect.any(String), models: [{ dtmi: 'dtmi:t:Pump;1', typeName: 'Pump' }],
      changes: [{ kind: 'ADDED', dtmi: 'dtmi:t:Pump;1', path: ['Pump'] }],
    })
    const { models } = await run('{ models { dtmi displayName description version state typeName extends pinned replacedBy removeAfter publishedAt twinCount document } }') as { models: [Document] }
    expect(models).toEqual([{
      dtmi: 'dtmi:t:Pump;1', displayName: 'Pump', description: 'Moves water.', version: '1', state: 'ACTIVE', typeName: 'Pump', extends: [], pinned: false, replacedBy: null, removeAfter: null,
      publishedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/), twinCount: 0,
      document: iface('dtmi:t:Pump;1', [property('a')], { displayName: 'Pump', description: 'Moves water.' }),
    }])
  })

  it('are refused with every problem, typed', async () => {
    const { run } = await client()
    const { publishModels } = await run(publish, { d: [iface('dtmi:t:Bad;1', [property('_x', 'nope')])] }) as { publishModels: { problems: readonly Document[] } }
    expect(publishModels).toMatchObject({ __typename: 'Invalid', code: 'INVALID_INPUT', path: ['documents'] })
    expect(publishModels.problems.length).toBeGreaterThan(0)
    expect(publishModels.problems.every(({ document, pointer }) => document === 0 && typeof pointer === 'string')).toBe(true)
    await run(publish, { d: [iface('dtmi:t:Pump;1')] })
    expect(await run(publish, { d: [iface('dtmi:t:Pump;1', [property('a')])] })).toMatchObject({ publishModels: { __typename: 'Conflict', code: 'MODEL_EXISTS' } })
  })

  it('are compared, deprecated, retired and pinned', async () => {
    const { run } = await published(iface('dtmi:t:Pump;1', [property('a')]), iface('dtmi:t:Pump;2', [property('a')]))
    expect(await run('query ($d: [JSON!]!) { compareModels(documents: $d) { ... on CompareModelsSuccess { changes { kind path what } } } }', { d: [iface('dtmi:t:Pump;3')] })).toEqual({
      compareModels: { changes: [
        { kind: 'ADDED', path: ['Pump_v3'], what: 'The type Pump_v3, with the fields pump_v3, pumps_v3 and pumps_v3Connection.' },
        { kind: 'BREAKING', path: ['Pump_v3', 'a'], what: 'Since dtmi:t:Pump;2: The Property a is gone.' },
      ] },
    })
    expect(await run(`mutation { deprecateModel(dtmi: "dtmi:t:Pump;1", replacedBy: "dtmi:t:Pump;2", removeAfter: "2027-01-31") {
      ... on DeprecateModelSuccess { schemaVersion model { state replacedBy removeAfter } } } }`)).toEqual({
      deprecateModel: { schemaVersion: 2, model: { state: 'DEPRECATED', replacedBy: 'dtmi:t:Pump;2', removeAfter: '2027-01-31' } },
    })
    expect(await run('mutation { retireModel(dtmi: "dtmi:t:Pump;1") { ... on RetireModelSuccess { model { state } } } }')).toEqual({ retireModel: { model: { state: 'RETIRED' } } })
    expect(await run('mutation { retireModel(dtmi: "dtmi:t:None;1") { ... on NotFound { code id path } } }')).toEqual({ retireModel: { code: 'UNKNOWN_MODEL', id: 'dtmi:t:None;1', path: ['dtmi'] } })
    expect(await run('mutation { exposeModels(ids: ["dtmi:t:Pump;2"]) { ... on ExposeModelsSuccess { models { dtmi pinned } } } }')).toEqual({ exposeModels: { models: [{ dtmi: 'dtmi:t:Pump;2', pinned: true }] } })
  })

  it('get the first answer again under the same idempotency key', async () => {
    const { run } = await client()
    const first = await run(publish, { d: fleet, key: 'k' })
    expect(await run(publish, { d: fleet, key: 'k' })).toEqual(first)
  })
})

describe('The catalogue', () => {
  it('filters by every kind of field', async () => {
    const { run } = await published(...fleet)
    await run('mutation { deprecateModel(dtmi: "dtmi:fleet:Car3;1", removeAfter: "2027-01-31") { __typename } }')
    const found = async (where: string): Promise<readonly string[]> => ((await run(`{ models(where: ${where}, sort: [{ dtmi: ASC }]) { typeName } }`))['models'] as readonly { typeName: string }[]).map(({ typeName }) => typeName)
    expect(await found('{ dtmi: { in: ["dtmi:fleet:Car1;1", "dtmi:fleet:Car2;1", "dtmi:none;1"] } }')).toEqual(['Car1', 'Car2'])
    expect(await found('{ displayName: { endsWith: "5" } }')).toEqual(['Car5'])
    expect(await found('{ state: { eq: DEPRECATED } }')).toEqual(['Car3'])
    expect(await found('{ removeAfter: { lte: "2027-01-31", gt: "2027-01-30" } }')).toEqual(['Car3'])
    expect(await found('{ removeAfter: { gt: "2027-01-31" } }')).toEqual([])
    expect(await found('{ publishedAt: { lt: "2020-01-01T00:00:00+05:00" } }')).toEqual([])
    expect(await found('{ NOT: { OR: [{ typeName: { startsWith: "Car" } }, { pinned: { eq: true } }] } }')).toEqual([])
    expect(await found('{ publishedAt: { gt: "2020-01-01T00:00:00Z" } }')).toHaveLength(7)
    expect(await found('{ removeAfter: { isNull: false } }')).toEqual(['Car3'])
    expect(await found('{ removeAfter: { isNull: true }, typeName: { in: ["Car3", "Car4"], isNull: false } }')).toEqual(['Car4'])
    expect(await found('{ OR: [{ removeAfter: { isNull: false } }, { typeName: { eq: "Car0" } }] }')).toEqual(['Car0', 'Car3'])
    expect(await found('{ AND: [{ typeName: { startsWith: "Car" } }], replacedBy: { isNull: false } }')).toEqual([])
  })

  it('pages through connections, with a total', async () => {
    const { run } = await published(...fleet)
    const seen: string[] = []
    let after: string | null = null
    for (let page = 0; page < 4; page++) {
      const { modelsConnection } = await run('query ($after: String) { modelsConnection(first: 3, after: $after, sort: [{ dtmi: DESC }]) { totalCount edges { node { typeName } } pageInfo { hasNextPage endCursor } } }', { after }) as {
        modelsConnection: { totalCount: number; edges: readonly { node: { typeName: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
      }
      expect(modelsConnection.totalCount).toBe(7)
      seen.push(...modelsConnection.edges.map(({ node }) => node.typeName))
      after = modelsConnection.pageInfo.endCursor
      if (!modelsConnection.pageInfo.hasNextPage) break
    }
    expect(seen).toEqual(['Car6', 'Car5', 'Car4', 'Car3', 'Car2', 'Car1', 'Car0'])
  })

  it('shows a tenant nothing of another, whatever the condition', async () => {
    const [own, other] = [await published(...fleet), await published(iface('dtmi:other:Secret;1'))]
    for (const where of ['{}', '{ dtmi: { startsWith: "dtmi:other" } }', '{ OR: [{ dtmi: { contains: "other" } }, {}] }', '{ NOT: { dtmi: { eq: "x" } } }']) {
      const { models, modelsConnection } = await own.run(`{ models(where: ${where}) { dtmi } modelsConnection(where: ${where}) { totalCount aggregate { count { nodes } } } }`) as { models: readonly { dtmi: string }[]; modelsConnection: { totalCount: number; aggregate: { count: { nodes: number } } } }
      expect(models.filter(({ dtmi }) => dtmi.includes('other'))).toEqual([])
      expect([modelsConnection.totalCount, modelsConnection.aggregate.count.nodes]).toEqual([models.length, models.length])
    }
    expect(await other.run('{ modelsConnection { totalCount } }')).toEqual({ modelsConnection: { totalCount: 1 } })
  })

  it('answers under the names a client gives, even those of other fields', async () => {
    const { run } = await published(iface('dtmi:t:Pump;1', [], { displayName: 'The pump' }))
    expect(await run('{ models { dtmi: displayName displayName: typeName version: dtmi twinCount doc: document } }')).toEqual({
      models: [{ dtmi: 'The pump', displayName: 'Pump', version: 'dtmi:t:Pump;1', twinCount: 0, doc: iface('dtmi:t:Pump;1', [], { displayName: 'The pump' }) }],
    })
  })

  it('counts the twins of a whole list in one statement', async () => {
    const { run, tenant } = await published(...fleet)
    await database.transaction((tx) => tx.run({ text: 'UNWIND range(1, 6) AS n UNWIND range(1, n) AS m CREATE (:Twin {_t: $t, _id: n + "-" + m, _model: "dtmi:fleet:Car" + n + ";1"})', parameters: { t: tenant } }))
    statements.length = 0
    const { models } = await run('{ models(sort: [{ dtmi: ASC }]) { twinCount } }') as { models: readonly { twinCount: number }[] }
    expect(models.map(({ twinCount }) => twinCount)).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(statements).toHaveLength(2)
  })

  it('never ends a list silently: more than 1,000 are refused, naming the connection', async () => {
    const { run, result } = await published(...Array.from({ length: 1001 }, (_, n) => iface(`dtmi:many:M${n};1`)))
    const { errors } = await result('{ models { dtmi } }')
    expect(errors?.[0]?.message).toContain('modelsConnection')
    expect((await run('{ models(limit: 1001) { dtmi } }'))['models']).toHaveLength(1001)
    expect((await run('{ modelsConnection { edges { cursor } totalCount } }'))['modelsConnection']).toMatchObject({ totalCount: 1001, edges: { length: 50 } })
  })

  it.each([['models(limit: -1) { dtmi }', 'limit'], ['modelsConnection(first: 1001) { totalCount }', 'first'], ['modelsConnection(first: -1) { totalCount }', 'first']])('refuses %s', async (field, name) => {
    const { errors } = await (await client()).result(`{ ${field} }`)
    expect(errors?.[0]?.message).toContain(`\`${name}\` is`)
  })
})
