import type { Payload, PayloadStream } from '../payload-stream.ts'
import { tell } from './live-log.ts'
import type { LiveEntry } from './live-log.ts'
import type { LiveGroup } from './live-group.ts'

/** Where a subscriber begins: behind a number of the group's log, or with a snapshot, which may have to say that what the client holds is void. */
export type LiveStart = { readonly kind: 'behind'; readonly n: number; readonly base: number } | { readonly kind: 'snapshot'; readonly isReset: boolean }

/** Texts that many subscribers are told alike, kept while their entry is the newest of its twin. */
export type PayloadCache = WeakMap<LiveEntry, Map<string, Payload>>

/** What a subscriber does next. */
type Phase =
  | { readonly kind: 'begin'; readonly start: LiveStart }
  | { readonly kind: 'snapshot'; readonly ids: readonly string[]; index: number }
  | { readonly kind: 'catching-up' | 'live' }

/**
 * One subscriber of a group: a number in its log. On the way from where it last had everything to the log's end it passes twins whose changes were replaced by
 * later ones: of those it knows what it knew at the beginning of the way, unless it was told on the way.
 */
export function createLiveSubscriber(group: LiveGroup, cache: PayloadCache, begin: LiveStart, onClose: () => void, wake: () => void): PayloadStream {
  const { log, plan } = group
  let phase: Phase = { kind: 'begin', start: begin }
  let position = 0
  let base = 0
  const toldOnWay = new Map<string, number>()
  /** Up to here it may have been told on a way that another connection went: what it knows is not known here. */
  let unsure = 0
  let serial = 0 // of the snapshot
  let isWaiting = false // until somebody took and got nothing
  let isClosed = false

  const listener = (): void => {
    if (!isWaiting) return
    isWaiting = false
    wake()
  }
  group.listeners.add(listener)

  const standAt = (n: number): void => {
    position = base = unsure = n
    toldOnWay.clear()
  }
  const snapshot = (isReset: boolean): Payload | undefined => {
    standAt(log.last)
    serial = group.nextSnapshot()
    phase = { kind: 'snapshot', ids: log.ids(), index: 0 }
    return isReset ? plan.payload({ kind: 'RESET', cursor: group.partial(position, serial, 'r'), id: null, shown: undefined, changed: null }) : undefined
  }
  const nextOfSnapshot = (ids: readonly string[], from: number): readonly [Payload | undefined, number] => {
    for (let index = from; index < ids.length; index++) {
      const entry = log.get(ids[index] ?? '')
      if (entry) toldOnWay.set(entry.id, entry.n)
      if (entry?.shown) return [plan.payload({ kind: 'SNAPSHOT', cursor: group.partial(position, serial, `s${index}`), id: entry.id, shown: entry.shown, changed: null }), index + 1]
    }
    return [undefined, ids.length]
  }
  const change = (): Payload | undefined => {
    for (let entry = log.next(position); entry; entry = log.next(position)) {
      position = entry.n
      const from = toldOnWay.get(entry.id) ?? base
      toldOnWay.set(entry.id, entry.n)
      const telling = from < entry.n ? tell(entry, from, unsure) : undefined
      if (telling) return shared(entry, from, () => plan.payload({ ...telling, cursor: group.cursor({ n: entry.n, base }, entry), id: entry.id, shown: entry.shown }))
    }
    standAt(log.last)
    return undefined
  }
  /** Whoever saw the change before sees this one as all others do. */
  const shared = (entry: LiveEntry, from: number, make: () => Payload): Payload => {
    if (from < entry.before || unsure > base) return make()
    const key = `${base}${entry.n === log.last ? ' last' : ''}`
    const texts = cache.get(entry) ?? new Map<string, Payload>()
    cache.set(entry, texts)
    const known = texts.get(key) ?? make()
    texts.set(key, known)
    return known
  }
  const step = (): Payload | undefined => {
    if (phase.kind === 'begin') {
      const { start } = phase
      if (start.kind === 'snapshot') {
        const reset = snapshot(start.isReset)
        if (reset !== undefined) return reset
      } else {
        standAt(start.base)
        position = unsure = start.n
        phase = { kind: 'catching-up' }
      }
    }
    if (phase.kind === 'snapshot') {
      const [payload, index] = nextOfSnapshot(phase.ids, phase.index)
      phase.index = index
      if (payload !== undefined) return payload
      phase = { kind: 'catching-up' }
    } else if (position < log.floor) return snapshot(true)
    const changed = change()
    if (changed !== undefined || phase.kind === 'live') return changed
    phase = { kind: 'live' }
    return plan.payload({ kind: 'CAUGHT_UP', cursor: group.cursor({ n: position, base: position }, undefined, 'c'), id: null, shown: undefined, changed: null })
  }

  return {
    take() {
      if (group.failure !== undefined) throw group.failure as Error
      const payload = group.isLoaded && !isClosed ? step() : undefined
      isWaiting = payload === undefined
      return payload
    },
    get isDone() {
      return isClosed
    },
    close() {
      if (isClosed) return
      isClosed = true
      group.listeners.delete(listener)
      onClose()
    },
  }
}
