import type { FieldNode, GraphQLCompositeType, GraphQLField, SelectionNode, SelectionSetNode } from 'graphql'
import { getNamedType, isCompositeType, isInterfaceType, isObjectType, Kind, SchemaMetaFieldDef, TypeMetaFieldDef, typeFromAST } from 'graphql'
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
 * even where the value is exponential in it.
 */
export function foldOperation<T>({ schema, definition, fragments, variables }: Operation, { empty, join, field }: Fold<T>): T {
  const known = new Map<string, T>()

  const ofSet = ({ selections }: SelectionSetNode, type: GraphQLCompositeType): T =>
    selections.reduce((sum, selection) => (isLeftOut(selection, variables) ? sum : join(sum, ofSelection(selection, type))), empty)

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
    const fragment = fragments.get(name)
    const type = fragment && typeFromAST(schema, fragment.typeCondition)
    if (!fragment || !isCompositeType(type)) throw new Error(`The fragment ${name} was not validated.`)
    const value = known.get(name) ?? ofSet(fragment.selectionSet, type)
    known.set(name, value)
    return value
  }

  const root = schema.getRootType(definition.operation)
  if (!root) throw new Error(`The schema has no ${definition.operation}; the operation was not validated.`)
  return ofSet(definition.selectionSet, root)
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
