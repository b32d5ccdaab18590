import { toJson } from '../../domain/values.ts'
import type { Property, Schema } from '../../model/model.ts'
import type { Registry } from '../../model/registry.ts'
import { mergePatch } from '../../twin/merge-patch.ts'
import { isObject } from '../../twin/state.ts'
import type { JournalEntry } from '../journal.ts'
import { toNormalJson } from './normal-json.ts'

/** A property before and after a change, in DTDL's JSON form; null: it had, or has, no value. */
export interface PropertyChange {
  readonly name: string
  /** Of values that a twin was created with: the component they are of. */
  readonly component: string | null
  readonly before: unknown
  readonly after: unknown
}

type Properties = ReadonlyMap<string, Property>
type Values = Readonly<Record<string, unknown>>

/**
 * What an entry tells of properties. What was before is the past state, which has to have been read; what is after is the merge patch (RFC 7396) applied to it.
 * A property that was given the value it had is none that changed. Models never change what they say of a property, so the registry of today can read the past.
 */
export function propertyChanges(entry: JournalEntry, registry: Registry): readonly PropertyChange[] {
  if (entry.patch === undefined || entry.model === undefined) return []
  const patch = JSON.parse(entry.patch) as Values
  if (entry.op === 'migrate') return [{ name: '_model', component: null, before: entry.model, after: patch['_model'] }]
  const contents = registry.get(entry.model)?.contents
  const past = entry.before ?? {}
  switch (entry.op) {
    case 'create': return created(patch, entry.model, registry)
    case 'link': case 'relink': {
      const relationship = contents?.get(entry.type ?? '')
      return compare(relationship?.kind === 'Relationship' ? byName(relationship.properties) : none, patch, past)
    }
    case 'update': return compare(propertiesOf(registry, entry.component === undefined ? entry.model : componentModel(registry, entry.model, entry.component)), patch, past)
    default: return []
  }
}

const none: Properties = new Map()
const byName = (properties: readonly Property[]): Properties => new Map(properties.map((property) => [property.name, property]))

function created(patch: Values, model: string, registry: Registry): readonly PropertyChange[] {
  const components = Object.entries(patch).flatMap(([name, values]) => {
    const schema = componentModel(registry, model, name)
    return schema === undefined || !isObject(values) ? [] : compare(propertiesOf(registry, schema), values, {}, name)
  })
  return [...compare(propertiesOf(registry, model), patch, {}), ...components]
}

function componentModel(registry: Registry, owner: string, name: string): string | undefined {
  const content = registry.get(owner)?.contents.get(name)
  return content?.kind === 'Component' ? content.schema : undefined
}

/** The models' properties, found once a registry: streams ask for every change. */
const cache = new WeakMap<Registry, Map<string, Properties>>()

function propertiesOf(registry: Registry, model: string | undefined): Properties {
  if (model === undefined) return none
  const known = cache.get(registry) ?? new Map<string, Properties>()
  cache.set(registry, known)
  const properties = known.get(model) ?? byName([...(registry.get(model)?.contents.values() ?? [])].filter((content) => content.kind === 'Property'))
  known.set(model, properties)
  return properties
}

/** Names that are no property are components, whose own entries tell of them. */
function compare(properties: Properties, patch: Values, past: Values, component: string | null = null): readonly PropertyChange[] {
  const changes: PropertyChange[] = []
  for (const [name, given] of Object.entries(patch)) {
    const property = properties.get(name)
    if (!property) continue
    const stored = Object.hasOwn(past, name) ? past[name] : null
    const before = stored === null || stored === undefined ? null : toJson(property.schema, stored)
    const after = given === null ? null : toNormalJson(property.schema, merged(property.schema, before, given))
    if (!isSame(before, after)) changes.push({ name, component, before, after })
  }
  return changes
}

const merged = ({ kind }: Schema, before: unknown, given: unknown): unknown => (kind === 'object' || kind === 'map' ? mergePatch(before, given) : given)

function isSame(left: unknown, right: unknown): boolean {
  return left === right || (typeof left === 'object' && typeof right === 'object' && JSON.stringify(left) === JSON.stringify(right))
}
