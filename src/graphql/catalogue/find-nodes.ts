import type { GraphQLResolveInfo } from 'graphql'

/**
 * Catalogue items for a field outside the library's own root fields, such as a mutation's result: the same root field answers, with this field's selection.
 * `field`: the root list field, such as `models`.
 */
export async function findNodes<Context>(field: string, args: Readonly<Record<string, unknown>>, context: Context, info: GraphQLResolveInfo): Promise<readonly unknown[]> {
  const list = info.schema.getQueryType()?.getFields()[field]
  if (!list?.resolve) throw new Error(`The catalogue has no field ${field}.`)
  return await list.resolve(undefined, args, context, info) as readonly unknown[]
}
