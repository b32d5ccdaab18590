export interface FloorTerms {
  /** The last entry that is forgotten already. */
  readonly floor: number
  /** The last entry. */
  readonly head: number
  /** Entries with an earlier stamp are too old, in ms since 1970. */
  readonly oldest: number
  /** At most so many are kept. */
  readonly entries: number
  /** Undefined: forgotten. */
  stampOf(seq: number): Promise<number | undefined>
}

/** The last entry to forget. Stamps never decrease along the journal, so it is found by halving: some twenty looks for millions of entries. */
export async function findFloor({ floor, head, oldest, entries, stampOf }: FloorTerms): Promise<number> {
  let [low, high] = [Math.max(floor, head - entries), head]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((await stampOf(middle) ?? -Infinity) < oldest) low = middle
    else high = middle - 1
  }
  return low
}
