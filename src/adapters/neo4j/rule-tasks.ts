import type { Action } from '../../alert/rule.ts'
import type { TaskStore } from '../../alert/task.ts'
import type { Neo4jDatabase } from './database.ts'

interface TaskRow {
  readonly key: string
  readonly rule: string
  readonly alert: string | null
  readonly actions: string
  readonly done: number
  readonly runs: readonly string[]
}

/** Of each rule the oldest, those that came first before others. */
const waiting = `RETURN COLLECT { MATCH (k:_RuleTask {_t: $b.t, isDone: false}) WITH k ORDER BY k.createdAtMs, k.key
  WITH k.rule AS rule, head(collect(k)) AS k ORDER BY k.createdAtMs, k.key LIMIT toInteger($b.limit)
  RETURN k {.key, .rule, .alert, .actions, .done, .runs} } AS tasks`
const progress = 'OPTIONAL MATCH (k:_RuleTask {_t: $b.t, key: $b.key}) SET k.done = $b.done, k.runs = $b.runs RETURN count(k) AS found'
const end = `OPTIONAL MATCH (k:_RuleTask {_t: $b.t, key: $b.key}) SET k.isDone = true, k.endedAtMs = timestamp()
WITH count(k) AS found
CALL () { MATCH (old:_RuleTask {_t: $b.t, isDone: true}) WHERE old.endedAtMs < timestamp() - 604800000 WITH old LIMIT 1000 DELETE old RETURN count(*) AS gone }
RETURN found`

/** What rules are to do, as `(:_RuleTask {_t, key, …})`. Those that ended are kept for a week: a tick is taken once all the same. */
export function createNeo4jRuleTasks(database: Pick<Neo4jDatabase, 'read' | 'write'>, tenant: string): TaskStore {
  return {
    async waiting(limit) {
      const { tasks } = await database.read({ text: waiting, parameters: { b: { t: tenant, limit: BigInt(limit) } } })
      return (tasks as readonly TaskRow[]).map(({ actions, ...rest }) => ({ ...rest, actions: JSON.parse(actions) as readonly Action[] }))
    },
    async progress(key, done, runs) {
      await database.write({ text: progress, parameters: { b: { t: tenant, key, done: BigInt(done), runs: [...runs] } } })
    },
    async end(key) {
      await database.write({ text: end, parameters: { b: { t: tenant, key } } })
    },
  }
}
