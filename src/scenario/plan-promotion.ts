import type { Schema } from '../model/model.ts'
import type { Registry } from '../model/registry.ts'
import type { Command, CreateTwin, Relate } from '../twin/command.ts'
import { componentId, isObject, relationshipKey } from '../twin/state.ts'
import { type SchemaOf, schemasOf, schemasOfRelationship, valueOf } from './edit-values.ts'
import { type Below, componentOf, type Edit, type OverrideEdit, type RelationshipEdit, relationshipOf, type Said, type StoredValues, type TwinBelow, type TwinEdit, twinOf } from './edits.ts'

/** What happens to edits of things that were changed in between: all is refused, or what the scenario says goes. */
export type OnScenarioConflict = 'REFUSE' | 'OVERWRITE'

export type PromotedEdit = Exclude<Edit, OverrideEdit>

/** The commands that carry edits over, each with the edit it is for. */
export interface PromotionPlan {
  readonly steps: readonly { readonly command: Command; readonly edit: PromotedEdit }[]
  /** Edits of what is not there any more. */
  readonly skipped: readonly PromotedEdit[]
}

interface Ground {
  readonly below: Below
  readonly registry: Registry
  /** Relationships that the scenario ended, each named by its key: it may have made another in the place of one. */
  readonly ended: ReadonlySet<string>
}

/** What ends comes first, so that what is new has room; twins go last, when nothing is tied to them. */
const order: Readonly<Record<PromotedEdit['op'], number>> = { unlink: 0, create: 1, update: 2, link: 3, relink: 4, delete: 5 }

/**
 * With REFUSE each command is held to the version that its thing had when it was first edited; with OVERWRITE to the one it has by now,
 * so that nothing is overwritten that was not seen, and edits of what is gone are left out, also where something else has come to have the id.
 */
export function planPromotion(edits: readonly Edit[], below: Below, registry: Registry, onConflict: OnScenarioConflict): PromotionPlan {
  const promoted = edits.filter((edit): edit is PromotedEdit => edit.op !== 'override').sort((left, right) => order[left.op] - order[right.op])
  const ended = promoted.filter((edit) => edit.op === 'unlink' && relationshipOf(edit, below) !== undefined)
  const ground = { below, registry, ended: new Set(ended.map(({ key }) => relationshipKey(key.twin, key.name, key.relationship))) }
  const made = new Set(promoted.flatMap(({ op, key }) => (op === 'create' ? [key.twin] : [])))
  const steps: { command: Command; edit: PromotedEdit }[] = []
  const skipped: PromotedEdit[] = []
  for (const edit of promoted) {
    if (onConflict === 'OVERWRITE' && !isPossible(edit, below, made)) {
      skipped.push(edit)
      continue
    }
    const commands = onConflict === 'REFUSE' ? [carried(edit, ground, edit.then)] : overwriting(edit, ground)
    for (const command of commands) if (!isEmpty(command)) steps.push({ command, edit })
  }
  return { steps, skipped }
}

/** Of components alone nothing is left where they were given what they had. */
const isEmpty = (command: Command): boolean => command.kind === 'updateTwin' && isObject(command.patch) && Object.keys(command.patch).length === 0

function isPossible(edit: PromotedEdit, below: Below, made: ReadonlySet<string>): boolean {
  const isThere = (twin: string, life: number | undefined): boolean => (life === undefined ? made.has(twin) : below.twins.get(twin)?.born === life)
  switch (edit.op) {
    case 'create': return true
    case 'update': case 'delete': return twinOf(edit, below) !== undefined
    case 'link': case 'relink': return !edit.isForsaken && isThere(edit.key.twin, edit.ends.from) && isThere(edit.to, edit.ends.to)
    case 'unlink': return relationshipOf(edit, below) !== undefined
  }
}

/** The command that does in the base what the edit did in the scenario. */
function carried(edit: PromotedEdit, { below, registry }: Ground, ifVersion: number | undefined): Command {
  const { twin, name, relationship: id } = edit.key
  switch (edit.op) {
    case 'create': return toCreateTwin(edit, registry)
    case 'update': return { kind: 'updateTwin', id: twin, patch: patchOf(edit, below, registry), ifVersion, ifBorn: edit.life, model: undefined }
    case 'delete': return { kind: 'deleteTwin', id: twin, cascade: true, ifVersion, ifBorn: edit.life }
    case 'unlink': return { kind: 'unrelate', from: twin, name, id, to: undefined, ifVersion, ifBorn: edit.life }
    case 'link': return toRelate(edit, registry)
    case 'relink': return { kind: 'updateRelationship', from: twin, name, id, patch: relationshipPatch(edit, relationshipOf(edit, below)?.values, registry), ifVersion, ifBorn: edit.life }
  }
}

