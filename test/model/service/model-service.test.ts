import { beforeAll, describe, expect, it } from 'vitest'
import { ensureTenant } from '../../../src/adapters/neo4j/head.ts'
import { ensureModelIndexes } from '../../../src/adapters/neo4j/model-indexes.ts'
import { createNeo4jModelStore } from '../../../src/adapters/neo4j/model-store.ts'
import { ensureSchema } from '../../../src/adapters/neo4j/schema.ts'
import { createModelService, type ModelsChanged, type ModelService } from '../../../src/model/model-service.ts'
import type { ModelStore } from '../../../src/model/model-store.ts'
import type { Problem } from '../../../src/problem.ts'
import type { Result } from '../../../src/util/result.ts'
import { freshTenant, testDatabase } from '../../support/neo4j.ts'
import { component, type Document, iface, property, relationship } from './documents.ts'

const database = testDatabase()
const command = { actor: 'ada' }

beforeAll(async () => {
  await ensureSchema(database)
  await ensureModelIndexes(database)
})

interface Fixture {
  readonly tenant: string
  readonly service: ModelService
  /** Another process on the same tenant. */
  another(): Promise<ModelService>
  readonly store: ModelStore
}

async function fixture(): Promise<Fixture> {
  const { tenant } = await ensureTenant(database, freshTenant('models'))
  const store = createNeo4jModelStore(database, tenant)
  return { tenant, store, service: await createModelService({ store }), another: () => createModelService({ store: createNeo4jModelStore(database, tenant) }) }
}

function accepted<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`Refused: ${JSON.stringify(result.problem)}`)
  return result.value
}

function refusal(result: Result<unknown>): Problem {
  if (result.ok) throw new Error(`Not refused: ${JSON.stringify(result.value)}`)
  return result.problem
}

const ids = (service: ModelService): readonly string[] => [...service.registry().models.keys()].sort()

async function journal(tenant: string): Promise<readonly Document[]> {
  const { entries } = await database.read({ text: 'RETURN COLLECT { MATCH (j:_J) WHERE j._t = $t RETURN j {seq: j._seq, op: j._op, id: j._id, actor: j._actor, cause: j._cause, to: j._to} ORDER BY j._seq } AS entries', parameters: { t: tenant } })
  return entries as readonly Document[]
}

const town = [
  iface('dtmi:t:Asset;1', [property('name')], { displayName: { en: 'Asset', de: 'Anlage' }, description: 'Anything.' }),
  iface('dtmi:t:Motor;1', [property('power', 'double')]),
  iface('dtmi:t:Pump;1', [relationship('feeds', { target: 'dtmi:t:Tank;1' }), component('motor', 'dtmi:t:Motor;1')], { extends: 'dtmi:t:Asset;1' }),
]

