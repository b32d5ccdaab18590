import type { LiveDelta } from './delta.ts'

/** What one reader of a live query has not taken yet. */
export interface LiveBuffer<Node> {
  readonly isEmpty: boolean
  push(delta: LiveDelta<Node>): void
  take(): LiveDelta<Node> | undefined
}

/**
 * Keeps the newest of each twin, so that it never holds more than the answer and what left it, however slow the reader is. Whoever takes everything, at whatever
 * pace, can replay it: a twin that came and went unseen is not told of; one that went and came back has changed.
 * Once the answer was whole, it is whole again at the newest delta: CAUGHT_UP stays last, and moves on with it.
 */
export function createLiveBuffer<Node>(): LiveBuffer<Node> {
  const pending = new Map<string, LiveDelta<Node>>()
  let reset: LiveDelta<Node> | undefined
  let caughtUp: LiveDelta<Node> | undefined

  const put = (delta: TwinDelta<Node>): void => {
    const before = pending.get(delta.id)
    const merged = before === undefined ? delta : merge(before as TwinDelta<Node>, delta)
    pending.delete(delta.id) // so that it comes last
    if (merged) pending.set(delta.id, merged)
    if (caughtUp) caughtUp = { kind: 'CAUGHT_UP', cursor: delta.cursor }
  }
  const first = (): LiveDelta<Node> | undefined => {
    const [entry] = pending
    if (entry) pending.delete(entry[0])
    return entry?.[1]
  }
  return {
    get isEmpty() {
      return !reset && !caughtUp && pending.size === 0
    },
    push(delta) {
      if (delta.kind === 'CAUGHT_UP') caughtUp = delta
      else if (delta.kind === 'RESET') {
        pending.clear()
        caughtUp = undefined
        reset = delta
      } else put(delta)
    },
    take() {
      const delta = reset ?? first() ?? caughtUp
      if (delta === reset) reset = undefined
      if (delta === caughtUp) caughtUp = undefined
      return delta
    },
  }
}

type TwinDelta<Node> = Extract<LiveDelta<Node>, { readonly id: string }>

/** Two steps of one twin as one, for a reader who has taken neither; undefined where there is nothing to tell. */
function merge<Node>(before: TwinDelta<Node>, after: TwinDelta<Node>): TwinDelta<Node> | undefined {
  const isNew = before.kind === 'SNAPSHOT' || before.kind === 'ENTER'
  if (after.kind === 'LEAVE') return isNew ? undefined : after
  if (isNew) return { ...after, kind: before.kind, changed: before.changed }
  if (before.kind === 'LEAVE') return { ...after, kind: 'CHANGE', changed: null }
  return { ...after, changed: before.changed && after.changed && [...new Set([...before.changed, ...after.changed])] }
}