/** What is new takes the place of what came to be under its id meanwhile. A twin of another model stays: the commit refuses to make it one of two. */
function overwriting(edit: PromotedEdit, ground: Ground): readonly Command[] {
  if ('to' in edit) return overwritingRelationship(edit, ground)
  const { below, registry } = ground
  const there = below.twins.get(edit.key.twin)
  if (edit.op !== 'create') return [carried(edit, ground, there?.version)]
  if (there?.model !== edit.model) return [carried(edit, ground, undefined)]
  return [{ kind: 'updateTwin', id: edit.key.twin, patch: patchOf(whole(edit, there, below), below, registry), ifVersion: there.version, ifBorn: there.born, model: undefined }]
}

/** What the scenario made or changed is what it shows, whatever became of the one below: that may have ended, and another have come to have the id. */
function overwritingRelationship(edit: RelationshipEdit, ground: Ground): readonly Command[] {
  const { below, registry } = ground
  const { twin, name, relationship: id } = edit.key
  const key = relationshipKey(twin, name, id)
  const there = below.relationships.get(key)
  if (edit.op === 'unlink') return [carried(edit, ground, there?.version)]
  if (!there || (edit.op === 'link' && ground.ended.has(key))) return [toRelate(edit, registry)]
  const seen = { ifVersion: there.version, ifBorn: there.born }
  if (there.to === edit.to) return [{ kind: 'updateRelationship', from: twin, name, id, patch: relationshipPatch(edit, there.values, registry), ...seen }]
  return [{ kind: 'unrelate', from: twin, name, id, to: undefined, ...seen }, toRelate(edit, registry)]
}

/** The edit as one that says something of every property that is there. */
function whole(edit: TwinEdit, there: TwinBelow, below: Below): TwinEdit {
  const all = (said: Said, under: StoredValues | undefined): readonly string[] => [...new Set([...said.set, ...(under?.keys() ?? [])])]
  return { ...edit, set: all(edit, there.values), components: edit.components.map((part) => ({ ...part, set: all(part, below.components.get(componentId(edit.key.twin, part.name))?.values) })) }
}

const toCreateTwin = ({ key, model, set, values, components }: TwinEdit, registry: Registry): CreateTwin => ({
  kind: 'createTwin', id: key.twin, model, properties: jsonOf(schemasOf(registry, model), set, values), relationships: [],
  components: toObject(components.map((part) => [part.name, jsonOf(schemasOf(registry, part.model), part.set, part.values)])),
})

function toRelate(edit: RelationshipEdit, registry: Registry): Relate {
  const { twin: from, name, relationship: id } = edit.key
  return { kind: 'relate', from, name, to: edit.to, id, ifBorn: edit.ends, properties: jsonOf(schemasOfRelationship(registry, edit), [...edit.values.keys()], edit.values) }
}

function patchOf(edit: TwinEdit, below: Below, registry: Registry): Readonly<Record<string, unknown>> {
  const parts = edit.components.filter(({ set }) => set.length > 0).map((part) => [part.name, replacing(schemasOf(registry, part.model), part, componentOf(edit, part.name, below)?.values)] as const)
  return { ...replacing(schemasOf(registry, edit.model), edit, twinOf(edit, below)?.values), ...toObject(parts) }
}

function relationshipPatch(edit: RelationshipEdit, under: StoredValues | undefined, registry: Registry): Readonly<Record<string, unknown>> {
  const set = [...new Set([...edit.values.keys(), ...(under?.keys() ?? [])])]
  return replacing(schemasOfRelationship(registry, edit), { set, values: edit.values }, under)
}

/** A merge patch after which the properties have the values that are said, and no others within them. */
function replacing(schemaOf: SchemaOf, { set, values }: Said, under: StoredValues | undefined): Readonly<Record<string, unknown>> {
  return toObject(set.flatMap((name) => {
    const schema = schemaOf(name)
    return schema ? [[name, replacement(schema, valueOf(schemaOf, under, name), valueOf(schemaOf, values, name))]] : []
  }))
}

/** Only objects and maps are merged into what is there; keys that are to go are given as null. */
function replacement({ kind }: Schema, before: unknown, after: unknown): unknown {
  return kind === 'object' || kind === 'map' ? difference(before, after) : after
}

function difference(before: unknown, after: unknown): unknown {
  if (!isObject(before) || !isObject(after)) return after
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key)).map((key) => [key, null] as const)
  return toObject([...gone, ...Object.entries(after).map(([key, value]) => [key, difference(Object.hasOwn(before, key) ? before[key] : undefined, value)] as const)])
}

function jsonOf(schemaOf: SchemaOf, names: readonly string[], values: StoredValues): Readonly<Record<string, unknown>> {
  return toObject(names.filter((name) => schemaOf(name) && values.has(name)).map((name) => [name, valueOf(schemaOf, values, name)]))
}

/** A property may be called `__proto__`. */
const toObject = (entries: readonly (readonly [string, unknown])[]): Readonly<Record<string, unknown>> => Object.fromEntries(entries)
