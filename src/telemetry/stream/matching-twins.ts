import { failure } from '../../errors.ts'
import { monotonicMs } from '../../util/clock.ts'

/** The twins that match a `where`. */
export interface MatchingTwins {
  readonly current: ReadonlySet<string>
  close(): void
}

export interface MatchingTwinsConfig {
  /** Their ids by now; at most `mostMatching + 1`. */
  readonly find: () => Promise<readonly string[]>
  /** Calls back after changes of the graph; resolves to how to end that. */
  readonly onChanges: (listener: () => void) => Promise<() => void>
  /** They can no longer be told. */
  readonly onFailure: (error: unknown) => void
  /** They could not be found for now; what was found last holds meanwhile. */
  readonly onTrouble: (error: unknown) => void
}

export const mostMatching = 10_000
/** From one search to the next, in ms. */
const restMs = 100
const repairMs = 1_000

/**
 * Found anew after whatever changes in the graph, soon and once for changes that come together. A twin that comes to match counts from the moment it is found.
 * Rejects with what refuses the `where`, or where too many match.
 */
export async function openMatchingTwins({ find, onChanges, onFailure, onTrouble }: MatchingTwinsConfig): Promise<MatchingTwins> {
  let current: ReadonlySet<string> = new Set()
  let timer: NodeJS.Timeout | undefined
  let isSearching = true
  let isStale = false
  let isClosed = false
  let begunAt = -Infinity

  const search = async (): Promise<void> => {
    isSearching = true
    isStale = false
    begunAt = monotonicMs()
    try {
      current = withinMost(await find())
    } finally {
      isSearching = false
    }
  }
  const searchIn = (ms: number): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      search().then(() => { if (isStale) searchSoon() }, (error: unknown) => {
        if (isClosed) return
        if (error instanceof TooManyMatch) {
          onFailure(error.failure)
        } else {
          onTrouble(error)
          searchIn(repairMs)
        }
      })
    }, ms).unref()
  }
  const searchSoon = (): void => {
    isStale = true
    if (!isSearching && !isClosed) searchIn(Math.max(0, begunAt + restMs - monotonicMs()))
  }

  const end = await onChanges(searchSoon)
  const close = (): void => {
    isClosed = true
    clearTimeout(timer)
    end()
  }
  try {
    await search()
  } catch (error) {
    close()
    throw error instanceof TooManyMatch ? error.failure : error
  }
  if (isStale) searchSoon()
  return {
    get current() {
      return current
    },
    close,
  }
}

class TooManyMatch extends Error {
  readonly failure = failure('QUERY_TOO_COSTLY', { message: `More than ${mostMatching} twins match \`where\`. Narrow it, or leave it out to hear of all twins.` })
}

function withinMost(ids: readonly string[]): ReadonlySet<string> {
  if (ids.length > mostMatching) throw new TooManyMatch()
  return new Set(ids)
}
