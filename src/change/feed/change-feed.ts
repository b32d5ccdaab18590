import type { ModelService } from '../../model/model-service.ts'
import { createTurns } from '../../util/turns.ts'
import type { Journal } from '../journal.ts'
import type { PayloadStream } from '../payload-stream.ts'
import type { JournalTail } from '../tail.ts'
import { type ChangeChoice, createChangeFilter } from './change-filter.ts'
import { type ChangePage, type ChangePageRequest, readChangePage } from './change-page.ts'
import { type FeedEncoder, type FeedGroup, openFeedGroup } from './feed-group.ts'
import { createFeedStream } from './feed-stream.ts'
import { parsePlace } from './place.ts'

export interface FeedRequest {
  /** Equal where the payloads are: those who ask the same share one execution. */
  readonly key: string
  /** A cursor; from now on where absent. */
  readonly after?: string | null | undefined
  readonly choice: ChangeChoice
  /** Whether payloads show properties: they are most of what has to be read. */
  readonly withProperties: boolean
  /** Made for the first of those who ask the same. */
  createEncoder(): FeedEncoder
}

/** All changes of a tenant, in the order of their commits. */
export interface ChangeFeed {
  /** Fails with BAD_USER_INPUT, STORE_UNAVAILABLE, TIMEOUT. */
  page(request: ChangePageRequest, signal?: AbortSignal): Promise<ChangePage>
  /** Fails with BAD_USER_INPUT, STORE_UNAVAILABLE, TIMEOUT; so may the stream. */
  open(request: FeedRequest, wake: () => void): Promise<PayloadStream>
}

export interface ChangeFeedConfig {
  readonly journal: Journal
  readonly tail: JournalTail
  readonly models: ModelService
  /** Payloads that a group of equal subscribers keeps. */
  readonly ringEntries?: number
  /** Their texts in bytes: of one group, and of all. */
  readonly ringBytes?: number
  readonly allRingBytes?: number
}

/** Pages of backlogs that are read at once, in all. */
const readsAtOnce = 4

interface Shared {
  readonly encoder: FeedEncoder
  readonly opening: Promise<FeedGroup>
  subscribers: number
}

export function createChangeFeed({ journal, tail, models, ringEntries = 4_096, ringBytes = 8 << 20, allRingBytes = 256 << 20 }: ChangeFeedConfig): ChangeFeed {
  const groups = new Map<string, Shared>()
  const turn = createTurns(readsAtOnce)
  const limits = { entries: ringEntries, bytes: () => Math.min(ringBytes, allRingBytes / groups.size) }

  const join = (request: FeedRequest): Shared => {
    const known = groups.get(request.key)
    if (known) {
      known.subscribers += 1
      return known
    }
    const encoder = request.createEncoder()
    const { withProperties, choice } = request
    const shared: Shared = { encoder, subscribers: 1, opening: openFeedGroup({ journal, tail, models, filter: createChangeFilter(choice), scenario: choice.scenario?.id, encoder, withProperties, limits, turn }) }
    groups.set(request.key, shared)
    return shared
  }
  const leave = (key: string, shared: Shared, group?: FeedGroup): void => {
    shared.subscribers -= 1
    const isOver = shared.subscribers === 0
    if ((isOver || !group || group.failure !== undefined) && groups.get(key) === shared) groups.delete(key)
    if (isOver) group?.close()
  }
  return {
    page: (request, signal) => readChangePage({ journal, models }, request, signal),
    async open(request, wake) {
      const { head } = await journal.ends()
      const from = typeof request.after === 'string' ? parsePlace(request.after, head) : head
      const stale = groups.get(request.key)
      const known = await stale?.opening.catch(() => undefined) // whoever opened it is told why it failed
      if (known?.failure !== undefined && groups.get(request.key) === stale) groups.delete(request.key)
      const shared = join(request)
      const group = await shared.opening.catch((error: unknown) => {
        leave(request.key, shared)
        throw error
      })
      return createFeedStream({ group, encoder: shared.encoder, from, backlogEnd: head, wake, onClose: () => { leave(request.key, shared, group) } })
    },
  }
}
