import type { RunTwin, RunTwinReader, TwinRun } from '../../run/run-twins.ts'
import type { Neo4jDatabase } from './database.ts'
import * as cypher from './run-statements.ts'

/** Later than every run. */
const never = 2n ** 63n - 1n

/** Links of runs and twins as `(:_RunTwin {_t, run, twin, at, reads, writes})`. */
export function createNeo4jRunTwins(database: Pick<Neo4jDatabase, 'read'>, tenant: string): RunTwinReader {
  return {
    async twins(run, { first, after }) {
      return (await database.read({ text: cypher.twins, parameters: { b: { t: tenant, run, after: after ?? '', limit: BigInt(first) } } }))['twins'] as readonly RunTwin[]
    },
    async runsOfTwin(twin, { first, after }) {
      const place = { at: after ? BigInt(after.at) : never, run: after?.run ?? '' }
      return (await database.read({ text: cypher.runsOfTwin, parameters: { b: { t: tenant, twin, ...place, limit: BigInt(first) } } }))['runs'] as readonly TwinRun[]
    },
  }
}
