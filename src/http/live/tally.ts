/** Counts by key; keys with nothing are forgotten. */
export interface Tally {
  of(key: string): number
  more(key: string): void
  less(key: string): void
  readonly total: number
}

export function createTally(): Tally {
  const counts = new Map<string, number>()
  const add = (key: string, by: number): void => {
    const count = (counts.get(key) ?? 0) + by
    if (count === 0) counts.delete(key)
    else counts.set(key, count)
  }
  return {
    of: (key) => counts.get(key) ?? 0,
    more: (key) => { add(key, 1) },
    less: (key) => { add(key, -1) },
    get total() {
      return [...counts.values()].reduce((sum, count) => sum + count, 0)
    },
  }
}
