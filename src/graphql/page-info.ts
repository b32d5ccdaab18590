/** Relay's PageInfo. */
export interface PageInfo {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
}

/** Of a page that was asked for behind the cursor `after`, where one was given. */
export const toPageInfo = (edges: readonly { readonly cursor: string }[], hasNextPage: boolean, after: string | null | undefined): PageInfo =>
  ({ hasNextPage, hasPreviousPage: typeof after === 'string', startCursor: edges[0]?.cursor ?? null, endCursor: edges.at(-1)?.cursor ?? null })
