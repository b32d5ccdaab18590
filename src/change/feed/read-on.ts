import { setTimeout as delay } from 'node:timers/promises'
import { failure } from '../../errors.ts'
import type { Journal, JournalEntry, JournalReadOptions } from '../journal.ts'

/** What lies behind a place. */
export interface Stretch {
  /** The place up to which everything is forgotten, where that is behind the one asked for. */
  readonly floor: number | undefined
  readonly entries: readonly JournalEntry[]
  /** The last entry, or the floor: where to go on. */
  readonly end: number
}

/** While a commit is becoming visible, or entries are being forgotten, a read may find nothing where there is something: it is repeated. */
const pauseMs = 5
const mostRepeats = 400

/** Reads on behind a place. Only at the end of the journal does it find nothing, and what is missing is said. Fails with STORE_UNAVAILABLE, TIMEOUT. */
export async function readOn(journal: Journal, after: number, limit: number, options: JournalReadOptions = {}): Promise<Stretch> {
  for (let repeats = 0; ; repeats += 1) {
    const entries = await journal.read(after, limit, options)
    const [first, last] = [entries[0], entries.at(-1)]
    if (first && last) return { floor: first.seq > after + 1 ? first.seq - 1 : undefined, entries, end: last.seq }
    const { floor, head } = await journal.ends(options)
    if (head <= Math.max(after, floor)) return { floor: floor > after ? floor : undefined, entries, end: Math.max(after, floor) }
    if (repeats >= mostRepeats) throw failure('STORE_UNAVAILABLE', { message: `The journal cannot be read behind entry ${after}.` })
    if (repeats > 0) await delay(pauseMs)
  }
}
