import type { LiveDelta } from './delta.ts'

/**
 * The twins of a live query. Readers see an answer that was once true, at every moment: while a new snapshot comes in, it is put together beside what they see,
 * and takes its place as a whole.
 */
export interface LiveStore<Node> {
  /** What readers see; the same map until something in it changes. */
  readonly nodes: ReadonlyMap<string, Node>
  /** As of which place. Undefined before the first answer is whole. */
  readonly cursor: string | undefined
  /** The newest, whether readers see it already or not. */
  readonly newest: ReadonlyMap<string, Node>
  /** The newest is whole. */
  readonly isCaughtUp: boolean
  apply(delta: LiveDelta<Node>): void
  /** The connection is lost: what is held may be old. */
  doubt(): void
}

export function createLiveStore<Node>(): LiveStore<Node> {
  let shown = new Map<string, Node>()
  let next: Map<string, Node> | undefined = new Map()
  let view: ReadonlyMap<string, Node> | undefined
  let cursor: string | undefined
  let isCaughtUp = false

  const change = (step: (nodes: Map<string, Node>) => void): void => {
    step(next ?? shown)
    if (!next) view = undefined
  }
  const take = (delta: LiveDelta<Node>): void => {
    switch (delta.kind) {
      case 'RESET':
        next = new Map()
        isCaughtUp = false
        return
      case 'CAUGHT_UP':
        if (next) view = undefined
        shown = next ?? shown
        next = undefined
        isCaughtUp = true
        return
      case 'LEAVE': return change((nodes) => nodes.delete(delta.id))
      default: return change((nodes) => nodes.set(delta.id, delta.node))
    }
  }
  return {
    get nodes() {
      return view ??= new Map(shown)
    },
    get cursor() {
      return cursor
    },
    get newest() {
      return next ?? shown
    },
    get isCaughtUp() {
      return isCaughtUp
    },
    apply(delta) {
      take(delta)
      if (!next) cursor = delta.cursor
    },
    doubt() {
      isCaughtUp = false
    },
  }
}
