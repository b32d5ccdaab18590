import type { Edit, EditedWorld, EditKey, EditReader, RelationshipBelow, RelationshipEdit, SaidOfComponent, StoredValues, TwinBelow, TwinEdit } from '../../scenario/edits.ts'
import { componentId, relationshipKey } from '../../twin/state.ts'
import type { BranchKind } from './branch-world.ts'
import type { Neo4jDatabase } from './database.ts'
import type { ValuePairs } from './exact-values.ts'
import { type OverrideRow, toOverride } from './override-row.ts'
import * as cypher from './scenario-edit-statements.ts'

type KeyRow = readonly [twin: string, rank: number, name: string, relationship: string]
type PartRow = readonly [id: string, model: string, set: readonly string[], values: ValuePairs]
type TwinRow = readonly [id: string, isOwn: boolean, isGone: boolean, model: string, then: number | null, life: number | null, at: number, set: readonly string[], values: ValuePairs, parts: readonly PartRow[]]
type RelationshipRow = readonly [
  twin: string, name: string, relationship: string, to: string, then: number | null, life: number | null, at: number, model: string | null, values: ValuePairs,
  from?: number | null, target?: number | null, isForsaken?: boolean,
]
type BelowRow = readonly [id: string, model: string, version: number, born: number, values: ValuePairs, words: readonly (readonly [version: number, set: readonly string[], values: ValuePairs])[]]
type RelationshipBelowRow = readonly [twin: string, name: string, relationship: string, to: string, version: number, born: number, values: ValuePairs]

const keyText = ({ twin, rank, name, relationship }: EditKey): string => `${rank}\0${relationshipKey(twin, name, relationship)}`

/** Edits as the branch's layout has them (see branch-statements). */
export function createNeo4jEditReader(database: Pick<Neo4jDatabase, 'read'>, tenant: string): EditReader {
  const found = async <Row>(text: string, parameters: Readonly<Record<string, unknown>>, signal: AbortSignal | undefined): Promise<readonly Row[]> =>
    (await database.read({ text, parameters: { b: { t: tenant, ...parameters } } }, { signal }))['found'] as readonly Row[]
  /** The statements are of one name each. */
  const byName = async <Row>(keys: readonly EditKey[], read: (name: string, rows: readonly EditKey[]) => Promise<readonly Row[]>): Promise<readonly Row[]> => {
    const rows: Row[] = []
    for (const [name, some] of Map.groupBy(keys, (key) => key.name)) rows.push(...await read(name, some))
    return rows
  }
  return {
    async keys(scenario, after, limit, signal) {
      const { keys } = await database.read({ text: cypher.keys, parameters: { b: { t: tenant, s: BigInt(scenario), after: after ? { ...after, rank: BigInt(after.rank) } : null, limit: BigInt(limit) } } }, { signal })
      return toKeys(keys)
    },
    async forsakenKeys(scenario, limit) {
      return toKeys((await database.read({ text: cypher.forsakenKeys, parameters: { b: { t: tenant, s: BigInt(scenario), limit: BigInt(limit) } } }))['keys'])
    },
    async counts(scenarios, signal) {
      const { counts } = await database.read({ text: cypher.counts, parameters: { b: { t: tenant, scenarios: scenarios.map(BigInt) } } }, { signal })
      return new Map((counts as readonly (readonly [number, number])[]).map(([number, edits]) => [Number(number), Number(edits)]))
    },
    async lastEdit(id) {
      return Number((await database.read({ text: cypher.lastEdit, parameters: { b: { t: tenant, id } } }))['edited'])
    },
    async load(scenario, keys, signal) {
      const s = BigInt(scenario)
      const ranked = (rank: number): readonly EditKey[] => keys.filter((key) => key.rank === rank)
      const twins = await found<TwinRow>(cypher.twins, { s, ids: ranked(0).map(({ twin }) => twin) }, signal)
      const overrides = await found<OverrideRow>(cypher.overrides, { s, rows: ranked(1).map(toRow) }, signal)
      const masks = await found<RelationshipRow>(cypher.masks, { s, rows: ranked(2).map(toRow) }, signal)
      const links = await byName(ranked(3), (name, rows) => found<RelationshipRow>(cypher.linksNamed(name), { s, rows: rows.map(toRow) }, signal))
      const edits = [
        ...twins.map(toTwinEdit), ...overrides.map(toOverrideEdit),
        ...masks.map((row) => toRelationshipEdit(row, 2)), ...links.map((row) => toRelationshipEdit(row, 3)),
      ]
      const byKey = new Map(edits.map((edit) => [keyText(edit.key), edit]))
      return keys.flatMap((key) => byKey.get(keyText(key)) ?? [])
    },
    async below(world, edits, signal) {
      const kind: BranchKind = { isFixed: world.at !== undefined }
      const chain = toParameters(world)
      const twinEdits = edits.filter((edit): edit is TwinEdit => edit.key.rank === 0)
      const components = twinEdits.flatMap((edit) => edit.components.map(({ name }) => componentId(edit.key.twin, name)))
      const ties = edits.filter((edit): edit is RelationshipEdit => edit.key.rank > 1)
      const keys = ties.map(({ key }) => key)
      const ids = new Set([...twinEdits.map(({ key }) => key.twin), ...ties.flatMap(({ key, to }) => [key.twin, to])])
      return {
        twins: toBelow(await found<BelowRow>(cypher.twinsBelow(kind), { ...chain, ids: [...ids] }, signal)),
        components: toBelow(await found<BelowRow>(cypher.componentsBelow(kind), { ...chain, ids: components }, signal)),
        relationships: new Map((await byName(keys, (name, rows) => found<RelationshipBelowRow>(cypher.relationshipsBelow(kind, name), { ...chain, rows: rows.map(toRow) }, signal))).map(
          ([twin, name, relationship, to, version, born, values]): readonly [string, RelationshipBelow] => [relationshipKey(twin, name, relationship), { to, version, born, values: new Map(values) }])),
      }
    },
  }
}

