import type { RunStore } from '../../run/run-store.ts'
import type { Neo4jDatabase } from './database.ts'
import * as cypher from './run-statements.ts'

/** Nodes in one transaction. */
const portion = 10_000

/** Takes runs away that have ended: first what hangs from them, in portions, then the runs, so that one which was cut short can be done again. */
export function createNeo4jRunRemoval(database: Pick<Neo4jDatabase, 'read' | 'write'>, tenant: string): Pick<RunStore, 'remove'> {
  return {
    async remove(wanted) {
      const b = (more: Readonly<Record<string, unknown>>) => ({ b: { t: tenant, limit: BigInt(portion), ...more } })
      const ids = (await database.read({ text: cypher.endedOnes, parameters: b({ ids: [...new Set(wanted)] }) }))['ids'] as readonly string[]
      let cleared = portion
      while (cleared >= portion) cleared = Number((await database.write({ text: cypher.clear, parameters: b({ ids }) }))['cleared'])
      await database.write({ text: cypher.remove, parameters: b({ ids }) })
      return ids
    },
  }
}
