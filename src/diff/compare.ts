import { toJson } from '../domain/values.ts'
import { canonicalJson } from '../model/canonical-json.ts'
import type { Schema } from '../model/model.ts'
import type { Registry } from '../model/registry.ts'
import { byText, type Pair, type RelationshipKey, type RelationshipState, type StoredValues, type ThingState, type TwinState } from './state.ts'

export type DiffKind = 'ADDED' | 'REMOVED' | 'CHANGED'

/** A property that differs; values in DTDL's JSON form, null where there is none. */
export interface PropertyDiff {
  readonly name: string
  /** Null: the thing's own. */
  readonly component: string | null
  readonly before: unknown
  readonly after: unknown
}

export interface TwinDiff {
  readonly kind: DiffKind
  readonly id: string
  /** DTMI; of a removed one, as it was. */
  readonly model: string
  /** Of a twin that is added or removed, all it has. */
  readonly properties: readonly PropertyDiff[]
}

export interface RelationshipDiff extends RelationshipKey {
  readonly kind: DiffKind
  readonly to: string
  readonly properties: readonly PropertyDiff[]
}

/** Undefined where nothing differs. A twin that was deleted and created again is compared with what it was: it is there in both. */
export function compareTwins(id: string, { before, after }: Pair<TwinState>, models: Registry): TwinDiff | undefined {
  const there = after ?? before
  if (!there) return undefined
  const parts = [...new Set([...before?.components.keys() ?? [], ...after?.components.keys() ?? []])].sort(byText)
  const properties = [
    ...(before && after && before.model !== after.model ? [{ name: '_model', component: null, before: before.model, after: after.model }] : []),
    ...compareThings(null, { before, after }, models),
    ...parts.flatMap((name) => compareThings(name, { before: before?.components.get(name), after: after?.components.get(name) }, models)),
  ]
  const kind = !before ? 'ADDED' : !after ? 'REMOVED' : 'CHANGED'
  return kind === 'CHANGED' && properties.length === 0 ? undefined : { kind, id, model: there.model, properties }
}

/** One that leads elsewhere is another: the former is removed and the latter added. */
export function compareRelationships(key: RelationshipKey, { before, after }: Pair<RelationshipState>, models: Registry): readonly RelationshipDiff[] {
  if (before && after && before.to !== after.to) return [...compareRelationships(key, { before, after: undefined }, models), ...compareRelationships(key, { before: undefined, after }, models)]
  const there = after ?? before
  if (!there) return []
  const schemas = (state: RelationshipState | undefined): SchemaOf => {
    const content = state && models.get(state.model)?.contents.get(key.name)
    return (name) => (content?.kind === 'Relationship' ? content.properties.find((property) => property.name === name)?.schema : undefined)
  }
  const properties = compareValues(null, shown(before?.values, schemas(before)), shown(after?.values, schemas(after)))
  const kind = !before ? 'ADDED' : !after ? 'REMOVED' : 'CHANGED'
  return kind === 'CHANGED' && properties.length === 0 ? [] : [{ kind, ...key, to: there.to, properties }]
}

function compareThings(component: string | null, { before, after }: Pair<ThingState>, models: Registry): readonly PropertyDiff[] {
  const schemas = (state: ThingState | undefined): SchemaOf => {
    const contents = state && models.get(state.model)?.contents
    return (name) => {
      const content = contents?.get(name)
      return content?.kind === 'Property' ? content.schema : undefined
    }
  }
  return compareValues(component, shown(before?.values, schemas(before)), shown(after?.values, schemas(after)))
}

type SchemaOf = (name: string) => Schema | undefined

/** In DTDL's JSON form. A value whose property the model lost is shown as it lies. */
function shown(values: StoredValues | undefined, schemaOf: SchemaOf): ReadonlyMap<string, unknown> {
  return new Map([...values ?? []].map(([name, stored]) => {
    const schema = schemaOf(name)
    return [name, schema ? toJson(schema, stored) : stored]
  }))
}

function compareValues(component: string | null, before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): readonly PropertyDiff[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort(byText).flatMap((name) => {
    const [was, is] = [before.get(name) ?? null, after.get(name) ?? null]
    return canonicalJson(was) === canonicalJson(is) ? [] : [{ name, component, before: was, after: is }]
  })
}
