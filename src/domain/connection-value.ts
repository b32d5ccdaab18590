import { encodeCursor } from './compile/order.ts'

type Row = Readonly<Record<string, unknown>>

/** A page as the statement returns it: one edge more than asked for tells that there is a next page. */
export interface Page {
  readonly edges?: readonly (Row & { readonly at: readonly unknown[] })[]
  readonly totalCount?: number
  /** One part for every pass over the twins. */
  readonly aggregate?: readonly AggregatePart[]
}

interface AggregatePart {
  readonly count?: unknown
  readonly node: Row
}

/** A Relay connection. Cursors are encoded only where they are read. */
export function toConnection(page: Page, { first, after }: { readonly first?: number | null | undefined; readonly after?: string | null | undefined }): Row {
  const size = first ?? 50
  const edges = (page.edges ?? []).slice(0, size).map((edge) => ({ ...edge, cursor: () => encodeCursor(edge.at) }))
  return {
    edges,
    totalCount: page.totalCount,
    pageInfo: {
      hasNextPage: (page.edges?.length ?? 0) > size,
      hasPreviousPage: typeof after === 'string',
      startCursor: edges[0] ? edges[0].cursor() : null,
      endCursor: edges.at(-1)?.cursor() ?? null,
    },
    aggregate: page.aggregate && { count: page.aggregate.find((part) => part.count !== undefined)?.count, node: Object.assign({}, ...page.aggregate.map((part) => part.node)) as Row },
  }
}