describe('Publishing', () => {
  it('stores all models, with their names and links, and a journal entry for each', async () => {
    const { service, tenant } = await fixture()
    const { models, schemaVersion, seq, changes } = accepted(await service.publish(town, command))
    expect([...models].sort()).toEqual(['dtmi:t:Asset;1', 'dtmi:t:Motor;1', 'dtmi:t:Pump;1'])
    expect(changes.map(({ kind }) => kind)).toEqual(['ADDED', 'ADDED', 'ADDED'])
    expect([schemaVersion, service.schemaVersion()]).toEqual([1, 1])
    const { nodes, links } = await database.read({
      text: `RETURN COLLECT { MATCH (m:_Model {_t: $t}) RETURN m {.dtmi, .typeName, .displayName, .description, .version, .extends, .state} ORDER BY m.dtmi } AS nodes,
        COLLECT { MATCH (a:_Model {_t: $t})-[r]->(b) RETURN [a.typeName, type(r), b.typeName] } AS links`,
      parameters: { t: tenant },
    })
    expect(nodes).toEqual([
      { dtmi: 'dtmi:t:Asset;1', typeName: 'Asset', displayName: 'Asset', description: 'Anything.', version: '1', extends: [], state: 'ACTIVE' },
      { dtmi: 'dtmi:t:Motor;1', typeName: 'Motor', displayName: null, description: null, version: '1', extends: [], state: 'ACTIVE' },
      { dtmi: 'dtmi:t:Pump;1', typeName: 'Pump', displayName: null, description: null, version: '1', extends: ['dtmi:t:Asset;1'], state: 'ACTIVE' },
    ])
    expect((links as string[][]).map((link) => link.join(' ')).sort()).toEqual(['Pump _COMPOSES Motor', 'Pump _EXTENDS Asset'])
    const entries = await journal(tenant)
    expect(entries.map(({ op, actor, cause }) => [op, actor, cause])).toEqual(Array.from({ length: 3 }, () => ['model-published', 'ada', 'publishModels']))
    expect(entries.map(({ id }) => id).sort()).toEqual([...models].sort())
    expect(entries.at(-1)?.['seq']).toBe(seq)
  })

  it('is read back by another process as it was', async () => {
    const { service, another } = await fixture()
    accepted(await service.publish(town, command))
    const reader = await another()
    expect(ids(reader)).toEqual(ids(service))
    for (const [id, model] of service.registry().models) {
      const read = reader.registry().get(id)
      expect(read?.model).toEqual(model.model)
      expect([read?.names, read?.labels, read?.publishedAt, read?.state]).toEqual([model.names, model.labels, model.publishedAt, model.state])
    }
    expect(Math.abs(Date.parse(service.registry().get('dtmi:t:Pump;1')?.publishedAt ?? '') - Date.now())).toBeLessThan(60_000)
  })

  it('refuses everything when one document has a problem, and names every problem', async () => {
    const { service, tenant } = await fixture()
    const problem = refusal(await service.publish([...town, iface('dtmi:t:Bad;1', [property('_x', 'nope'), property('y', 'nope')])], command))
    expect(problem).toMatchObject({ kind: 'Invalid', code: 'INVALID_INPUT' })
    expect(problem.kind === 'Invalid' && problem.problems.length).toBeGreaterThanOrEqual(2)
    expect(problem.kind === 'Invalid' && problem.problems.every(({ document }) => document === 3)).toBe(true)
    expect(ids(service)).toEqual([])
    expect(await journal(tenant)).toEqual([])
  })

  it('leaves a model alone that was published with the same document, however it is written', async () => {
    const { service } = await fixture()
    const first = accepted(await service.publish([iface('dtmi:t:Pump;1', [property('a')])], command))
    const rewritten = `{"contents":[{"schema":"string","name":"a","@type":"Property"}],"@type":"Interface","@id":"dtmi:t:Pump;1","@context":["dtmi:dtdl:context;3","dtmi:dtdl:extension:quantitativeTypes;1"]}`
    const second = accepted(await service.publish([rewritten], command))
    expect(second).toEqual({ models: first.models, changes: [], schemaVersion: first.schemaVersion, seq: null })
  })

  it('refuses another document under the same dtmi and says to raise the version', async () => {
    const { service } = await fixture()
    accepted(await service.publish([iface('dtmi:t:Pump;1', [property('a')])], command))
    const problem = refusal(await service.publish([iface('dtmi:t:Pump;1', [property('b')]), iface('dtmi:t:New;1')], command))
    expect(problem).toMatchObject({ kind: 'Conflict', code: 'MODEL_EXISTS' })
    expect(problem.message).toContain('dtmi:t:Pump;1')
    expect(problem.message).toContain('raise the version')
    expect(ids(service)).toEqual(['dtmi:t:Pump;1'])
  })

  it('gives names once: a model that comes later never takes or changes one', async () => {
    const { service, another } = await fixture()
    accepted(await service.publish([iface('dtmi:brick:Point;1')], command))
    accepted(await service.publish([iface('dtmi:rec:Point;1')], command))
    const names = (from: ModelService): unknown => [...from.registry().models.values()].map(({ id, names: { type, plural } }) => [id, type, plural]).sort()
    expect(names(service)).toEqual([['dtmi:brick:Point;1', 'Point', 'points'], ['dtmi:rec:Point;1', 'rec_Point', 'recPoints']])
    expect(names(await another())).toEqual(names(service))
  })

  it('stores nothing in a dry run, and says what it would change', async () => {
    const { service, tenant } = await fixture()
    const dry = accepted(await service.publish(town, { ...command, dryRun: true }))
    expect(dry).toMatchObject({ models: [], schemaVersion: 0, seq: null })
    expect(accepted(service.compare(town))).toEqual(dry.changes)
    expect(dry.changes).toHaveLength(3)
    expect(ids(service)).toEqual([])
    expect(await journal(tenant)).toEqual([])
  })

  it('tells those who listen before it answers', async () => {
    const { service } = await fixture()
    const heard: (readonly string[])[] = []
    const stop = service.onChange(async (registry) => {
      await new Promise((resolve) => setImmediate(resolve))
      heard.push([...registry.models.keys()])
    })
    accepted(await service.publish([iface('dtmi:t:A;1')], command))
    expect(heard).toEqual([['dtmi:t:A;1']])
    stop()
    accepted(await service.publish([iface('dtmi:t:B;1')], command))
    expect(heard).toHaveLength(1)
  })

  it('keeps tenants apart', async () => {
    const [one, two] = [await fixture(), await fixture()]
    accepted(await one.service.publish([iface('dtmi:t:Pump;1', [property('a')])], command))
    accepted(await two.service.publish([iface('dtmi:t:Pump;1', [property('b')])], command))
    expect([...(await one.another()).registry().get('dtmi:t:Pump;1')?.contents.keys() ?? []]).toEqual(['a'])
    expect([...(await two.another()).registry().get('dtmi:t:Pump;1')?.contents.keys() ?? []]).toEqual(['b'])
  })
})

