import type { DirectiveNode, FieldNode, FragmentDefinitionNode, GraphQLCompositeType, GraphQLField, GraphQLSchema, SelectionSetNode } from 'graphql'
import { getNamedType, GraphQLIncludeDirective, GraphQLSkipDirective, getDirectiveValues, isInterfaceType, isObjectType, Kind, print, typeFromAST, isCompositeType } from 'graphql'
import type { Variables } from './argument.ts'

/** A field of a selection, all its nodes merged. */
export interface SelectedField {
  readonly responseKey: string
  readonly field: GraphQLField<unknown, unknown>
  /** The type it was selected on. */
  readonly parent: GraphQLCompositeType
  readonly nodes: FieldNode[]
  /** Alternatives of type conditions, each a list that must all hold; one empty alternative: always selected. */
  readonly conditions: (readonly GraphQLCompositeType[])[]
}

export interface SelectionContext {
  readonly schema: GraphQLSchema
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>
  readonly variables: Variables
}

/**
 * The fields selected on a type, through fragments, aliases, @include and @skip. Nodes that read the same (response name, field, arguments)
 * are one field, whatever their type conditions: what a type did not ask for is fetched, too, and GraphQL leaves it out.
 */
export function selectedFields(context: SelectionContext, type: GraphQLCompositeType, sets: readonly (SelectionSetNode | undefined)[]): readonly SelectedField[] {
  const found = new Map<string, SelectedField>()
  for (const set of sets) if (set) collect(context, type, set, [], found, new Set())
  return [...found.values()]
}

function collect(context: SelectionContext, type: GraphQLCompositeType, set: SelectionSetNode, conditions: readonly GraphQLCompositeType[], found: Map<string, SelectedField>, visited: Set<string>): void {
  for (const selection of set.selections) {
    if (!isIncluded(selection, context.variables)) continue
    if (selection.kind === Kind.FIELD) {
      addField(type, selection, conditions, found)
      continue
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? context.fragments[selection.name.value] : selection
    if (!fragment) continue
    const inner = fragment.typeCondition ? typeFromAST(context.schema, fragment.typeCondition) : type
    if (!inner || !isCompositeType(inner)) continue
    const narrowed = isWithin(context.schema, type, inner) ? conditions : [...conditions, inner]
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const key = `${selection.name.value} ${narrowed.map(String).join()}`
      if (visited.has(key)) continue
      visited.add(key)
    }
    collect(context, narrowed === conditions ? type : inner, fragment.selectionSet, narrowed, found, visited)
  }
}

function addField(type: GraphQLCompositeType, node: FieldNode, conditions: readonly GraphQLCompositeType[], found: Map<string, SelectedField>): void {
  if (!isObjectType(type) && !isInterfaceType(type)) return
  const field = type.getFields()[node.name.value]
  if (!field) return // __typename, and what is no field of ours
  const responseKey = node.alias?.value ?? node.name.value
  const role = field.extensions.role
  const identity = role && 'relationship' in role ? role.relationship.id : role?.kind === 'component' ? role.component.id : ''
  const key = `${responseKey} ${node.name.value} ${identity} ${(node.arguments ?? []).map(print).sort().join()}`
  const known = found.get(key)
  if (!known) found.set(key, { responseKey, field, parent: type, nodes: [node], conditions: [conditions] })
  else {
    known.nodes.push(node)
    known.conditions.push(conditions)
  }
}

function isIncluded(node: { readonly directives?: readonly DirectiveNode[] | undefined }, variables: Variables): boolean {
  if (!node.directives?.length) return true
  const holder = { directives: node.directives }
  if (getDirectiveValues(GraphQLSkipDirective, holder, variables)?.['if'] === true) return false
  return getDirectiveValues(GraphQLIncludeDirective, holder, variables)?.['if'] !== false
}

/** Is every `type` also an `other`? */
function isWithin(schema: GraphQLSchema, type: GraphQLCompositeType, other: GraphQLCompositeType): boolean {
  return type === other || ((isInterfaceType(other)) && (isInterfaceType(type) || isObjectType(type)) && schema.isSubType(other, type))
}

/** The type of a field that has a selection of its own. */
export function namedComposite(field: SelectedField): GraphQLCompositeType {
  const type = getNamedType(field.field.type)
  if (!isCompositeType(type)) throw new Error(`${field.field.name} has no selection.`)
  return type
}
