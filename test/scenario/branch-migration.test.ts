import { expect, test } from 'vitest'
import { ensureModelIndexes } from '../../src/adapters/neo4j/model-indexes.ts'
import { createNeo4jTwinMigrationStore } from '../../src/adapters/neo4j/twin-migration.ts'
import { createTwinMigrationService } from '../../src/twin/migrate/migration-service.ts'
import { component, iface, property, relationship } from '../model/service/documents.ts'
import { openBranches, submit } from '../support/branches.ts'
import { testDatabase } from '../support/neo4j.ts'
import { link, newTwin, patch } from '../support/twins.ts'
import { readStored, worldAt } from './stored-world.ts'

const database = testDatabase()

const models = [
  iface('dtmi:t:Motor;1', [property('power', 'double')]),
  iface('dtmi:t:Pump;1', [property('name'), component('motor', 'dtmi:t:Motor;1')]),
  iface('dtmi:t:Zone;1', [property('name')]),
]

test('what a scenario says of a component holds when a migration of the base takes it away and another brings it again', async () => {
  const world = await openBranches(database, models)
  await ensureModelIndexes(database)
  const migration = createTwinMigrationService({ store: createNeo4jTwinMigrationStore(database, world.tenant), registry: () => world.registry })
  const migrate = async (from: string, to: string): Promise<void> => { expect(await migration.migrateTwins(from, to, { actor: 'ada' })).toMatchObject({ ok: true }) }
  expect((await submit(world.twins, newTwin('p', 'dtmi:t:Pump;1', { name: 'one' }))).ok).toBe(true)
  const scenario = await world.branch()
  expect((await submit(world.twins, patch('p', { name: 'uno', motor: { power: 7 } }), scenario)).ok).toBe(true)
  const seen = async (chain: readonly number[]) => worldAt(await readStored(database, world.tenant.tenant), { chain, at: undefined })['twin p']

  await migrate('dtmi:t:Pump;1', 'dtmi:t:Zone;1')
  expect(await seen(scenario.chain)).toEqual({ kind: 'Zone', version: 3, values: { name: 'uno' }, motor: null })
  expect((await submit(world.twins, patch('p', { name: 'due' }), scenario)).ok).toBe(true)
  await migrate('dtmi:t:Zone;1', 'dtmi:t:Pump;1')
  expect(await seen(scenario.chain)).toEqual({ kind: 'Pump', version: 5, values: { name: 'due' }, motor: { power: 7 } })
  expect(await seen([])).toEqual({ kind: 'Pump', version: 3, values: { name: 'one' }, motor: {} })
})

test('a migration waits for scenarios that say what does not suit the new model; what suits goes on holding', async () => {
  const world = await openBranches(database, [
    iface('dtmi:t:Dev;1', [property('x'), property('y'), property('gone'), relationship('to', { properties: [property('w', 'string')] })]),
    iface('dtmi:t:Dev;2', [property('x', 'double'), property('y'), relationship('to', { properties: [property('w', 'double')] })]),
    iface('dtmi:t:Dev;3', [property('x'), property('y'), property('more'), property('gone'), relationship('to', { properties: [property('w', 'string')] })]),
  ])
  await ensureModelIndexes(database)
  const migration = createTwinMigrationService({ store: createNeo4jTwinMigrationStore(database, world.tenant), registry: () => world.registry })
  const migrate = async (from: number, to: number) => await migration.migrateTwins(`dtmi:t:Dev;${from}`, `dtmi:t:Dev;${to}`, { actor: 'ada' })
  for (const id of ['a', 'b']) expect((await submit(world.twins, newTwin(id, 'dtmi:t:Dev;1', { y: 'one' }))).ok).toBe(true)
  const scenario = await world.branch()
  expect((await submit(world.twins, patch('a', { x: 'text', y: 'two', gone: 'g' }), scenario)).ok).toBe(true)
  expect((await submit(world.twins, link('a', 'to', 'b', 'l', { w: 'heavy' }), scenario)).ok).toBe(true)

  const refused = await migrate(1, 2)
  const problems = !refused.ok && 'problems' in refused.problem ? refused.problem.problems : []
  expect(problems.map(({ code, property }) => `${code} ${property}`).sort()).toEqual(['UNKNOWN_PROPERTY gone', 'WRONG_TYPE w', 'WRONG_TYPE x'].sort())
  expect(problems.find(({ property }) => property === 'x')?.message).toContain('Promote or discard the scenario first')
  expect(await migrate(1, 3)).toMatchObject({ ok: true, value: { twins: 2 } })
  expect(await submit(world.twins, patch('a', { more: 'of the new model' }), scenario), 'the scenario goes on with the new model').toMatchObject({ ok: true, value: { items: [{ id: 'a', version: 4 }] } })
})
