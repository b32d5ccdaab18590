import { Failure } from '../../errors.ts'
import { type Needs, needsOf, type RelationshipNames } from '../../twin/needs.ts'
import { type RelationshipState, sourceKey, type State, type TwinState } from '../../twin/state.ts'
import type { TwinStore } from '../../twin/twin-store.ts'
import type { Neo4jDatabase, Neo4jTransaction } from './database.ts'
import type { StoredTenant } from './head.ts'
import * as statements from './twin-statements.ts'
import { toWriteParameters } from './twin-write-parameters.ts'

/** Twins, history and journal as GRAPH's layout has them: the present under plain names, the past under `_was_`, one journal entry a change. */
export function createNeo4jTwinStore(database: Pick<Neo4jDatabase, 'transaction'>, { tenant, label }: StoredTenant): TwinStore {
  return {
    async commit(changesets, names, decide) {
      try {
        return await database.transaction(async (tx) => {
          const decision = decide(await readState(tx, tenant, needsOf(changesets, names)))
          if (decision.writes) await tx.run({ text: statements.write, parameters: { b: toWriteParameters(decision.writes, { tenant, label }) } })
          return decision
        })
      } catch (error) {
        throw changesets.length > 1 ? causeIfTransient(error) : error
      }
    },
    async prepare() {
      const nothing = { creates: [], updates: [], componentUpdates: [], deletes: [], links: [], linkUpdates: [], unlinks: [], journal: [], answers: [] }
      await database.transaction(async (tx) => {
        const { seq, at } = await readState(tx, tenant, needsOf([], noNames))
        await tx.run({ text: statements.write, parameters: { b: toWriteParameters({ ...nothing, seq, at }, { tenant, label }) } })
      })
    },
  }
}

const noNames: RelationshipNames = { known: new Set(), limited: new Set() }

/** What the server calls transient, such as too little memory for the transaction, may be the group's size: its parts are worth trying. */
function causeIfTransient(error: unknown): unknown {
  const cause = error instanceof Failure ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Neo.TransientError') ? cause : error
}

type TwinRow = readonly [id: string, model: string, version: number, values: readonly unknown[]]
type RelationshipRow = readonly [ref: string, id: string, from: string, to: string, version: number, names: readonly string[], values: readonly unknown[]]

interface Loaded {
  readonly seq: number
  readonly at: number
  readonly models: number
  readonly twins: readonly TwinRow[]
  readonly components: readonly TwinRow[]
  readonly attached: readonly (readonly [twin: string, ref: string, id: string, name: string, from: string, fromModel: string, to: string, version: number])[]
  readonly answers: readonly (readonly [key: string, digest: string, answer: string])[]
}

/** The statements go out together; the first of them takes the lock, so that the others see what it protects. */
async function readState(tx: Neo4jTransaction, tenant: string, needs: Needs): Promise<State> {
  const { twins, components, attached, keys } = needs
  const [loaded, relationships, counts] = await Promise.all([
    tx.run({ text: statements.load, parameters: { b: { t: tenant, twins, components, attached, keys } } }),
    Promise.all([...needs.relationships].map(async ([name, rows]) => {
      const { found } = await tx.run({ text: statements.relationshipsNamed(name), parameters: { b: { t: tenant, rows } } })
      return (found as readonly (readonly RelationshipRow[])[]).flat().map((row) => toRelationship(name, row))
    })),
    Promise.all([...needs.counts].map(async ([name, from]) => {
      const row = await tx.run({ text: statements.countsNamed(name), parameters: { b: { t: tenant, from } } })
      return (row['counts'] as readonly (readonly [string, number])[]).map(([id, count]) => [sourceKey(id, name), count] as const)
    })),
  ])
  return toState(needs, loaded as unknown as Loaded, relationships.flat(), new Map(counts.flat()))
}

function toState(needs: Needs, loaded: Loaded, relationships: readonly RelationshipState[], counts: State['counts']): State {
  const { seq, at, models } = loaded
  const attached = loaded.attached.map(([twin, ref, id, name, from, fromModel, to, version]) => ({ twin, ref, id, name, from, fromModel, to, version, values: new Map<string, unknown>() }))
  return {
    seq, at, models, counts,
    twins: toTwins(loaded.twins, needs.twins), components: toTwins(loaded.components, needs.components),
    relationships: Map.groupBy(relationships, ({ from, name }) => sourceKey(from, name)),
    attached: Map.groupBy(attached, ({ twin }) => twin),
    answers: new Map(loaded.answers.map(([key, digest, answer]) => [key, { digest, answer }])),
  }
}

function toTwins(rows: readonly TwinRow[], wanted: Needs['twins']): ReadonlyMap<string, TwinState> {
  const names = new Map(wanted.map(({ id, values }) => [id, values]))
  return new Map(rows.map(([id, model, version, values]) => [id, { id, model, version, values: toValues(names.get(id) ?? [], values) }]))
}

function toRelationship(name: string, [ref, id, from, to, version, names, values]: RelationshipRow): RelationshipState {
  return { ref, name, id, from, to, version, values: toValues(names, values) }
}

const toValues = (names: readonly string[], values: readonly unknown[]): ReadonlyMap<string, unknown> => new Map(names.map((name, index) => [name, values[index]]))
