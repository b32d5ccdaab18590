import { needsOf, type RelationshipState, sourceKey, type State, type TwinState } from '../../twin/state.ts'
import type { TwinStore } from '../../twin/twin-store.ts'
import { componentType } from '../../twin/columns.ts'
import type { JournalEntry, TwinUpdate, Writes } from '../../twin/writes.ts'
import type { Neo4jDatabase } from './database.ts'
import { toDriverColumns } from './driver-value.ts'
import type { StoredTenant } from './head.ts'
import * as statements from './twin-statements.ts'

/** Twins, history and journal as GRAPH's layout has them: the present under plain names, the past under `_was_`, one journal entry a change. */
export function createNeo4jTwinStore(database: Pick<Neo4jDatabase, 'transaction'>, { tenant, label }: StoredTenant): TwinStore {
  return {
    commit: (changesets, decide) => database.transaction(async (tx) => {
      const needs = needsOf(changesets)
      const state = toState(needs, await tx.run({ text: statements.load, parameters: { b: { t: tenant, ...needs } } }) as unknown as Loaded)
      const decision = decide(state)
      if (decision.writes) await tx.run({ text: statements.write, parameters: { b: toParameters(decision.writes, tenant, label) } })
      return decision
    }),
  }
}

type TwinRow = readonly [id: string, model: string, version: number, values: readonly unknown[]]

interface Loaded {
  readonly seq: number
  readonly at: number
  readonly twins: readonly TwinRow[]
  readonly components: readonly TwinRow[]
  readonly relationships: readonly (readonly [id: string, name: string, from: string, to: string, version: number, names: readonly string[], values: readonly unknown[]])[]
  readonly attached: readonly (readonly [twin: string, id: string, name: string, from: string, to: string, version: number])[]
  readonly counts: readonly (readonly [from: string, name: string, count: number])[]
  readonly answers: readonly (readonly [key: string, digest: string, answer: string])[]
}

function toState(needs: ReturnType<typeof needsOf>, loaded: Loaded): State {
  const twins = (rows: readonly TwinRow[], wanted: typeof needs.twins): ReadonlyMap<string, TwinState> => {
    const names = new Map(wanted.map(({ id, values }) => [id, values]))
    return new Map(rows.map(([id, model, version, values]) => [id, { id, model, version, values: new Map((names.get(id) ?? []).map((name, index) => [name, values[index]])) }]))
  }
  const relationships = loaded.relationships.map(([id, name, from, to, version, names, values]): RelationshipState => ({ id, name, from, to, version, values: new Map(names.map((each, index) => [each, values[index]])) }))
  const attached = loaded.attached.map(([twin, id, name, from, to, version]) => ({ twin, id, name, from, to, version, values: new Map() }))
  return {
    seq: loaded.seq, at: loaded.at,
    twins: twins(loaded.twins, needs.twins), components: twins(loaded.components, needs.components),
    relationships: Map.groupBy(distinct(relationships), ({ from, name }) => sourceKey(from, name)),
    attached: Map.groupBy(attached, ({ twin }) => twin),
    counts: new Map(loaded.counts.map(([from, name, count]) => [sourceKey(from, name), count])),
    answers: new Map(loaded.answers.map(([key, digest, answer]) => [key, { digest, answer }])),
  }
}

/** One relationship may be asked for by id and by target. */
const distinct = (all: readonly RelationshipState[]): readonly RelationshipState[] => [...new Map(all.map((each) => [`${sourceKey(each.from, each.name)}\0${each.id}`, each])).values()]

function toParameters(writes: Writes, tenant: string, label: string): Readonly<Record<string, unknown>> {
  const at = BigInt(writes.at)
  const born = (id: string, model: string): Record<string, unknown> => ({ _t: tenant, _id: id, _model: model, _v: 1n, _from: at, _since: at })
  const journal = (entry: JournalEntry): Record<string, unknown> => {
    const { seq, id, actor, cause, op, ...more } = entry
    return { _t: tenant, _id: id, seq: BigInt(seq), op, actor, cause, ...more }
  }
  const update = ({ id, set, version, journal: entry }: TwinUpdate): Record<string, unknown> => ({ id, set: toDriverColumns(set), version: BigInt(version), journal: journal(entry) })
  return {
    t: tenant, label, at, seq: BigInt(writes.seq),
    creates: writes.creates.map(({ id, model, labels, columns, components }) => ({
      labels: ['Twin', label, ...labels],
      columns: { ...withoutNulls(toDriverColumns(columns)), ...born(id, model) },
      components: components.map((part) => ({ type: componentType(part.name), labels: ['_Component', ...part.labels], columns: { ...withoutNulls(toDriverColumns(part.columns)), ...born(part.id, part.model) } })),
    })),
    updates: writes.updates.map(update),
    componentUpdates: writes.componentUpdates.map(update),
    deletes: writes.deletes,
    links: writes.links.map(({ from, name, to, id, columns }) => ({ from, name, to, columns: { ...withoutNulls(toDriverColumns(columns)), _id: id, _v: 1n, _from: at } })),
    linkUpdates: writes.linkUpdates.map(({ set, version, ...key }) => ({ ...key, set: toDriverColumns(set), version: BigInt(version) })),
    unlinks: writes.unlinks,
    journal: writes.journal.map((entry) => ({ ...journal(entry), _to: at })),
    answers: writes.answers.map((answer) => ({ _t: tenant, ...answer, at })),
  }
}

const withoutNulls = (columns: Readonly<Record<string, unknown>>): Record<string, unknown> => Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null))

