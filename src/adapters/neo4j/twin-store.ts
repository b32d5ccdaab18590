import { Failure } from '../../errors.ts'
import type { Changeset } from '../../twin/command.ts'
import { needsOf, type ModelNames } from '../../twin/needs.ts'
import type { State } from '../../twin/state.ts'
import type { TwinStore } from '../../twin/twin-store.ts'
import type { Writes } from '../../twin/writes.ts'
import { readBranch } from './branch-state.ts'
import { plannedOfBranch, writeBranch } from './branch-write.ts'
import { readMarks } from './branch-marks.ts'
import type { Neo4jDatabase, Neo4jTransaction } from './database.ts'
import type { StoredTenant } from './head.ts'
import { readState } from './twin-state.ts'
import * as statements from './twin-statements.ts'
import { toWriteParameters } from './twin-write-parameters.ts'
import { runSteps, withoutRows } from './write-steps.ts'

/**
 * Twins, history and journal as GRAPH's layout has them: the present under plain names, the past under `_was_`, what scenarios have of their own under `_in_`;
 * one journal entry a change.
 */
export function createNeo4jTwinStore(database: Pick<Neo4jDatabase, 'transaction'>, stored: StoredTenant): TwinStore {
  return {
    async commit(changesets, names, decide) {
      try {
        return await database.transaction(async (tx) => {
          const { state, write } = await ground(tx, stored, changesets, names)
          const decision = decide(state)
          if (decision.writes) await write(decision.writes)
          return decision
        }, timeOf(changesets))
      } catch (error) {
        throw changesets.length > 1 ? causeIfTransient(error) : error
      }
    },
    async prepare(what) {
      const nothing = { scenario: undefined, creates: [], updates: [], componentUpdates: [], deletes: [], links: [], linkUpdates: [], unlinks: [], withdrawn: [], promoted: [], journal: [], answers: [] }
      const { tenant, label } = stored
      // Each in a transaction of its own, so that nobody waits for the head's lock while the next is planned.
      for (const statement of what === 'scenarios' ? plannedOfBranch(tenant) : withoutRows(statements.steps, { t: tenant, label, at: 0n })) {
        await database.transaction((tx) => tx.run(statement), { timeoutMs: planningMs })
      }
      if (what === 'scenarios') return
      await database.transaction(async (tx) => {
        const { state: { seq, at }, write } = await ground(tx, stored, [], { known: new Set(), limited: new Set(), componentsOf: () => [] })
        await write({ ...nothing, seq, at })
      }, { timeoutMs: planningMs })
    },
  }
}

/** A busy machine takes long to plan. */
const planningMs = 120_000

/** What a group is decided on, and how what is decided is written: the changesets of one group are all of one scenario, or of the base. */
async function ground(tx: Neo4jTransaction, stored: StoredTenant, changesets: readonly Changeset[], names: ModelNames): Promise<{ readonly state: State; write(writes: Writes): Promise<void> }> {
  const { tenant } = stored
  const needs = needsOf(changesets, names)
  const scenario = changesets[0]?.scenario
  if (scenario) {
    const branch = await readBranch(tx, tenant, scenario, needs)
    return { state: branch.state, write: (writes) => writeBranch(tx, tenant, branch, writes) }
  }
  const { state, lastScenario } = await readState(tx, tenant, needs)
  return {
    state,
    async write(writes) {
      const marks = await readMarks(tx, tenant, writes, lastScenario)
      await writeBase(tx, writes, stored, { marks, lastScenario })
    },
  }
}

async function writeBase(tx: Neo4jTransaction, writes: Writes, stored: StoredTenant, more: Parameters<typeof toWriteParameters>[2]): Promise<void> {
  const { promoted, journal, answers, seq, ...lists } = toWriteParameters(writes, stored, more)
  await Promise.all([runSteps(tx, statements.steps, lists), tx.run({ text: statements.told, parameters: { b: { t: stored.tenant, at: BigInt(writes.at), promoted, journal, answers, seq } } })])
}

/** A promotion of thousands of edits takes seconds, on a busy machine half a minute, which is as long as statements may take by default. */
function timeOf(changesets: readonly Changeset[]): { readonly timeoutMs?: number } {
  const size = changesets.reduce((sum, { commands }) => sum + commands.length, 0)
  return size > 1_000 ? { timeoutMs: 30_000 + 10 * size } : {}
}

/** What the server calls transient, such as too little memory for the transaction, may be the group's size: its parts are worth trying. */
function causeIfTransient(error: unknown): unknown {
  const cause = error instanceof Failure ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Neo.TransientError') ? cause : error
}
