import type { Shown } from './live-plan.ts'

/** The newest of a twin that is, or lately was, in a live query's answer. */
export interface LiveEntry {
  readonly id: string
  /** Number of its last change. */
  readonly n: number
  /** Number of the change before: who has seen that one sees this one as it was made. */
  readonly before: number
  /** Numbers at which it entered, left, entered … ; the oldest are cut off where it came and went very often. */
  readonly turns: readonly number[]
  readonly isCut: boolean
  /** Everything in the journal up to here had been told before this change. */
  readonly seq: number
  /** Undefined: it left. */
  readonly shown: Shown | undefined
  /** Number of each field's last change. */
  readonly changedAt: ReadonlyMap<string, number>
}

export interface Telling {
  readonly kind: 'ENTER' | 'CHANGE' | 'LEAVE'
  readonly changed: readonly string[] | null
}

/**
 * A live query's answer and the order of its changes, one entry a twin: as in a compacted log, a newer change takes the place of an older one. Whoever reads
 * at every change sees all of them; whoever is slow sees the newest of each twin; and it costs the same for one reader and for thousands, who are numbers.
 */
export interface LiveLog {
  /** Number of the last change. */
  readonly last: number
  /** Readers that stand before this number may have missed twins that left: they begin anew. */
  readonly floor: number
  readonly size: number
  has(id: string): boolean
  get(id: string): LiveEntry | undefined
  /** Twins in the answer, in the order of entering, or as they were arranged; the same array until one enters or leaves. */
  ids(): readonly string[]
  /** Puts the ids into an order; twins that it does not name come last. */
  arrange(order: readonly string[]): void
  /** Takes the twin's state over; returns whether it differs. */
  put(id: string, shown: Shown, seq: number): boolean
  /** The twin left; returns whether it had been there. */
  drop(id: string, seq: number): boolean
  /** The first change behind a number. */
  next(after: number): LiveEntry | undefined
}

/** Twins that left and are remembered, at least. */
const leastGone = 1_000

export function createLiveLog(): LiveLog {
  const entries = new Map<string, LiveEntry>()
  const gone = new Set<string>()
  let order: LiveEntry[] = []
  let last = 0
  let floor = 0
  let ids: readonly string[] | undefined

  const write = (entry: LiveEntry): void => {
    entries.set(entry.id, entry)
    order.push(entry)
    if (order.length > 2 * entries.size + 256) order = order.filter((each) => entries.get(each.id) === each)
  }
  const forgetGone = (): void => {
    while (gone.size > Math.max(leastGone, entries.size - gone.size)) {
      const [oldest = ''] = gone
      floor = entries.get(oldest)?.n ?? floor
      gone.delete(oldest)
      entries.delete(oldest)
    }
  }
  return {
    get last() {
      return last
    },
    get floor() {
      return floor
    },
    get size() {
      return entries.size - gone.size
    },
    has: (id) => entries.get(id)?.shown !== undefined,
    get: (id) => entries.get(id),
    ids: () => (ids ??= [...entries.values()].flatMap(({ id, shown }) => (shown ? [id] : []))),
    arrange(order) {
      const present = new Set([...entries.values()].flatMap(({ id, shown }) => (shown ? [id] : [])))
      ids = [...order.filter((id) => present.delete(id)), ...present]
    },
    put(id, shown, seq) {
      const known = entries.get(id)
      if (known?.shown) {
        const changed = differing(known.shown, shown)
        if (changed.length === 0) return false
        last++
        write({ ...known, n: last, before: known.n, seq, shown, changedAt: new Map([...known.changedAt, ...changed.map((field) => [field, last] as const)]) })
        return true
      }
      last++
      ids = undefined
      gone.delete(id)
      entries.delete(id) // so that it comes last
      write({ id, n: last, before: known?.n ?? 0, seq, ...turned(known, last), shown, changedAt: new Map([...shown.keys()].map((field) => [field, last])) })
      return true
    },
    drop(id, seq) {
      const known = entries.get(id)
      if (!known?.shown) return false
      last++
      ids = undefined
      gone.add(id)
      write({ ...known, n: last, before: known.n, seq, ...turned(known, last), shown: undefined })
      forgetGone()
      return true
    },
    next(after) {
      for (let index = firstBehind(order, after); index < order.length; index++) {
        const entry = order[index]
        if (entry && entries.get(entry.id) === entry) return entry
      }
      return undefined
    },
  }
}

/**
 * How an entry's change looks from a number; undefined: whoever stands there has not known the twin. Up to `unsure` it may have been told of changes, or not:
 * then it is told rather too much.
 */
export function tell({ shown, turns, isCut, changedAt }: LiveEntry, from: number, unsure = from): Telling | undefined {
  const passed = turns.filter((n) => n <= from).length
  const isKnown = passed % 2 === 1
  const isUnsure = (passed === 0 && isCut) || turns.some((n) => n > from && n <= unsure)
  if (!shown) return isKnown || isUnsure ? { kind: 'LEAVE', changed: null } : undefined
  if (!isKnown) return { kind: 'ENTER', changed: null }
  return { kind: 'CHANGE', changed: [...changedAt].flatMap(([field, at]) => (at > from ? [field] : [])) }
}

/** Comings and goings that are remembered of a twin. */
const mostTurns = 64

/** In pairs, so that the first is always a coming. */
function turned(known: LiveEntry | undefined, n: number): Pick<LiveEntry, 'turns' | 'isCut'> {
  const turns = [...known?.turns ?? [], n]
  return turns.length > mostTurns ? { turns: turns.slice(2), isCut: true } : { turns, isCut: known?.isCut ?? false }
}

/** Names of fields that are not the same. */
function differing(left: Shown, right: Shown): readonly string[] {
  const changed = [...right].flatMap(([field, text]) => (left.get(field) === text ? [] : [field]))
  for (const field of left.keys()) if (!right.has(field)) changed.push(field)
  return changed
}

/** Index of the first entry with a greater number. */
function firstBehind(order: readonly LiveEntry[], after: number): number {
  let [low, high] = [0, order.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((order[middle]?.n ?? 0) > after) high = middle
    else low = middle + 1
  }
  return low
}
