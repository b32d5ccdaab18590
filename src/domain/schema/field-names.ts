import type { Content, Relationship } from '../../model/model.ts'
import type { RegisteredModel, Registry } from '../../model/registry.ts'

/** The type that declares the content: names of shared types begin with it, so that subtypes reuse them. */
export function declaringType(model: RegisteredModel, content: Content): string {
  const declares = (candidate: RegisteredModel): boolean => candidate.model.contents.includes(content)
  return (declares(model) ? model : model.ancestors.find(declares) ?? model).names.type
}

/**
 * `feedsConnection`, unless a type that has the relationship also has a content of that name: then `feedsConnection_`,
 * for every type that has the relationship, since a subtype must keep its interfaces' fields.
 */
export function connectionField(registry: Registry, model: RegisteredModel, relationship: Relationship): string {
  const name = `${relationship.name}Connection`
  const rivals = contentsNamedConnection(registry).get(name)
  if (!rivals?.some((rival) => rival.contents.get(relationship.name) === relationship || rival === model)) return name
  return `${name}_`
}

const cache = new WeakMap<Registry, ReadonlyMap<string, readonly RegisteredModel[]>>()

/** Which types have a content whose name ends in `Connection`; hardly any, so one walk over all contents answers every question. */
function contentsNamedConnection(registry: Registry): ReadonlyMap<string, readonly RegisteredModel[]> {
  const known = cache.get(registry)
  if (known) return known
  const found = new Map<string, RegisteredModel[]>()
  for (const model of registry.models.values()) {
    for (const name of model.contents.keys()) if (name.endsWith('Connection')) found.set(name, [...(found.get(name) ?? []), model])
  }
  cache.set(registry, found)
  return found
}