const toKeys = (rows: unknown): readonly EditKey[] => (rows as readonly KeyRow[]).map(([twin, rank, name, relationship]) => ({ twin, rank, name, relationship }))

const toParameters = ({ chain, at }: EditedWorld): Readonly<Record<string, unknown>> => ({ chain: chain.map(BigInt), base: at === undefined ? null : BigInt(at) })

const toRow = ({ twin, name, relationship }: EditKey): Readonly<Record<string, string>> => ({ twin, name, relationship })

function toTwinEdit([twin, isOwn, isGone, model, then, life, at, set, values, parts]: TwinRow): TwinEdit {
  const components = parts.map(([id, type, names, given]): SaidOfComponent => ({ name: id.slice(twin.length + 1), model: type, ...toSaid(names, given) }))
  return { op: isOwn ? 'create' : isGone ? 'delete' : 'update', key: { twin, rank: 0, name: '', relationship: '' }, at, model, ...toSaid(set, values), components, then: then ?? undefined, life: life ?? undefined }
}

function toOverrideEdit(row: OverrideRow): Edit {
  const override = toOverride(row)
  return { op: 'override', key: { twin: override.twin, rank: 1, name: override.name, relationship: '' }, at: override.setAt, override }
}

/** Without the store's own columns, such as a map's keys. */
const toSaid = (set: readonly string[], values: ValuePairs): { readonly set: readonly string[]; readonly values: StoredValues } =>
  ({ set: set.filter((name) => !name.startsWith('_')).sort(), values: new Map(values) })

function toRelationshipEdit([twin, name, relationship, to, then, life, at, model, values, from, target, isForsaken = false]: RelationshipRow, rank: 2 | 3): RelationshipEdit {
  return {
    op: rank === 2 ? 'unlink' : then === null ? 'link' : 'relink', key: { twin, rank, name, relationship }, at, to, model: model ?? undefined, values: new Map(values), then: then ?? undefined, life: life ?? undefined,
    ends: { from: from ?? undefined, to: target ?? undefined }, isForsaken,
  }
}

function toBelow(rows: readonly BelowRow[]): ReadonlyMap<string, TwinBelow> {
  return new Map(rows.map(([id, model, version, born, values, words]) => {
    const merged = new Map(values)
    for (const [, set, said] of [...words].reverse()) {
      const given = new Map(said)
      for (const name of set) {
        if (given.has(name)) merged.set(name, given.get(name))
        else merged.delete(name)
      }
    }
    return [id, { model, version, born, values: merged }] as const
  }))
}
