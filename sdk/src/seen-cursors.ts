/** The newest so many that were taken. */
const window = 1_024

/** Remembers, so that nothing is told twice. */
export function createSeenCursors(): { isNew(key: string): boolean; clear(): void } {
  const seen = new Set<string>()
  return {
    isNew(key) {
      if (seen.has(key)) return false
      seen.add(key)
      const [oldest] = seen
      if (seen.size > window && oldest !== undefined) seen.delete(oldest)
      return true
    },
    clear: () => { seen.clear() },
  }
}
