import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql'

/**
 * Catalogue items for a field outside the library's own root fields, such as a mutation's result: the root field answers, with this field's selection.
 * `field`: the root list field, such as `models`; `selectionSet`: in the place of this field's own. The library looks up the field by its name in the selection, so that is changed too.
 */
export async function findNodes<Context>(field: string, args: Readonly<Record<string, unknown>>, context: Context, info: GraphQLResolveInfo, selectionSet?: SelectionSetNode): Promise<readonly unknown[]> {
  const parentType = info.schema.getQueryType()
  const list = parentType?.getFields()[field]
  if (!parentType || !list?.resolve) throw new Error(`The catalogue has no field ${field}.`)
  const fieldNodes = info.fieldNodes.map((node): FieldNode => ({ ...node, name: { ...node.name, value: field }, arguments: [], ...(selectionSet && { selectionSet }) }))
  return await list.resolve(undefined, args, context, { ...info, fieldName: field, parentType, returnType: list.type, fieldNodes }) as readonly unknown[]
}

const idOnly: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: 'id' } }] }
const page = 1_000

/** The ids of all catalogue items that match, however many. */
export async function findIds<Context>(field: string, where: unknown, context: Context, info: GraphQLResolveInfo): Promise<readonly string[]> {
  const ids: string[] = []
  for (;;) {
    const found = await findNodes(field, { where, sort: [{ id: 'ASC' }], limit: page, offset: ids.length }, context, info, idOnly) as readonly { readonly id: string }[]
    ids.push(...found.map(({ id }) => id))
    if (found.length < page) return ids
  }
}
