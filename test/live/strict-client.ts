import { expect } from 'vitest'
import type { Columns, Delta, LivePlan, Place, Shown } from '../../src/change/live/live-plan.ts'
import type { PayloadStream } from '../../src/change/payload-stream.ts'

/** Twins in memory that belong while they have a `size` and the name, if one is given; they show their fields. */
export function planOver(twins: ReadonlyMap<string, Columns>, name?: string): LivePlan {
  const belongs = (columns: Columns): boolean => columns['size'] !== undefined && (name === undefined || columns['name'] === name)
  const rows = (): readonly Columns[] => [...twins.values()].filter(belongs)
  const show = (row: Columns): Shown => new Map(Object.entries(row).map(([name, value]) => [name, JSON.stringify(value ?? null)]))
  return {
    scenario: undefined, places: [place], scope: new Set(), isListed: false, isSorted: false, restMs: 0, judge: { keys: name === undefined ? [] : [{ column: 'name', values: new Set([name]) }], belongs },
    answer: () => Promise.resolve(rows()), members: () => Promise.resolve(rows().map(({ _id }) => String(_id))), matching: (ids) => Promise.resolve(rows().filter(({ _id }) => ids.includes(String(_id)))),
    origins: (_place, ids) => Promise.resolve(ids), show: (some) => some.map(show),
    payload: ({ shown, ...delta }) => JSON.stringify({ ...delta, node: shown ? Object.fromEntries([...shown].map(([name, text]) => [name, JSON.parse(text) as unknown])) : null }),
  }
}

const place: Place = { component: undefined, only: undefined, isOf: () => true, properties: new Set(['size', 'name']), all: false, latest: new Set(), series: new Set(), links: new Set(), bothEnds: false }

type Told = Omit<Delta, 'shown'> & { readonly node: Columns | null }

/** Holds what it is told, and is strict about it. */
export class StrictClient {
  readonly held = new Map<string, Columns>()
  readonly cursors = new Set<string>()
  #stream: PayloadStream
  #last: string | undefined
  /** Until it has everything again it is told rather too much. */
  #isSure = true
  constructor(stream: PayloadStream) {
    this.#stream = stream
  }
  take(most: number): void {
    for (let taken = 0; taken < most; taken++) {
      const payload = this.#stream.take()
      if (payload === undefined) return
      this.#apply(JSON.parse(payload) as Told)
    }
  }
  /** Goes on from the last cursor, on a new connection. */
  reconnect(open: (cursor: string) => PayloadStream): void {
    if (this.#last === undefined) return
    this.#stream.close()
    this.#stream = open(this.#last)
    this.#isSure = false
  }
  close(): void {
    this.#stream.close()
  }
  #apply({ kind, id, node, cursor, changed }: Told): void {
    this.#last = cursor
    if (this.#isSure) expect(this.cursors.has(cursor)).toBe(false)
    this.cursors.add(cursor)
    if (kind === 'CAUGHT_UP' || kind === 'RESET') this.#isSure = true
    if (kind === 'RESET') this.held.clear()
    if (id === null) return
    const before = this.held.get(id)
    if (this.#isSure) expect([kind, id, before !== undefined]).toEqual([kind, id, kind === 'CHANGE' || kind === 'LEAVE'])
    if (kind === 'CHANGE' && before && node) {
      const differing = Object.keys({ ...before, ...node }).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(node[name]))
      expect(changed).toEqual(expect.arrayContaining(differing))
    }
    if (node) this.held.set(id, node)
    else this.held.delete(id)
  }
}