describe('Publishing from several processes at once', () => {
  it('puts one after the other: of two documents under one dtmi, one is stored and one refused', async () => {
    const { service, another, tenant } = await fixture()
    const processes = [service, ...await Promise.all([another(), another(), another()])]
    const results = await Promise.all(processes.map((process, n) => process.publish([iface('dtmi:t:Pump;1', [property(`p${n}`)]), iface(`dtmi:t:Own${n};1`)], command)))
    const stored = results.filter((result) => result.ok)
    expect(stored).toHaveLength(1)
    expect(results.filter((result) => !result.ok).map((result) => refusal(result).code)).toEqual(['MODEL_EXISTS', 'MODEL_EXISTS', 'MODEL_EXISTS'])
    for (const process of processes) await process.refresh()
    for (const process of processes) expect(ids(process)).toEqual(ids(service))
    expect(ids(service)).toHaveLength(2)
    expect((await journal(tenant)).map(({ seq }) => seq)).toEqual([1, 2])
  })

  it('keeps every name unique and every journal entry in place', async () => {
    const { service, another, tenant } = await fixture()
    const processes = [service, ...await Promise.all([another(), another()])]
    const results = await Promise.all(Array.from({ length: 12 }, async (_, n) => accepted(await processes[n % 3]!.publish([iface(`dtmi:part${n}:Pump;1`)], command))))
    expect(results.map(({ schemaVersion }) => schemaVersion).sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1))
    await service.refresh()
    expect(new Set([...service.registry().models.values()].map(({ names }) => names.type)).size).toBe(12)
    const entries = await journal(tenant)
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1))
    const instants = entries.map(({ to }) => Number(to))
    expect(instants.every((at, n) => n === 0 || at > (instants[n - 1] ?? 0))).toBe(true)
  })

  it('lets a process find the parent that another one published', async () => {
    const { service, another } = await fixture()
    const late = await another()
    accepted(await service.publish([iface('dtmi:t:Asset;1')], command))
    await late.refresh()
    accepted(await late.publish([iface('dtmi:t:Pump;1', [], { extends: 'dtmi:t:Asset;1' })], command))
    expect(late.registry().get('dtmi:t:Pump;1')?.labels).toEqual(['Pump', 'Asset'])
  })
})

describe('An idempotency key', () => {
  it('gets the first answer again, from any process, and stores nothing more', async () => {
    const { service, another, tenant } = await fixture()
    const first = accepted(await service.publish(town, { ...command, idempotencyKey: 'k' }))
    const repeat = accepted(await (await another()).publish(town, { ...command, idempotencyKey: 'k' }))
    expect(repeat).toEqual(first)
    expect(await journal(tenant)).toHaveLength(3)
  })

  it('is refused with another request', async () => {
    const { service } = await fixture()
    accepted(await service.publish(town, { ...command, idempotencyKey: 'k' }))
    expect(refusal(await service.publish([iface('dtmi:t:Else;1')], { ...command, idempotencyKey: 'k' }))).toMatchObject({ kind: 'Conflict', code: 'IDEMPOTENCY_KEY_REUSED' })
    expect(refusal(await service.retire('dtmi:t:Pump;1', { ...command, idempotencyKey: 'k' })).code).toBe('IDEMPOTENCY_KEY_REUSED')
  })
})

