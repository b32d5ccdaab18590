import { componentType } from '../../twin/columns.ts'
import type { JournalEntry, TwinUpdate, Writes } from '../../twin/writes.ts'
import type { Marks } from './branch-marks.ts'
import { toDriverColumns } from './driver-value.ts'
import type { StoredTenant } from './head.ts'

export type Row = Readonly<Record<string, unknown>>

/** A decided group as the parameters of `write`. Integers go as bigints: the driver sends numbers as floats. `lastScenario`: of the tenant; 0: it has had none. */
export function toWriteParameters(writes: Writes, { tenant, label }: StoredTenant, { marks, lastScenario }: { readonly marks: Marks; readonly lastScenario: number }): Row {
  const at = BigInt(writes.at)
  const births = new Map(writes.journal.flatMap(({ op, id, seq }) => (op === 'create' ? [[id, BigInt(seq)] as const] : [])))
  /** `_born`: the entry that tells who created it; a component's is its owner's. */
  const born = (id: string, model: string, owner = id): Row => ({ _t: tenant, _id: id, _model: model, _v: 1n, _from: at, _since: at, _born: births.get(owner) ?? null })
  const update = ({ id, set, version, journal }: TwinUpdate, modelColumn?: ModelColumn): Row => ({ id, set: toDriverColumns(set), version: BigInt(version), journal: toJournalRow(tenant, journal, modelColumn) })
  return {
    t: tenant, label, at,
    creates: writes.creates.map(({ id, model, labels, columns, components }) => ({
      labels: ['Twin', label, ...labels],
      columns: { ...present(toDriverColumns(columns)), ...born(id, model), ...marks.of(id) },
      components: components.map((part) => ({ type: componentType(part.name), labels: ['_Component', ...part.labels], columns: { ...present(toDriverColumns(part.columns)), ...born(part.id, part.model, id) } })),
    })),
    updates: writes.updates.map((each) => update(each)),
    componentUpdates: writes.componentUpdates.map((each) => update(each, '_of')),
    deletes: writes.deletes.map(({ id }) => id),
    forsaken: lastScenario > 0 ? writes.deletes.map(({ id }) => id) : [],
    links: writes.links.map(({ from, name, to, id, columns }) => ({ from, name, to, columns: { ...present(toDriverColumns(columns)), _id: id, _v: 1n, _from: at, ...marks.ofRelationship(from, name, id) } })),
    linkUpdates: writes.linkUpdates.map(({ ref, set, version, journal }) => ({ ref, set: toDriverColumns(set), version: BigInt(version), journal: toJournalRow(tenant, journal) })),
    unlinks: writes.unlinks.map(({ ref }) => ref),
    ...toldOf(writes, tenant, writes.journal.map((entry) => toJournalRow(tenant, entry))),
  }
}

/** The parameters of `told`. */
export function toldOf({ promoted, answers, at, seq }: Writes, tenant: string, journal: readonly Row[]): Row {
  return {
    promoted: promoted.map(BigInt), journal: journal.map((row) => ({ ...row, _to: BigInt(at) })), answers: answers.map((answer) => ({ _t: tenant, ...answer, at: BigInt(at) })), seq: BigInt(seq),
  }
}

/** A component's past state has a model of its own; that of its owner lies beside. */
type ModelColumn = '_model' | '_of'

/** Its columns begin with `_`, because an update's entry carries the twin's own properties, and a model may have one named `cause`. */
export function toJournalRow(tenant: string, { seq, id, op, actor, cause, model, patch, type, dst, rid }: JournalEntry, modelColumn: ModelColumn = '_model'): Row {
  const optional = Object.entries({ [modelColumn]: model, _patch: patch, _type: type, _dst: dst, _rid: rid }).filter(([, value]) => value !== undefined)
  return { _t: tenant, _id: id, _seq: BigInt(seq), _op: op, _actor: actor, _cause: cause, ...Object.fromEntries(optional) }
}

export const present = (columns: Row): Row => Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null))
