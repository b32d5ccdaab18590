import type { Microseconds, SeriesKey } from '../reading.ts'
import { bucketsOf } from './stored-bucket.ts'

/** Which series have buckets of forgotten readings, and of which lengths: known in memory, so that whoever asks for one that has none pays nothing. */
export interface RollupBook {
  /** Grows with every entry. */
  readonly size: number
  /** Takes note of the derived series among these. */
  learn(keys: Iterable<SeriesKey>): void
  /** Lengths of the buckets of a measured series; undefined where it has none. */
  lengthsOf(key: SeriesKey): readonly Microseconds[] | undefined
}

export function createRollupBook(): RollupBook {
  const lengths = new Map<string, Map<string, readonly Microseconds[]>>() // twin → name and kind → lengths
  let size = 0
  return {
    get size() {
      return size
    },
    learn(keys) {
      for (const derived of keys) {
        const { key, every } = bucketsOf(derived) ?? {}
        if (!key || every === undefined) continue
        const names = lengths.get(key.twin) ?? new Map<string, readonly Microseconds[]>()
        lengths.set(key.twin, names)
        const known = names.get(nameAndKind(key)) ?? []
        if (known.includes(every)) continue
        names.set(nameAndKind(key), [...known, every])
        size++
      }
    },
    lengthsOf: (key) => (size > 0 && key.source === 'MEASURED' ? lengths.get(key.twin)?.get(nameAndKind(key)) : undefined),
  }
}

const nameAndKind = ({ name, kind }: SeriesKey): string => `${kind}:${name}`
