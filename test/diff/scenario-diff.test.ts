import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createNeo4jRelationshipReader } from '../../src/adapters/neo4j/diff-relationships.ts'
import { createNeo4jEditReader } from '../../src/adapters/neo4j/scenario-edits.ts'
import { createDiff } from '../../src/diff/diff.ts'
import { createScenarioGraphs } from '../../src/diff/scenario-graphs.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import type { Command } from '../../src/twin/command.ts'
import { plantModels } from '../domain/plant.ts'
import { readStored, worldAt } from '../scenario/stored-world.ts'
import { openBranches, submit } from '../support/branches.ts'
import { testDatabase } from '../support/neo4j.ts'
import { commandOn } from '../twin/memory.ts'
import { applied, differences, withoutVersions } from './apply-diff.ts'

const database = testDatabase()
const aCommand = commandOn(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'))
const anEdit: fc.Arbitrary<readonly [where: number, command: Command]> = fc.tuple(fc.nat(3), aCommand)

test('what differs in a scenario, done to what it branches off from, gives what it sees, while that goes on changing', async () => {
  await fc.assert(fc.asyncProperty(fc.array(aCommand, { minLength: 8, maxLength: 15 }), fc.array(anEdit, { minLength: 30, maxLength: 80 }), fc.constantFrom(1, 50), async (first, then, pageSize) => {
    const world = await openBranches(database, plantModels)
    for (const command of first) await submit(world.twins, command)
    const live = await world.branch({ parent: undefined, isFixed: false })
    const fixed = await world.branch({ parent: undefined, isFixed: true })
    const nested = await world.branch({ parent: live.id, isFixed: false })
    const scenarios: readonly Scenario[] = [live, fixed, nested]
    for (const [where, command] of then) await submit(world.twins, command, scenarios[where - 1])
    const stored = await readStored(database, world.tenant.tenant)
    const sources = { edits: createNeo4jEditReader(database, world.tenant.tenant), relationships: createNeo4jRelationshipReader(database, world.tenant.tenant), registry: () => world.registry }
    for (const scenario of scenarios) {
      const parent = scenarios.find(({ id }) => id === scenario.parent)
      const [below, seen] = [parent?.chain ?? [], scenario.chain].map((chain) => withoutVersions(worldAt(stored, { chain, at: scenario.base })))
      const diff = createDiff(createScenarioGraphs(sources, scenario, parent), { of: undefined, models: undefined }, world.registry)
      expect(applied(below ?? {}, await differences(diff, pageSize)), scenario.id).toEqual(seen)
    }
  }), { numRuns: 15, endOnFailure: true })
}, 300_000)
