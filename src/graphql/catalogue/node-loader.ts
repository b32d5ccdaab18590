import DataLoader from 'dataloader'
import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql'
import { findNodes } from './find-nodes.ts'

/** By the place where they are selected: what is asked of them differs from place to place. */
const loaders = new WeakMap<object, Map<FieldNode | undefined, DataLoader<string, unknown>>>()

/**
 * The catalogue's item of an id, as this field selects it; null where there is none. Those of a list are read together. `field`: the root list field, such as `runs`.
 * Nothing is kept, as the fields of a mutation run one after the other.
 */
export async function findNode(field: string, id: string, context: object, info: GraphQLResolveInfo): Promise<unknown> {
  const known = loaders.get(context) ?? new Map<FieldNode | undefined, DataLoader<string, unknown>>()
  loaders.set(context, known)
  const [node] = info.fieldNodes
  const loader = known.get(node) ?? new DataLoader<string, unknown>(async (ids) => {
    const found = await findNodes(field, { where: { id: { in: [...new Set(ids)] } }, limit: ids.length }, context, info, withId(info)) as readonly { readonly [idAlias]: string }[]
    const byId = new Map(found.map((row) => [row[idAlias], row]))
    return ids.map((each) => byId.get(each) ?? null)
  }, { maxBatchSize: 1_000, cache: false })
  known.set(node, loader)
  return await loader.load(id)
}

/** Which row is whose has to be known, whatever is selected. */
const idAlias = 'idOfNode'

function withId({ fieldNodes }: GraphQLResolveInfo): SelectionSetNode {
  const id: FieldNode = { kind: Kind.FIELD, alias: { kind: Kind.NAME, value: idAlias }, name: { kind: Kind.NAME, value: 'id' } }
  return { kind: Kind.SELECTION_SET, selections: [...fieldNodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []), id] }
}
