import { describe, expect, it } from 'vitest'
import { ensureModelIndexes } from '../../../src/adapters/neo4j/model-indexes.ts'
import { createNeo4jTwinMigrationStore } from '../../../src/adapters/neo4j/twin-migration.ts'
import type { Problem } from '../../../src/problem.ts'
import { createTwinMigrationService, type Migrated, type TwinMigrationService } from '../../../src/twin/migrate/migration-service.ts'
import type { Result } from '../../../src/util/result.ts'
import { component, iface, property, relationship } from '../../model/service/documents.ts'
import { testDatabase } from '../../support/neo4j.ts'
import { by, createTestTwins, link, newTwin, remove, type TestTwins } from '../../support/twins.ts'

const database = testDatabase()
const as = { actor: 'ada' }

const town = [
  iface('dtmi:t:Asset;1', [property('name')]),
  iface('dtmi:t:Thing;1', []),
  iface('dtmi:t:Motor;1', [property('power', 'double')]),
  iface('dtmi:t:Brake;1', []),
  iface('dtmi:t:Pump;1', [property('flow', 'integer'), property('serial', 'long'), property('since', 'dateTime'), component('motor', 'dtmi:t:Motor;1'), relationship('feeds')], { extends: 'dtmi:t:Asset;1' }),
  // flow is measured more finely, the motor is no longer told, a brake is; it is a Thing, too
  iface('dtmi:t:Pump;2', [property('flow', 'double'), property('serial', 'long'), property('since', 'dateTime'), component('brake', 'dtmi:t:Brake;1'), relationship('feeds', { target: 'dtmi:t:Pump;2' })], { extends: ['dtmi:t:Asset;1', 'dtmi:t:Thing;1'] }),
  iface('dtmi:t:Pump;3', [property('flow', 'string'), relationship('feeds', { target: 'dtmi:t:Thing;1' })]),
  iface('dtmi:t:Site;1', [relationship('has', { target: 'dtmi:t:Pump;1' }), relationship('holds', { target: 'dtmi:t:Asset;1' })]),
]

interface Fixture extends TestTwins {
  readonly migration: TwinMigrationService
}

async function fixture(): Promise<Fixture> {
  const made = await createTestTwins(database, town)
  await ensureModelIndexes(database)
  return { ...made, migration: createTwinMigrationService({ store: createNeo4jTwinMigrationStore(database, made.tenant), registry: () => made.registry }) }
}

async function withPumps(...pumps: Parameters<typeof newTwin>[]): Promise<Fixture> {
  const made = await fixture()
  const created = await made.twins.createTwins(pumps.map((pump) => newTwin(...pump)), by())
  if (!created.ok) throw new Error(JSON.stringify(created.problem))
  return made
}

function accepted(result: Result<Migrated>): Migrated {
  if (!result.ok) throw new Error(`Refused: ${JSON.stringify(result.problem)}`)
  return result.value
}

function refusal(result: Result<Migrated>): Problem {
  if (result.ok) throw new Error(`Not refused: ${JSON.stringify(result.value)}`)
  return result.problem
}

const problemsOf = (result: Result<Migrated>): readonly unknown[] => {
  const problem = refusal(result)
  return problem.kind === 'Invalid' ? problem.problems.map(({ code, twin, path }) => [twin, code, path?.join('.')].join(' ')).sort() : []
}

async function ask(text: string, { tenant }: Fixture): Promise<unknown> {
  return (await database.read({ text: `RETURN COLLECT { ${text} } AS found`, parameters: { t: tenant.tenant } }))['found']
}

