import type { GraphQLResolveInfo, SelectionSetNode } from 'graphql'
import { getArgumentValues, getNamedType, isObjectType, Kind } from 'graphql'

/** The arguments of a field wherever it is selected directly on what a field returns: what that field must fetch before the other is resolved. */
export function selectedArguments(info: GraphQLResolveInfo, name: string): readonly Readonly<Record<string, unknown>>[] {
  const type = getNamedType(info.returnType)
  const field = isObjectType(type) ? type.getFields()[name] : undefined
  if (!field) return []
  const collect = (set: SelectionSetNode | undefined): readonly Readonly<Record<string, unknown>>[] => (set?.selections ?? []).flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value === name ? [getArgumentValues(field, selection, info.variableValues)] : []
    return collect(selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : info.fragments[selection.name.value]?.selectionSet)
  })
  return info.fieldNodes.flatMap(({ selectionSet }) => collect(selectionSet))
}
