import type { FieldNode, GraphQLResolveInfo } from 'graphql'

/**
 * Catalogue items for a field outside the library's own root fields, such as a mutation's result: the root field answers, with this field's selection.
 * `field`: the root list field, such as `models`. The library looks up the field by its name in the selection, so that is changed too.
 */
export async function findNodes<Context>(field: string, args: Readonly<Record<string, unknown>>, context: Context, info: GraphQLResolveInfo): Promise<readonly unknown[]> {
  const parentType = info.schema.getQueryType()
  const list = parentType?.getFields()[field]
  if (!parentType || !list?.resolve) throw new Error(`The catalogue has no field ${field}.`)
  const fieldNodes = info.fieldNodes.map((node): FieldNode => ({ ...node, name: { ...node.name, value: field }, arguments: [] }))
  return await list.resolve(undefined, args, context, { ...info, fieldName: field, parentType, returnType: list.type, fieldNodes }) as readonly unknown[]
}
