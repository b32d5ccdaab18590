import type { Told } from './feed-ring.ts'
import type { Stretch } from './read-on.ts'

/** A stretch of the backlog, told. */
export interface ToldPage {
  /** As of a Stretch. */
  readonly floor: number | undefined
  readonly told: readonly Told[]
  readonly end: number
}

export interface BacklogPagesConfig {
  read(after: number, limit: number): Promise<Stretch>
  tell(stretch: Stretch): Promise<ToldPage>
  /** Whether the backlog goes on behind a place. */
  isBehind(place: number): boolean
}

/** Pages begin at multiples of this, so that those who come from places near each other want the same. */
const grid = 1_024
const pageSize = 2_048
/** Pages that are kept for those who are about to want them. */
const mostPages = 4

/**
 * The journal in pages, each read and encoded once for all who want it at the time. The entries of the page behind it are read meanwhile: the store works while
 * this process encodes. Gives the page that holds what lies just behind a place; it may begin in front of it.
 */
export function createBacklogPages({ read, tell, isBehind }: BacklogPagesConfig): (after: number) => Promise<ToldPage> {
  const pages = new Map<number, Promise<ToldPage>>()
  let ahead: { readonly start: number; readonly stretch: Promise<Stretch> } | undefined

  const entriesFrom = (start: number): Promise<Stretch> => {
    const stretch = ahead?.start === start ? ahead.stretch : read(start, pageSize)
    ahead = undefined
    return stretch
  }
  const readAhead = (start: number): void => {
    const stretch = read(start, pageSize)
    stretch.catch(() => { if (ahead?.stretch === stretch) ahead = undefined }) // whoever comes to want it reads it again, and meets the failure if it lasts
    ahead = { start, stretch }
  }
  const load = async (start: number): Promise<ToldPage> => {
    const stretch = await entriesFrom(start)
    if (stretch.entries.length === pageSize && isBehind(stretch.end)) readAhead(stretch.end)
    return await tell(stretch)
  }
  const pageFrom = (start: number): Promise<ToldPage> => {
    const known = pages.get(start)
    if (known) return known
    const page = load(start)
    pages.set(start, page)
    const forget = (): void => { if (pages.get(start) === page) pages.delete(start) }
    page.then(({ end }) => { if (end < start + pageSize) forget() }, forget) // a page that is not full will have more
    for (const oldest of pages.keys()) if (pages.size > mostPages) pages.delete(oldest)
    return page
  }
  return async (after) => {
    const start = after - (after % grid)
    const page = await pageFrom(start)
    return page.end > after || start === after ? page : await pageFrom(after) // values so large that a page ends before it
  }
}
