import { expect, test, vi } from 'vitest'
import { createNeo4jSweptStore } from '../../src/adapters/neo4j/scenario-sweeping.ts'
import { createBranchSweeper } from '../../src/scenario/branch-sweeper.ts'
import { plantModels } from '../domain/plant.ts'
import { openBranches, type TestBranches } from '../support/branches.ts'
import { testDatabase } from '../support/neo4j.ts'
import { by, newTwin, patch } from '../support/twins.ts'
import { zone } from '../twin/memory.ts'

vi.setConfig({ testTimeout: 180_000 }) // the first of each kind of statement is planned

const database = testDatabase()
const sweeperOf = ({ tenant: { tenant } }: TestBranches, graceMs: number) =>
  createBranchSweeper({ store: createNeo4jSweptStore(database, tenant), graceMs, everyMs: 3_600_000, onTrouble: (error) => { throw error } })

async function held({ tenant: { tenant } }: TestBranches): Promise<unknown> {
  return (await database.read({ text: 'RETURN COUNT { MATCH (n:_In) WHERE n._t = $b.t } AS held', parameters: { b: { t: tenant } } }))['held']
}

/** Five hundred things in a scenario: more than go in one portion. */
async function edited(): Promise<TestBranches & { readonly id: string; readonly number: number }> {
  const world = await openBranches(database, plantModels)
  await world.twins.createTwins([newTwin('z', zone)], by())
  const scenario = await world.branch()
  await world.twins.createTwins(Array.from({ length: 499 }, (_, index) => newTwin(`t${index}`, zone)), by(null, { scenario }))
  await world.twins.updateTwin(patch('z', { name: 'x' }), by(null, { scenario }))
  return { ...world, id: scenario.id, number: scenario.number }
}

test('what a scenario holds is left alone while it is open, and for as long after its end as somebody may read it', async () => {
  const world = await edited()
  await using now = sweeperOf(world, 0)
  await using later = sweeperOf(world, 3_600_000)
  expect(await now.sweep()).toBe(0)
  await world.life.promote(world.id, 'REFUSE', { actor: 'tester' })
  expect(await later.sweep()).toBe(0)
  expect(await held(world)).toBe(500)
  expect(await now.sweep()).toBe(500)
  expect(await held(world)).toBe(0)
})

test('a sweeping that was interrupted is taken up where it was, by one process at a time', async () => {
  const world = await edited()
  await world.life.discard(world.id, { actor: 'tester' })
  const store = createNeo4jSweptStore(database, world.tenant.tenant)
  expect(await store.claim('another process', 60_000)).toBe(true)
  expect(await store.clear(world.number, 150)).toBe(150) // and there it ended
  await using sweeper = sweeperOf(world, 0)
  expect(await sweeper.sweep(), 'while the other has the right').toBe(0)
  expect(await held(world)).toBe(350)
  await store.claim('another process', 0)
  expect(await sweeper.sweep()).toBe(350)
  expect(await held(world)).toBe(0)
})
