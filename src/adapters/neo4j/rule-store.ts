import type { Rule, StoredRule } from '../../alert/rule.ts'
import type { RuleGround, RuleStore } from '../../alert/rule-store.ts'
import type { Neo4jDatabase } from './database.ts'
import * as cypher from './rule-statements.ts'

interface RuleRow {
  readonly definition: string
  readonly version: number
  readonly judged: number | null
  readonly fromUs: number
  readonly trouble: string | null
  readonly createdAtMs: number
  readonly createdBy: string
  readonly updatedAtMs: number
}

/** Rules as `(:_Rule {_t, id, …})`, whole as JSON in `definition`, and what the catalogue filters by beside it. */
export function createNeo4jRuleStore(database: Pick<Neo4jDatabase, 'read' | 'write' | 'transaction'>, tenant: string): RuleStore {
  const b = (more: Readonly<Record<string, unknown>> = {}): { readonly b: Readonly<Record<string, unknown>> } => ({ b: { t: tenant, ...more } })
  return {
    put: (id, { actor, from }, decide) => database.transaction(async (tx) => {
      const { rule, taken, count } = await tx.run({ text: cypher.look, parameters: b({ id }) })
      const ground: RuleGround = { rule: rule === null ? undefined : toRule(rule as RuleRow), taken: new Set(taken as readonly string[]), count: Number(count) }
      const decided = decide(ground)
      if (!decided.ok) return decided
      const { rule: stored } = await tx.run({ text: cypher.write, parameters: b({ id: decided.value.id, actor, from: BigInt(Math.round(from)), columns: toColumns(decided.value) }) })
      return { ok: true, value: toRule(stored as RuleRow) }
    }),
    async remove(id) {
      return Number((await database.write({ text: cypher.remove, parameters: b({ id }) }))['removed']) > 0
    },
    async find(ids) {
      const { rules } = await database.read({ text: cypher.find, parameters: b({ ids }) })
      const byId = new Map((rules as readonly RuleRow[]).map(toRule).map((rule) => [rule.id, rule]))
      return ids.map((id) => byId.get(id))
    },
    async all() {
      return ((await database.read({ text: cypher.all, parameters: b() }))['rules'] as readonly RuleRow[]).map(toRule)
    },
    async revision() {
      return Number((await database.read({ text: cypher.revision, parameters: b() }))['revision'])
    },
    async setTrouble(id, trouble) {
      await database.write({ text: cypher.setTrouble, parameters: b({ id, trouble }) })
    },
    async takeTick(id, tick, task) {
      const tasks = task ? [{ ...task, actions: JSON.stringify(task.actions) }] : []
      return (await database.write({ text: cypher.takeTick, parameters: b({ id, tick: BigInt(tick), tasks }) }))['taken'] === true
    },
  }
}

const toRule = ({ definition, version, judged, fromUs, trouble, createdAtMs, createdBy, updatedAtMs }: RuleRow): StoredRule =>
  ({ ...JSON.parse(definition) as Rule, version, judged, from: fromUs, trouble, createdAt: createdAtMs, createdBy, updatedAt: updatedAtMs })

function toColumns(rule: Rule): Readonly<Record<string, unknown>> {
  const { id, name, description, severity, isEnabled, when, over, depth, notify } = rule
  return { id, name, description, severity, isEnabled, condition: when.kind.replace(/Condition$/, '').toUpperCase(), over: [...over], depth: BigInt(depth), notify: [...notify], definition: JSON.stringify(rule) }
}
