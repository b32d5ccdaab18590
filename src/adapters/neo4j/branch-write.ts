import type { Statement } from '../../domain/statement.ts'
import { componentType } from '../../twin/columns.ts'
import { ownerOf } from '../../twin/state.ts'
import type { JournalEntry, TwinUpdate, Writes } from '../../twin/writes.ts'
import { type Marks, readMarks } from './branch-marks.ts'
import { type Branch, worldParameters } from './branch-state.ts'
import { liveReads } from './branch-load.ts'
import { fixedWrites, liveWrites } from './branch-statements.ts'
import type { Neo4jTransaction } from './database.ts'
import { toDriverColumns } from './driver-value.ts'
import { runSteps, withoutRows } from './write-steps.ts'
import { present, type Row, toJournalRow, toldOf } from './twin-write-parameters.ts'

/** Writes a decided group into its scenario, within the transaction that it was decided in. */
export async function writeBranch(tx: Neo4jTransaction, tenant: string, branch: Branch, writes: Writes): Promise<void> {
  const { scenario } = branch
  const marks = await readMarks(tx, tenant, writes, scenario.number)
  const { first, steps, told, endAndChange } = scenario.base === undefined ? liveWrites : fixedWrites
  const world = { ...worldParameters(tenant, scenario), at: BigInt(writes.at) }
  const { edited, promoted, journal, answers, seq, ties, ...lists } = toBranchParameters(branch, writes, tenant, marks)
  const names = new Set([...writes.unlinks, ...writes.linkUpdates].map(({ name }) => name))
  await Promise.all([
    runSteps(tx, [first], { ...world, ties }),
    ...[...names].map((name) => tx.run({ text: endAndChange(name), parameters: { b: { ...world, name, ...endsNamed(writes, name) } } })),
    runSteps(tx, steps, { ...world, ...lists }),
    tx.run({ text: told, parameters: { b: { ...world, edited, promoted, journal, answers, seq } } }),
  ])
}

/** What scenarios that follow the base are read and written by, as statements that change nothing: there is no scenario 0. */
export function plannedOfBranch(tenant: string): readonly Statement[] {
  const world = { ...worldParameters(tenant, { number: 0, chain: [], base: undefined }), at: 0n }
  return [{ text: liveReads.load, parameters: { b: { ...world, twins: [], components: [], attached: [], ties: [], keys: [], scenarios: [] } } }, ...withoutRows([liveWrites.first, ...liveWrites.steps], world)]
}

function endsNamed({ unlinks, linkUpdates }: Writes, name: string): Row {
  return {
    ended: unlinks.filter((each) => each.name === name).map(({ ref }) => ref),
    changed: linkUpdates.filter((each) => each.name === name).map(({ ref, set, version }) => ({ ref, set: toDriverColumns(set), version: BigInt(version) })),
  }
}

function toBranchParameters({ scenario, state }: Branch, writes: Writes, tenant: string, marks: Marks): Row {
  const [s, at] = [BigInt(scenario.number), BigInt(writes.at)]
  const born = (id: string, model: string): Row => ({ _t: tenant, _s: s, _id: id, _model: model, _v: 1n, _from: at, _since: at })
  const bornOf = (id: string): bigint | null => { const twin = state.twins.get(id); return twin ? BigInt(twin.born) : null }
  const update = ({ id, set, version }: TwinUpdate, owner?: string): Row => {
    const present = owner === undefined ? state.twins.get(id) : state.components.get(id)
    return { id, owner: owner ?? null, life: bornOf(owner ?? id), model: present?.model ?? null, set: toDriverColumns(set), names: Object.keys(set), version: BigInt(version), then: BigInt(version) - 1n }
  }
  const entries = [...writes.journal, ...writes.updates.map(({ journal }) => journal), ...writes.linkUpdates.map(({ journal }) => journal)]
  return {
    creates: writes.creates.map(({ id, model, labels, columns, components }) => ({
      labels: ['_In', '_Own', ...labels.map((label) => `_in_${label}`)],
      columns: { ...present(toDriverColumns(columns)), ...born(id, model), ...marks.of(id) },
      components: components.map((part) => ({
        type: `_in_${componentType(part.name)}`, link: { _s: s, _id: componentType(part.name), _v: 1n, _from: at },
        labels: ['_In', '_OwnComponent', ...part.labels.map((label) => `_in_${label}`)], columns: { ...present(toDriverColumns(part.columns)), ...born(part.id, part.model), _owner: id },
      })),
    })),
    lives: [
      ...writes.creates.map(({ id }) => ({ id, life: null, ends: false })), ...writes.updates.map(({ id }) => ({ id, life: bornOf(id), ends: false })), ...writes.deletes.map(({ id }) => ({ id, life: bornOf(id), ends: true })),
    ],
    ties: [...writes.withdrawn, ...writes.links, ...writes.unlinks, ...writes.linkUpdates].map(({ from, name, id }) => ({ from, name, id, types: [`_in_${name}`, name, `_was_${name}`] })),
    updates: writes.updates.map((each) => update(each)),
    componentUpdates: writes.componentUpdates.map((each) => update(each, ownerOf(each.id))),
    deletes: writes.deletes.map(({ id }) => ({ id, model: state.twins.get(id)?.model ?? null, then: BigInt(state.twins.get(id)?.version ?? 0) })),
    links: writes.links.map(({ from, name, to, id, columns }) => ({
      from, name, to, id, type: `_in_${name}`,
      columns: { ...present(toDriverColumns(columns)), _s: s, _id: id, _v: 1n, _from: at, ...marks.ofRelationship(from, name, id) },
      record: { _t: tenant, _s: s, _id: from, name, rid: id, to, _from: at, _since: at },
    })),
    edited: entries.some(isEdit) ? BigInt(writes.seq) : null,
    ...toldOf(writes, tenant, [
      ...entries.map((entry) => ({ ...toJournalRow(tenant, entry), ...(isEdit(entry) && { _s: s }) })),
      ...writes.componentUpdates.map(({ journal }) => ({ ...toJournalRow(tenant, journal, '_of'), _s: s })),
    ]),
  }
}

/** That another scenario ends, promoted into this one, is no edit. */
const isEdit = ({ op }: JournalEntry): boolean => op !== 'scenario-promoted'

