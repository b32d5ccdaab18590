import Cypher from '@neo4j/cypher-builder'

/**
 * Where a read happens. The present costs nothing: its patterns name only what is now. Other worlds name more, `feeds|_was_feeds|_in_feeds`, hold what they meet
 * to a condition, and find the state that it has there: the same query, compiled with longer alternations.
 */
export interface World {
  readonly key: string
  /** As of an instant, `$at`. */
  readonly isPast: boolean
  /** In scenarios, `$chain`. */
  readonly isBranch: boolean
}

/** What is now. */
export const present: World = { key: 'now', isPast: false, isBranch: false }
const past: World = { key: 'past', isPast: true, isBranch: false }
const branch: World = { key: 'branch', isPast: false, isBranch: true }
const pastBranch: World = { key: 'past branch', isPast: true, isBranch: true }

export function worldOf({ at, chain }: { readonly at: number | undefined; readonly chain: readonly number[] }): World {
  if (chain.length > 0) return at === undefined ? branch : pastBranch
  return at === undefined ? present : past
}

export const isPresent = ({ isPast, isBranch }: World): boolean => !isPast && !isBranch

/** What a relationship, or a label, of this name is called in a world: as it is, as it was, as a scenario has it. */
export function namesIn({ isPast, isBranch }: World, name: string): readonly string[] {
  return [name, ...(isPast ? [`_was_${name}`] : []), ...(isBranch ? [`_in_${name}`] : [])]
}

/** The same as an alternation. */
export function labelsIn(world: World, name: string): string | Cypher.LabelExpr {
  const names = namesIn(world, name)
  return names.length === 1 ? name : Cypher.labelExpr.or(...names)
}