describe('Migrating the twins of a model', () => {
  it('changes model, labels, components and what is stored otherwise, and keeps every value', async () => {
    const made = await withPumps(['p1', 'dtmi:t:Pump;1', { name: 'one', flow: 3, serial: '9007199254740993', since: '2026-01-01T00:00:00.5+01:00' }], ['p2', 'dtmi:t:Pump;1'], ['other', 'dtmi:t:Thing;1'])
    expect(accepted(await made.migration.migrateTwins('dtmi:t:Pump;1', 'dtmi:t:Pump;2', as))).toMatchObject({ twins: 2, refused: [] })
    const pump = made.registry.get('dtmi:t:Pump;2')?.names.type
    const old = made.registry.get('dtmi:t:Pump;1')?.names.type
    const twins = await ask(`MATCH (n:Twin {_t: $t}) WHERE n._id STARTS WITH 'p' RETURN {id: n._id, model: n._model, version: n._v, flow: valueType(n.flow), serial: toString(n.serial), since: toString(n.since),
      labels: [l IN labels(n) WHERE NOT l STARTS WITH '_'], parts: COLLECT { MATCH (n)-[r]->(c:_Component) RETURN [type(r), c._id, c._model] }} ORDER BY n._id`, made) as readonly Record<string, unknown>[]
    expect(twins.map(({ labels, ...rest }) => ({ ...rest, labels: new Set(labels as string[]) }))).toEqual([
      { id: 'p1', model: 'dtmi:t:Pump;2', version: 2, flow: 'FLOAT NOT NULL', serial: '9007199254740993', since: '2026-01-01T00:00:00.5+01:00', labels: new Set(['Twin', pump, 'Asset', 'Thing']), parts: [['_has_brake', 'p1#brake', 'dtmi:t:Brake;1']] },
      { id: 'p2', model: 'dtmi:t:Pump;2', version: 2, flow: 'NULL', serial: null, since: null, labels: new Set(['Twin', pump, 'Asset', 'Thing']), parts: [['_has_brake', 'p2#brake', 'dtmi:t:Brake;1']] },
    ])
    expect(old).not.toBe(pump)
    expect(await ask('MATCH (n:Twin {_t: $t, _id: \'other\'}) RETURN n._v', made)).toEqual([1])
  })

  it('keeps the state before as history, under the labels it had, with a gap-free journal', async () => {
    const made = await withPumps(['p1', 'dtmi:t:Pump;1', { flow: 3 }])
    const { seq } = accepted(await made.migration.migrateTwins('dtmi:t:Pump;1', 'dtmi:t:Pump;2', as))
    const past = await ask(`MATCH (v:_Past {_t: $t, _id: 'p1'}) MATCH (n:Twin {_t: $t, _id: 'p1'})
      RETURN {model: v._model, flow: v.flow, op: v._op, actor: v._actor, seq: v._seq, joins: v._to = n._since, labels: [l IN labels(v) WHERE l STARTS WITH '_was_']}`, made) as readonly Record<string, unknown>[]
    expect(past).toEqual([{ model: 'dtmi:t:Pump;1', flow: 3, op: 'migrate', actor: 'ada', seq, joins: true, labels: expect.arrayContaining([`_was_${made.registry.get('dtmi:t:Pump;1')?.names.type}`, '_was_Asset']) }])
    expect(await ask('MATCH (c:_Gone {_t: $t, _id: \'p1#motor\'}) RETURN c._to > c._from', made)).toEqual([true])
    const journal = await ask('MATCH (j:_J {_t: $t}) RETURN j._seq ORDER BY j._seq', made) as readonly number[]
    expect(journal).toEqual(journal.map((_, index) => index + 1))
  })

  it('changes nothing in a dry run', async () => {
    const made = await withPumps(['p1', 'dtmi:t:Pump;1'], ['p2', 'dtmi:t:Pump;1'])
    expect(accepted(await made.migration.migrateTwins('dtmi:t:Pump;1', 'dtmi:t:Pump;2', { ...as, dryRun: true }))).toEqual({ twins: 2, refused: [], seq: null })
    expect(await ask('MATCH (n:Twin {_t: $t}) RETURN DISTINCT n._model', made)).toEqual(['dtmi:t:Pump;1'])
  })

  it('changes no twin when one does not conform, and says for each what does not', async () => {
    const made = await withPumps(['p1', 'dtmi:t:Pump;1', { flow: 3, serial: 1 }], ['p2', 'dtmi:t:Pump;1'], ['p3', 'dtmi:t:Pump;1', {}, { components: { motor: { power: 5 } } }])
    const result = await made.migration.migrateTwins('dtmi:t:Pump;1', 'dtmi:t:Pump;3', as)
    expect(problemsOf(result)).toEqual(['p1 UNKNOWN_PROPERTY serial', 'p1 WRONG_TYPE flow', 'p3 UNKNOWN_COMPONENT motor'])
    expect(refusal(result).message).toContain('2 twins do not conform')
    expect(await ask('MATCH (n:Twin {_t: $t}) RETURN DISTINCT n._model', made)).toEqual(['dtmi:t:Pump;1'])
  })

  it('changes no twin when one would get a component whose id another twin has', async () => {
    const made = await withPumps(['p1', 'dtmi:t:Pump;1'], ['p2', 'dtmi:t:Pump;1'], ['p2#brake', 'dtmi:t:Asset;1'])
    expect(problemsOf(await made.migration.migrateTwins('dtmi:t:Pump;1', 'dtmi:t:Pump;2', as))).toEqual(['p2 ALREADY_EXISTS brake'])
    await made.twins.deleteTwins([remove('p2#brake')], by())
    expect(accepted(await made.migration.migrateTwins('dtmi:t:Pump;1', 'dtmi:t:Pump;2', as))).toMatchObject({ twins: 2 })
  })

  it('looks at relationships from and to the twins', async () => {
    const made = await withPumps(['p1', 'dtmi:t:Pump;1'], ['p2', 'dtmi:t:Pump;1'], ['a', 'dtmi:t:Asset;1'], ['s', 'dtmi:t:Site;1'])
    await made.twins.relate([link('p1', 'feeds', 'p2', 'r1'), link('p1', 'feeds', 'a', 'r2'), link('s', 'has', 'p2', 'r3'), link('s', 'holds', 'p2', 'r4')], by())
    expect(problemsOf(await made.migration.migrateTwins('dtmi:t:Pump;1', 'dtmi:t:Pump;2', as))).toEqual(['p1 WRONG_TARGET feeds', 'p2 WRONG_TARGET has'])
    expect(problemsOf(await made.migration.migrateTwins('dtmi:t:Pump;1', 'dtmi:t:Pump;3', as))).toEqual([
      'p1 WRONG_TARGET feeds', 'p1 WRONG_TARGET feeds', 'p2 WRONG_TARGET has', 'p2 WRONG_TARGET holds',
    ])
  })

  it('lets twins of the model keep leading to each other', async () => {
    const made = await withPumps(['p1', 'dtmi:t:Pump;1'], ['p2', 'dtmi:t:Pump;1'])
    await made.twins.relate([link('p1', 'feeds', 'p2', 'r1'), link('p2', 'feeds', 'p2', 'r2')], by())
    expect(accepted(await made.migration.migrateTwins('dtmi:t:Pump;1', 'dtmi:t:Pump;2', as)).twins).toBe(2)
    expect(await ask('MATCH (:Twin {_t: $t})-[r:feeds]->(:Twin) RETURN r._id ORDER BY r._id', made)).toEqual(['r1', 'r2'])
  })

  it('goes through many in batches, each with its own journal entry, and takes what is left when it is repeated', async () => {
    const made = await withPumps(...Array.from({ length: 1000 }, (_, n): Parameters<typeof newTwin> => [`p${n}`, 'dtmi:t:Pump;1', { flow: n }]))
    await made.twins.createTwins(Array.from({ length: 100 }, (_, n) => newTwin(`q${n}`, 'dtmi:t:Pump;1')), by())
    expect(accepted(await made.migration.migrateTwins('dtmi:t:Pump;1', 'dtmi:t:Pump;2', as)).twins).toBe(1100)
    expect(await ask('MATCH (v:_Past {_t: $t}) RETURN count(DISTINCT v._seq)', made)).toEqual([1100])
    expect(accepted(await made.migration.migrateTwins('dtmi:t:Pump;1', 'dtmi:t:Pump;2', as))).toEqual({ twins: 0, refused: [], seq: null })
  })

  it('is asked for with two published models, the second in use', async () => {
    const { migration } = await fixture()
    expect(refusal(await migration.migrateTwins('dtmi:t:None;1', 'dtmi:t:Pump;2', as))).toMatchObject({ kind: 'NotFound', path: ['from'] })
    expect(refusal(await migration.migrateTwins('dtmi:t:Pump;1', 'dtmi:t:None;1', as))).toMatchObject({ kind: 'NotFound', path: ['to'] })
    expect(refusal(await migration.migrateTwins('dtmi:t:Pump;1', 'dtmi:t:Pump;1', as))).toMatchObject({ kind: 'Invalid', path: ['to'] })
  })
})
