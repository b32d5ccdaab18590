/** The least recently used are forgotten first. */
export interface Cache<T> {
  get(key: string): T | undefined
  set(key: string, value: T, bytes: number): void
  readonly bytes: number
  readonly size: number
}

/** At most so many bytes, as whoever puts something in says. */
export function createCache<T>(mostBytes: number): Cache<T> {
  const entries = new Map<string, { readonly value: T; readonly bytes: number }>()
  let bytes = 0
  const remove = (key: string): void => {
    bytes -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }
  return {
    get bytes() {
      return bytes
    },
    get size() {
      return entries.size
    },
    get(key) {
      const found = entries.get(key)
      if (!found) return undefined
      entries.delete(key)
      entries.set(key, found)
      return found.value
    },
    set(key, value, size) {
      remove(key)
      if (size > mostBytes) return
      entries.set(key, { value, bytes: size })
      bytes += size
      for (const oldest of entries.keys()) {
        if (bytes <= mostBytes) break
        remove(oldest)
      }
    },
  }
}