describe('A published model', () => {
  const states = async (...changes: ((service: ModelService) => Promise<Result<ModelsChanged>>)[]): Promise<Fixture> => {
    const made = await fixture()
    accepted(await made.service.publish([...town, iface('dtmi:t:Pump;2')], command))
    for (const change of changes) accepted(await change(made.service))
    return made
  }

  it('is deprecated for another, from a day on', async () => {
    const { service, another, tenant } = await states((s) => s.deprecate('dtmi:t:Pump;1', { ...command, replacedBy: 'dtmi:t:Pump;2', removeAfter: '2027-01-31' }))
    for (const process of [service, await another()]) {
      expect(process.registry().get('dtmi:t:Pump;1')).toMatchObject({ state: 'DEPRECATED', replacedBy: 'dtmi:t:Pump;2', removeAfter: '2027-01-31' })
    }
    expect((await journal(tenant)).at(-1)).toMatchObject({ op: 'model-deprecated', id: 'dtmi:t:Pump;1', actor: 'ada' })
  })

  it('is deprecated by a second call only in what that adds', async () => {
    const { service } = await states((s) => s.deprecate('dtmi:t:Pump;1', { ...command, replacedBy: 'dtmi:t:Pump;2' }), (s) => s.deprecate('dtmi:t:Pump;1', { ...command, removeAfter: '2027-01-31' }))
    expect(service.registry().get('dtmi:t:Pump;1')).toMatchObject({ replacedBy: 'dtmi:t:Pump;2', removeAfter: '2027-01-31' })
    expect(accepted(await service.deprecate('dtmi:t:Pump;1', command)).seq).toBeNull()
  })

  it('is retired for good', async () => {
    const { service, another } = await states((s) => s.retire('dtmi:t:Pump;1', command))
    expect((await another()).registry().get('dtmi:t:Pump;1')?.state).toBe('RETIRED')
    expect(accepted(await service.retire('dtmi:t:Pump;1', command)).seq).toBeNull()
    expect(refusal(await service.deprecate('dtmi:t:Pump;1', command))).toMatchObject({ kind: 'Conflict', code: 'MODEL_NOT_ACTIVE' })
  })

  it('is pinned and let go', async () => {
    const { service, another } = await states((s) => s.expose(['dtmi:t:Pump;1', 'dtmi:t:Motor;1'], true, command))
    expect((await another()).registry().get('dtmi:t:Motor;1')?.pinned).toBe(true)
    accepted(await service.expose(['dtmi:t:Motor;1'], false, command))
    const read = (await another()).registry()
    expect([read.get('dtmi:t:Pump;1')?.pinned, read.get('dtmi:t:Motor;1')?.pinned]).toEqual([true, false])
  })

  it('is asked for by a dtmi that exists', async () => {
    const { service } = await states()
    expect(refusal(await service.retire('dtmi:t:None;1', command))).toMatchObject({ kind: 'NotFound', code: 'UNKNOWN_MODEL', id: 'dtmi:t:None;1' })
    expect(refusal(await service.deprecate('dtmi:t:None;1', command)).kind).toBe('NotFound')
    expect(refusal(await service.deprecate('dtmi:t:Pump;1', { ...command, replacedBy: 'dtmi:t:None;1' }))).toMatchObject({ kind: 'Invalid', problems: [{ code: 'UNKNOWN_MODEL', path: ['replacedBy'] }] })
    expect(refusal(await service.deprecate('dtmi:t:Pump;1', { ...command, replacedBy: 'dtmi:t:Pump;1' })).kind).toBe('Invalid')
    expect(refusal(await service.expose(['dtmi:t:Pump;1', 'dtmi:t:None;1', '__proto__'], true, command))).toMatchObject({
      kind: 'Invalid', problems: [{ code: 'UNKNOWN_MODEL', item: 1 }, { code: 'UNKNOWN_MODEL', item: 2 }],
    })
  })

  it('counts its own twins, not those of models that extend it or of other tenants', async () => {
    const { service, tenant } = await states()
    await database.transaction((tx) => tx.run({
      text: `UNWIND range(1, 5) AS n CREATE (:Twin:Pump:Asset {_t: $t, _id: toString(n), _model: 'dtmi:t:Pump;1'}) WITH n WHERE n = 5
        CREATE (:Twin:Asset {_t: $t, _id: 'a', _model: 'dtmi:t:Asset;1'}) CREATE (:Twin:Asset {_t: $t + '-else', _id: 'b', _model: 'dtmi:t:Asset;1'})
        CREATE (:_Gone {_t: $t, _id: 'c', _model: 'dtmi:t:Asset;1'})`,
      parameters: { t: tenant },
    }))
    expect(Object.fromEntries(await service.countTwins(['dtmi:t:Pump;1', 'dtmi:t:Asset;1', 'dtmi:t:Motor;1']))).toEqual({ 'dtmi:t:Pump;1': 5, 'dtmi:t:Asset;1': 1 })
  })
})
