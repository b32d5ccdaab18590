/** Readings of a time that has come, which were not known yet. */
export interface Pending {
  add(at: number, value: number, known: number): void
  /** Those that are known at the instant, each once. */
  take(instant: number, give: (at: number, value: number) => void): void
}

type Item = readonly [known: number, at: number, value: number]

/** `latestOnly`: nothing is asked for but the latest known, so that those are left out that a later one is known before. Then they come in order of time. */
export const createPending = (latestOnly: boolean): Pending => (latestOnly ? createStaircase() : createHeap())

function createStaircase(): Pending {
  let items: Item[] = []
  let head = 0
  return {
    add(at, value, known) {
      while (items.length > head && (items.at(-1)?.[0] ?? 0) >= known) items.pop()
      items.push([known, at, value])
    },
    take(instant, give) {
      for (let item = items[head]; item && item[0] <= instant; item = items[++head]) give(item[1], item[2])
      if (head > 1_024 && head * 2 > items.length) [items, head] = [items.slice(head), 0]
    },
  }
}

/** The one that is known first is at the root of a binary heap. */
function createHeap(): Pending {
  const items: Item[] = []
  const knownAt = (place: number): number => items[place]?.[0] ?? Infinity
  const swap = (one: number, other: number): void => {
    const [left, right] = [items[one], items[other]]
    if (left && right) [items[one], items[other]] = [right, left]
  }
  const sink = (): void => {
    for (let place = 0; ;) {
      const [left, right] = [2 * place + 1, 2 * place + 2]
      const least = knownAt(right) < knownAt(left) ? right : left
      if (knownAt(least) >= knownAt(place)) return
      swap(place, least)
      place = least
    }
  }
  return {
    add(at, value, known) {
      items.push([known, at, value])
      for (let place = items.length - 1; place > 0;) {
        const parent = (place - 1) >>> 1
        if (knownAt(parent) <= knownAt(place)) return
        swap(parent, place)
        place = parent
      }
    },
    take(instant, give) {
      for (let first = items[0]; first && first[0] <= instant; first = items[0]) {
        give(first[1], first[2])
        swap(0, items.length - 1)
        items.pop()
        sink()
      }
    },
  }
}
