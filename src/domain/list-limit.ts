import { failure } from '../errors.ts'

/** The longest list that needs no `limit`. */
export const longestList = 1000

/** A list never ends silently: statements ask for one item more than the longest, and a list that has it is refused unless the client set the limit. */
export function withinLongest<T>(items: readonly T[], limit: number | null | undefined, field: string): readonly T[] {
  if (typeof limit === 'number' || items.length <= longestList) return items
  throw failure('LIST_TOO_LONG', {
    message: `${field} has more than ${longestList} items. Give a \`limit\`, or page through \`${field}Connection\`.`,
    details: { field, connection: `${field}Connection` },
  })
}
