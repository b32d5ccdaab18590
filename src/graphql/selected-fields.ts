import type { FieldNode, FragmentDefinitionNode, GraphQLOutputType, GraphQLSchema } from 'graphql'
import { getNamedType, isObjectType } from 'graphql'
import { collectSubfields } from 'graphql/execution/collectFields.js'

/** What of an operation says which fields are selected. */
export interface Selecting {
  readonly schema: GraphQLSchema
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>
  readonly variables: Readonly<Record<string, unknown>>
}

/** The fields that are selected on an object type below others, by name; fragments, `@include` and `@skip` are followed. */
export function selectedFields(selecting: Selecting, type: GraphQLOutputType, nodes: readonly FieldNode[], path: readonly string[]): ReadonlySet<string> {
  const object = getNamedType(type)
  if (!isObjectType(object)) throw new TypeError(`${String(type)} is no object type.`)
  const collected = [...collectSubfields(selecting.schema, selecting.fragments, selecting.variables, object, nodes).values()]
  const [name, ...further] = path
  if (name === undefined) return new Set(collected.flatMap(([node]) => node?.name.value ?? []))
  const field = object.getFields()[name]
  if (!field) throw new TypeError(`${object.name} has no field ${name}.`)
  const found = collected.filter(([node]) => node?.name.value === name).map((below) => selectedFields(selecting, field.type, below, further))
  return new Set(found.flatMap((names) => [...names]))
}
