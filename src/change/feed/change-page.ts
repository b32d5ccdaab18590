import type { ModelService } from '../../model/model-service.ts'
import { type Change, type Gap, toChange, toGap } from '../change.ts'
import type { Journal } from '../journal.ts'
import { type ChangeChoice, createChangeFilter } from './change-filter.ts'
import { parsePlace } from './place.ts'
import { readOn } from './read-on.ts'
import { registryFor } from './registry-for.ts'

export interface ChangePageRequest extends ChangeChoice {
  /** A cursor; from the oldest change where absent. */
  readonly after?: string | null | undefined
  readonly first: number
  /** Whether properties are selected: they are most of what has to be read. */
  readonly withProperties: boolean
}

export interface ChangePage {
  readonly changes: readonly Change[]
  readonly gap: Gap | null
  readonly hasNextPage: boolean
  /** Where the search ended. */
  readonly end: number
}

/** So many entries are searched for one page, about. */
const mostSearched = 10_000

/** Changes behind a place that are chosen. Fails with BAD_USER_INPUT, STORE_UNAVAILABLE, TIMEOUT. */
export async function readChangePage({ journal, models }: { readonly journal: Journal; readonly models: ModelService }, request: ChangePageRequest, signal?: AbortSignal): Promise<ChangePage> {
  const { after, first, withProperties } = request
  const { floor, head } = await journal.ends({ signal })
  const start = typeof after === 'string' ? parsePlace(after, head) : undefined
  const isChosen = createChangeFilter(request)
  const changes: Change[] = []
  let place = start ?? floor
  let gap: Gap | null = null
  const page = (hasNextPage: boolean): ChangePage => ({ changes, gap, hasNextPage, end: place })
  for (let searched = 0; place < head && searched < mostSearched;) {
    const stretch = await readOn(journal, place, Math.min(1_000, Math.max(100, first + 1)), { withBefore: withProperties, withPatch: withProperties, signal })
    if (stretch.floor !== undefined) {
      if (changes.length > 0) return page(true) // forgotten meanwhile: the next page says so
      if (start !== undefined) gap = toGap(start, stretch.floor)
      place = stretch.floor
    }
    const registry = await registryFor(models, stretch.entries)
    for (const entry of stretch.entries) {
      if (isChosen(entry, registry)) {
        if (changes.length === first) return page(true)
        changes.push(toChange(entry, registry, request.scenario?.id))
      }
      place = entry.seq
    }
    searched += stretch.entries.length
  }
  return page(place < head)
}
