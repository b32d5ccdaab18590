import type { DocumentNode, FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode, ValueNode } from 'graphql'
import { Kind } from 'graphql'

/** A validated operation with what is needed to measure it. */
export interface Operation {
  readonly schema: GraphQLSchema
  readonly definition: OperationDefinitionNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** Given values and, where there is none, the operation's defaults. Not yet checked against their types. */
  readonly variables: ReadonlyMap<string, unknown>
}

export function toOperation(schema: GraphQLSchema, document: DocumentNode, definition: OperationDefinitionNode, given: Readonly<Record<string, unknown>>): Operation {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const each of document.definitions) if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each)
  const variables = new Map<string, unknown>()
  for (const { variable: { name: { value: name } }, defaultValue } of definition.variableDefinitions ?? []) {
    if (Object.hasOwn(given, name)) variables.set(name, given[name])
    else if (defaultValue) variables.set(name, literal(defaultValue, new Map()))
  }
  return { schema, definition, fragments, variables }
}

/**
 * What a literal says of sizes and conditions: numbers, booleans, lists by their length, null. All else is undefined: it has no say.
 */
export function literal(node: ValueNode, variables: Operation['variables']): unknown {
  switch (node.kind) {
    case Kind.INT: return Number(node.value)
    case Kind.BOOLEAN: return node.value
    case Kind.NULL: return null
    case Kind.LIST: return node.values
    case Kind.VARIABLE: return variables.get(node.name.value)
    default: return undefined
  }
}
