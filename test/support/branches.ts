import type { Neo4jDatabase } from '../../src/adapters/neo4j/database.ts'
import { createNeo4jEditReader } from '../../src/adapters/neo4j/scenario-edits.ts'
import { createNeo4jScenarioStore } from '../../src/adapters/neo4j/scenario-store.ts'
import { createScenarioBook } from '../../src/scenario/scenario-book.ts'
import { createScenarioService, type ScenarioService } from '../../src/scenario/scenario-service.ts'
import type { EditReader } from '../../src/scenario/edits.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import type { Command } from '../../src/twin/command.ts'
import type { Outcome, Request, TwinService } from '../../src/twin/twin-service.ts'
import { by, createTestTwins, type TestTwins, submit as submitCommand } from './twins.ts'

export interface TestBranches extends TestTwins {
  readonly life: ScenarioService
  readonly edits: EditReader
  /** A new scenario; `isFixed`: on the base as it is now. */
  branch(given?: { readonly parent?: string | undefined; readonly isFixed?: boolean }): Promise<Scenario>
}

/** The twin service and scenarios over the run's Neo4j, in a tenant of its own. */
export async function openBranches(database: Neo4jDatabase, documents: readonly unknown[]): Promise<TestBranches> {
  const world = await createTestTwins(database, documents)
  const { tenant } = world.tenant
  const store = createNeo4jScenarioStore(database, tenant)
  const edits = createNeo4jEditReader(database, tenant)
  const life = createScenarioService({
    store, edits, commits: world.commits, registry: () => world.registry, book: createScenarioBook(store, { isTold: () => false }), onCommitted: () => undefined,
  })
  let count = 0
  return {
    ...world, life, edits,
    async branch({ parent, isFixed = false } = {}) {
      const { at } = await database.read({ text: 'MATCH (h:_Head {_t: $b.t}) RETURN h.at AS at', parameters: { b: { t: tenant } } })
      const created = await life.create({ name: `s${++count}`, parent, ...(isFixed && { base: new Date(Number(at)).toISOString() }) }, { actor: 'tester' })
      if (!created.ok) throw new Error(created.problem.message)
      return created.value.scenario
    },
  }
}

/** One command as a mutation of its own, into a scenario or the base. */
export const submit = (twins: TwinService, command: Command, scenario?: Scenario, more: Partial<Request> = {}): Promise<Outcome> => submitCommand(twins, command, by(null, { scenario, ...more }))
