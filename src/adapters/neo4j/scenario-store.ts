import type { Problem } from '../../problem.ts'
import type { Scenario, ScenarioState } from '../../scenario/scenario.ts'
import type { CreationGround, DiscardGround, ScenarioCommand, ScenarioOutcome, ScenarioStore, ScenarioStored } from '../../scenario/scenario-store.ts'
import type { Result } from '../../util/result.ts'
import type { Neo4jDatabase, Neo4jTransaction } from './database.ts'
import * as cypher from './scenario-statements.ts'

/** Scenarios as `(:_Scenario {_t, id, number, …})`, made and ended under the tenant's head lock together with their journal entries. */
export function createNeo4jScenarioStore(database: Pick<Neo4jDatabase, 'read' | 'transaction'>, tenant: string): ScenarioStore {
  return {
    async find(id, signal) {
      const { scenario } = await database.read({ text: cypher.find, parameters: { b: { t: tenant, id } } }, { signal })
      return scenario === null ? undefined : toScenario(scenario as ScenarioRow)
    },
    create: ({ id, parent }, command) => database.transaction((tx) => inLock(tx, tenant, {
      command, cause: 'createScenario', op: 'scenario-created', look: cypher.lookForCreation, write: cypher.create, key: { id, parent: parent ?? null }, toGround: toCreationGround,
    })),
    discard: (id, command) => database.transaction((tx) => inLock(tx, tenant, {
      command, cause: 'discardScenario', op: 'scenario-discarded', look: cypher.lookForDiscard, write: cypher.discard, key: { id }, toGround: toDiscardGround,
    })),
    async branchesOf(id) {
      return (await database.read({ text: cypher.branchesOf, parameters: { b: { t: tenant, id } } }))['branches'] as readonly string[]
    },
  }
}

interface Work<Ground, P extends Problem> {
  readonly command: ScenarioCommand<Ground, P>
  readonly cause: string
  readonly op: 'scenario-created' | 'scenario-discarded'
  readonly look: string
  readonly write: string
  readonly key: Readonly<Record<string, unknown>>
  toGround(looked: Looked): Ground
}

interface Looked {
  readonly seq: number
  readonly at: number
  readonly earliest: number | null
  readonly last: number
  readonly answer: { readonly digest: string; readonly answer: string } | null
  readonly taken: readonly string[]
  readonly scenario: ScenarioRow | null
  readonly branches: readonly string[]
}

async function inLock<Ground, P extends Problem>(tx: Neo4jTransaction, tenant: string, { command, cause, op, look, write, key, toGround }: Work<Ground, P>): Promise<ScenarioOutcome<P>> {
  const { actor, idempotency } = command
  const looked = await tx.run({ text: look, parameters: { b: { t: tenant, key: idempotency?.key ?? '', ...key } } }) as unknown as Looked
  if (idempotency && looked.answer) return looked.answer.digest === idempotency.digest ? { kind: 'repeated', stored: toStored(JSON.parse(looked.answer.answer) as Answer) } : { kind: 'keyReused' }
  const decided: Result<Scenario, P> = command.decide(toGround(looked))
  if (!decided.ok) return { kind: 'refused', problem: decided.problem }
  const stored: ScenarioStored = { scenario: decided.value, seq: looked.seq + 1 }
  const at = BigInt(looked.at)
  const answers = idempotency ? [{ _t: tenant, ...idempotency, answer: JSON.stringify(toAnswer(stored)), at }] : []
  await tx.run({ text: write, parameters: { b: { t: tenant, seq: BigInt(stored.seq), at, op, id: stored.scenario.id, actor, cause, answers, columns: toColumns(stored.scenario) } } })
  return { kind: 'stored', stored }
}

function toCreationGround({ at, earliest, last, taken, scenario }: Looked): CreationGround {
  return { at, earliest: earliest ?? undefined, number: last + 1, taken: new Set(taken), parent: scenario ? toScenario(scenario) : undefined }
}

const toDiscardGround = ({ scenario, branches }: Looked): DiscardGround => ({ scenario: scenario ? toScenario(scenario) : undefined, branches })

type ScenarioRow = Omit<Scenario, 'base' | 'parent' | 'state'> & { readonly base: number | null; readonly parent: string | null; readonly state: ScenarioState }

const toScenario = ({ base, parent, ...rest }: ScenarioRow): Scenario => ({ ...rest, base: base ?? undefined, parent: parent ?? undefined })

const toColumns = ({ number, base, parent, chain, createdAt, ...rest }: Scenario): Readonly<Record<string, unknown>> => ({
  ...rest, number: BigInt(number), base: base === undefined ? null : BigInt(base), parent: parent ?? null, chain: chain.map(BigInt), createdAt: BigInt(createdAt),
})

interface Answer {
  readonly scenario: ScenarioRow
  readonly seq: number
}

const toAnswer = ({ scenario: { base, parent, ...rest }, seq }: ScenarioStored): Answer => ({ scenario: { ...rest, base: base ?? null, parent: parent ?? null }, seq })

const toStored = ({ scenario, seq }: Answer): ScenarioStored => ({ scenario: toScenario(scenario), seq })
