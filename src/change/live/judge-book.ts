import type { Columns, Judge } from './live-plan.ts'

/** What a group tells the book of itself. */
export interface JudgeEntry {
  /** A twin is in its answer, or is about to be. */
  hold(twin: string): void
  release(twin: string): void
  /** While it is not settled it is told of every twin: what it is reading may be older than what is judged. */
  settle(isSettled: boolean): void
  remove(): void
}

/**
 * Whom a changed twin concerns, of those whose filter asks for certain values: a thousand queries for a thousand values are looked up, not gone through.
 */
export interface JudgeBook<Group> {
  add(group: Group, keys: Judge['keys']): JudgeEntry
  /** Groups that may take the twin with these columns, or have it; some perhaps twice. */
  audience(twin: string, columns: Columns | undefined): Generator<Group>
}

export function createJudgeBook<Group>(): JudgeBook<Group> {
  /** Column → value → groups. */
  const byValue = new Map<string, Map<unknown, Set<Group>>>()
  /** Column → value → how many ask for it, under whichever column they are kept. */
  const asked = new Map<string, Map<unknown, number>>()
  const holders = new Map<string, Set<Group>>()
  const unsettled = new Set<Group>()

  const count = (keys: Judge['keys'], by: 1 | -1): void => {
    for (const { column, values } of keys) {
      const counts = asked.get(column) ?? new Map<unknown, number>()
      for (const value of values) {
        const left = (counts.get(value) ?? 0) + by
        if (left > 0) counts.set(value, left)
        else counts.delete(value)
      }
      if (counts.size > 0) asked.set(column, counts)
      else asked.delete(column)
    }
  }
  /** The column in which most values are told apart. */
  const mostTelling = (keys: Judge['keys']): Judge['keys'][number] | undefined =>
    keys.toSorted((left, right) => left.values.size - right.values.size || (asked.get(right.column)?.size ?? 0) - (asked.get(left.column)?.size ?? 0))[0]

  return {
    add(group, keys) {
      count(keys, 1)
      const { column = '', values = new Set<unknown>() } = mostTelling(keys) ?? {}
      const groups = byValue.get(column) ?? new Map<unknown, Set<Group>>()
      byValue.set(column, groups)
      for (const value of values) addTo(groups, value, group)
      unsettled.add(group)
      const held = new Set<string>()
      return {
        hold(twin) {
          held.add(twin)
          addTo(holders, twin, group)
        },
        release(twin) {
          held.delete(twin)
          removeFrom(holders, twin, group)
        },
        settle(isSettled) {
          if (isSettled) unsettled.delete(group)
          else unsettled.add(group)
        },
        remove() {
          count(keys, -1)
          for (const value of values) removeFrom(groups, value, group)
          if (groups.size === 0) byValue.delete(column)
          for (const twin of held) removeFrom(holders, twin, group)
          unsettled.delete(group)
        },
      }
    },
    * audience(twin, columns) {
      if (columns) for (const [column, groups] of byValue) yield* groups.get(columns[column]) ?? []
      yield* holders.get(twin) ?? []
      yield* unsettled
    },
  }
}

function addTo<Key, Group>(sets: Map<Key, Set<Group>>, key: Key, group: Group): void {
  const set = sets.get(key)
  if (set) set.add(group)
  else sets.set(key, new Set([group]))
}

function removeFrom<Key, Group>(sets: Map<Key, Set<Group>>, key: Key, group: Group): void {
  const set = sets.get(key)
  if (set?.delete(group) && set.size === 0) sets.delete(key)
}
