import type { FieldNode, FragmentDefinitionNode, GraphQLCompositeType, GraphQLField, SelectionNode, SelectionSetNode } from 'graphql'
import { getNamedType, isCompositeType, isInterfaceType, isObjectType, Kind, SchemaMetaFieldDef, TypeMetaFieldDef, typeFromAST, visit } from 'graphql'
import { literal, type Operation } from './operation.ts'

/** How to make one value of an operation's fields: what a field makes of the value of its selection, and how values side by side are joined. */
export interface Fold<T> {
  readonly empty: T
  join(left: T, right: T): T
  field(node: FieldNode, definition: GraphQLField<unknown, unknown>, inner: T): T
}

/**
 * Folds an operation from its leaves to its root, fragments inlined, fields left out by @skip and @include not counted.
 * A fragment's value depends on nothing around it, so it is computed once however often it is spread: the time is linear in the document
 * even where the value is exponential in it. Fragments come after those they spread, so that recursion goes only as deep as one fragment's brackets,
 * whose nesting was limited before parsing; a chain of a thousand fragments would otherwise end the stack.
 */
export function foldOperation<T>({ schema, definition, fragments, variables }: Operation, { empty, join, field }: Fold<T>): T {
  const known = new Map<string, T>()

  const ofSet = ({ selections }: SelectionSetNode, type: GraphQLCompositeType): T => {
    let sum = empty
    for (const selection of selections) if (!isLeftOut(selection, variables)) sum = join(sum, ofSelection(selection, type))
    return sum
  }

  const ofSelection = (selection: SelectionNode, type: GraphQLCompositeType): T => {
    if (selection.kind === Kind.FIELD) return ofField(selection, type)
    if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value)
    const condition = selection.typeCondition && typeFromAST(schema, selection.typeCondition)
    return ofSet(selection.selectionSet, condition && isCompositeType(condition) ? condition : type)
  }

  const ofField = (node: FieldNode, type: GraphQLCompositeType): T => {
    const found = fieldOf(type, node.name.value)
    if (!found) return empty // __typename, which costs nothing
    const inner = getNamedType(found.type)
    return field(node, found, node.selectionSet && isCompositeType(inner) ? ofSet(node.selectionSet, inner) : empty)
  }

  const ofFragment = (name: string): T => {
    const value = known.get(name)
    if (value === undefined && !known.has(name)) throw new Error(`The fragment ${name} was not validated.`)
    return value as T // T may include undefined
  }

  for (const { name, typeCondition, selectionSet } of bottomUp(fragments)) {
    const type = typeFromAST(schema, typeCondition)
    if (isCompositeType(type)) known.set(name.value, ofSet(selectionSet, type))
  }
  const root = schema.getRootType(definition.operation)
  if (!root) throw new Error(`The schema has no ${definition.operation}; the operation was not validated.`)
  return ofSet(definition.selectionSet, root)
}

/** Every fragment after those that it spreads. */
function bottomUp(fragments: Operation['fragments']): readonly FragmentDefinitionNode[] {
  const order: FragmentDefinitionNode[] = []
  const opened = new Set<string>()
  const closed = new Set<string>()
  const stack = [...fragments.values()]
  for (let fragment = stack.at(-1); fragment; fragment = stack.at(-1)) {
    const name = fragment.name.value
    if (opened.has(name)) {
      stack.pop()
      if (!closed.has(name)) order.push(fragment)
      closed.add(name)
    } else {
      opened.add(name)
      stack.push(...spreadsOf(fragment).flatMap((spread) => (opened.has(spread) ? [] : fragments.get(spread) ?? [])))
    }
  }
  return order
}

function spreadsOf(fragment: FragmentDefinitionNode): readonly string[] {
  const names: string[] = []
  visit(fragment, { FragmentSpread: ({ name }) => void names.push(name.value) }) // without recursion
  return names
}

/** Fields of unions are `__typename` only; `__schema` and `__type` are on every type here, validation keeps them to the root. */
function fieldOf(type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined
}

function isLeftOut({ directives = [] }: SelectionNode, variables: Operation['variables']): boolean {
  return directives.some(({ name, arguments: [condition] = [] }) => {
    const value = condition && literal(condition.value, variables)
    return (name.value === 'skip' && value === true) || (name.value === 'include' && value === false)
  })
}
