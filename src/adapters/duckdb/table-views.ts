import type { Table } from './table.ts'

/**
 * The tables that together hold every reading once, replaced as a whole when readings move from one table to another. A query keeps the tables it began
 * with; those that were replaced go when the last query that may look into them is done.
 */
export interface TableViews {
  readonly current: readonly Table[]
  use<T>(work: (tables: readonly Table[]) => Promise<T>): Promise<T>
  /** Resolves when nobody uses what was current any more. */
  replace(tables: readonly Table[]): Promise<void>
}

export function createTableViews(first: readonly Table[]): TableViews {
  let view = { tables: first, users: 0, unused: Promise.withResolvers<void>(), isReplaced: false }
  let olderUnused: Promise<void> = Promise.resolve()
  return {
    get current() {
      return view.tables
    },
    async use(work) {
      const mine = view
      mine.users++
      try {
        return await work(mine.tables)
      } finally {
        mine.users--
        if (mine.users === 0 && mine.isReplaced) mine.unused.resolve()
      }
    },
    replace(tables) {
      const old = view
      view = { tables, users: 0, unused: Promise.withResolvers<void>(), isReplaced: false }
      old.isReplaced = true
      if (old.users === 0) old.unused.resolve()
      olderUnused = Promise.all([olderUnused, old.unused.promise]).then(() => undefined)
      return olderUnused
    },
  }
}
