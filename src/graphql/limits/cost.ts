import type { FieldNode, FragmentDefinitionNode, GraphQLCompositeType, GraphQLSchema, NamedTypeNode, OperationDefinitionNode, SelectionSetNode, ValueNode } from 'graphql'
import { getNamedType, getNullableType, isCompositeType, isListType, isObjectType, isInterfaceType, Kind, typeFromAST } from 'graphql'

type Variables = Readonly<Record<string, unknown>>

/** A list without `limit` is taken to have so many items: most have fewer, and one too long is refused when it is read. */
const assumedItems = 50

/**
 * How many objects an operation may make the server read: 1 an object, times the page sizes above it; scalars are free.
 * Computed with the variables, since a page size may be one. Linear in the document: a fragment is weighed once for each type it is used on.
 */
export function operationCost(schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Readonly<Record<string, FragmentDefinitionNode>>, variables: Variables): number {
  const root = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() }[operation.operation]
  if (!root) return 0
  const weighed = new Map<string, number>()

  const weighSet = (type: GraphQLCompositeType, set: SelectionSetNode): number => {
    let total = 0
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) total += weighField(type, selection)
      else if (selection.kind === Kind.INLINE_FRAGMENT) total += weighSet(conditionOf(selection.typeCondition, type), selection.selectionSet)
      else total += weighFragment(selection.name.value, type)
    }
    return total
  }
  const weighFragment = (name: string, type: GraphQLCompositeType): number => {
    const known = weighed.get(name)
    if (known !== undefined) return known
    weighed.set(name, 0) // validation refuses cycles; this ends them all the same
    const fragment = fragments[name]
    const weight = fragment ? weighSet(conditionOf(fragment.typeCondition, type), fragment.selectionSet) : 0
    weighed.set(name, weight)
    return weight
  }
  const conditionOf = (condition: NamedTypeNode | undefined, type: GraphQLCompositeType): GraphQLCompositeType => {
    const named = condition && typeFromAST(schema, condition)
    return named && isCompositeType(named) ? named : type
  }
  const weighField = (type: GraphQLCompositeType, node: FieldNode): number => {
    if (!node.selectionSet || (!isObjectType(type) && !isInterfaceType(type))) return 0
    const field = type.getFields()[node.name.value]
    if (!field) return 0
    const inner = getNamedType(field.type)
    if (!isCompositeType(inner)) return 0
    const own = weighSet(inner, node.selectionSet)
    return times(node, isListType(getNullableType(field.type)), field.args.some(({ name }) => name === 'first'), variables) * (1 + own)
  }
  return weighSet(root, operation.selectionSet)
}

/** A connection's page size multiplies what is below it; a list's limit multiplies the list. A connection's own `edges` is no list of its own. */
function times(node: FieldNode, isList: boolean, isConnection: boolean, variables: Variables): number {
  const given = (name: string): number | undefined => {
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value
    return value && numberOf(value, variables)
  }
  if (isConnection) return Math.max(1, given('first') ?? 50)
  if (!isList || node.name.value === 'edges') return 1
  return Math.max(1, given('limit') ?? lengthOf(node, variables) ?? assumedItems)
}

function numberOf(value: ValueNode, variables: Variables): number | undefined {
  if (value.kind === Kind.INT) return Number(value.value)
  const given = value.kind === Kind.VARIABLE ? variables[value.name.value] : undefined
  return typeof given === 'number' ? given : undefined
}

function lengthOf(node: FieldNode, variables: Variables): number | undefined {
  for (const { value } of node.arguments ?? []) {
    if (value.kind === Kind.LIST) return value.values.length
    const given = value.kind === Kind.VARIABLE ? variables[value.name.value] : undefined
    if (Array.isArray(given)) return given.length
  }
  return undefined
}
