import type { PropertyChange } from '../change/feed/property-changes.ts'
import { toJson } from '../domain/values.ts'
import type { Schema } from '../model/model.ts'
import type { Registry } from '../model/registry.ts'
import { type Below, componentOf, type Edit, type RelationshipEdit, relationshipOf, type Said, type StoredValues, type TwinEdit, twinOf } from './edits.ts'

/** Finds the schema of a property by its name; undefined where the model has none of the name. */
export type SchemaOf = (name: string) => Schema | undefined

export function schemasOf(registry: Registry, model: string | undefined): SchemaOf {
  const contents = model === undefined ? undefined : registry.get(model)?.contents
  return (name) => {
    const content = contents?.get(name)
    return content?.kind === 'Property' ? content.schema : undefined
  }
}

export function schemasOfRelationship(registry: Registry, { model, key }: RelationshipEdit): SchemaOf {
  const content = model === undefined ? undefined : registry.get(model)?.contents.get(key.name)
  const properties = content?.kind === 'Relationship' ? content.properties : []
  return (name) => properties.find((property) => property.name === name)?.schema
}

/** In DTDL's JSON form; null where there is none. Values of properties that the model has no more are left out. */
export function valueOf(schemaOf: SchemaOf, values: StoredValues | undefined, name: string): unknown {
  const [schema, stored] = [schemaOf(name), values?.get(name)]
  return schema === undefined || stored === undefined || stored === null ? null : toJson(schema, stored)
}

/** The properties that an edit says something of, with what there is below by now. */
export function editedProperties(edit: Edit, below: Below, registry: Registry): readonly PropertyChange[] {
  switch (edit.op) {
    case 'create': case 'update': case 'delete': return editedTwin(edit, below, registry)
    case 'link': case 'relink': {
      const under = relationshipOf(edit, below)?.values
      const names = [...new Set([...edit.values.keys(), ...(under?.keys() ?? [])])].sort()
      const all = compared(schemasOfRelationship(registry, edit), { set: names, values: edit.values }, under, null)
      return all.filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after))
    }
    case 'override': case 'unlink': return []
  }
}

function editedTwin(edit: TwinEdit, below: Below, registry: Registry): readonly PropertyChange[] {
  const { op, model, set, values, components } = edit
  const isNew = op === 'create'
  const own = compared(schemasOf(registry, model), { set, values }, isNew ? undefined : twinOf(edit, below)?.values, null)
  const parts = components.map((part) => compared(schemasOf(registry, part.model), part, isNew ? undefined : componentOf(edit, part.name, below)?.values, part.name))
  return [...own, ...parts.flat()]
}

function compared(schemaOf: SchemaOf, { set, values }: Said, under: StoredValues | undefined, component: string | null): readonly PropertyChange[] {
  return set.filter((name) => schemaOf(name) !== undefined).map((name) => ({ name, component, before: valueOf(schemaOf, under, name), after: valueOf(schemaOf, values, name) }))
}

/** The names of the properties that an edit says something of, those of components as `component.property`. */
export function editedNames(edit: Edit): readonly string[] {
  if (edit.op === 'override') return []
  if ('set' in edit) return [...edit.set, ...edit.components.flatMap(({ name, set }) => set.map((property) => `${name}.${property}`))]
  return [...edit.values.keys()].sort()
}
