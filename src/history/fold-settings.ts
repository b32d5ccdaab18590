/** An entry of the past of a twin or a component that is being forgotten, or of which only who and when are left. */
export interface OldEntry {
  /** The store's own name for it. */
  readonly ref: string
  readonly id: string
  /** Of a component; a twin may have the same id. */
  readonly isPart: boolean
  /** Its place in the journal. */
  readonly seq: number
  /** Whether the thing, or a component of it, began with it: its creation, or its migration to another model. */
  readonly isBirth: boolean
  /** The properties it set, as far as no later one that is forgotten set them again. */
  readonly names: readonly string[]
}

export interface Folded {
  /** What stays, with the properties that nothing later among these set. */
  readonly keep: readonly Pick<OldEntry, 'ref' | 'isPart' | 'names'>[]
  readonly forget: readonly string[]
}

/** Who set a property last is known for as long as the thing lives: of all that is forgotten, the last setting of each property and births stay. */
export function foldSettings(entries: readonly OldEntry[]): Folded {
  const keep: Folded['keep'][number][] = []
  const forget: string[] = []
  for (const ofOne of Map.groupBy(entries, ({ id, isPart }) => `${isPart ? 'part' : 'twin'} ${id}`).values()) {
    const seen = new Set<string>()
    for (const { ref, isPart, isBirth, names } of ofOne.toSorted((a, b) => b.seq - a.seq)) {
      const last = names.filter((name) => !seen.has(name))
      for (const name of last) seen.add(name)
      if (isBirth || last.length > 0) keep.push({ ref, isPart, names: last })
      else forget.push(ref)
    }
  }
  return { keep, forget }
}

/** The properties that a merge patch sets or removes; its text is what the journal kept. */
export function namesSet(patch: string | null | undefined): readonly string[] {
  const given: unknown = typeof patch === 'string' ? JSON.parse(patch) : undefined
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? Object.keys(given) : []
}
