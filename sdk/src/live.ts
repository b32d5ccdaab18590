import { toRootValue } from './answer.ts'
import { type AsyncQueue, createAsyncQueue } from './async-queue.ts'
import type { Backoff } from './backoff.ts'
import { type LiveDelta, toDelta } from './delta.ts'
import { declaresVariable } from './document.ts'
import { disposed, type TwinfoldError } from './errors.ts'
import { createLiveBuffer, type LiveBuffer } from './live-buffer.ts'
import { createLiveStore } from './live-store.ts'
import { createSeenCursors } from './seen-cursors.ts'
import { createSubscription, type Status, type Subscription } from './subscription.ts'
import type { Operation, Transport } from './transport.ts'

/** What a live query holds at a moment: never half of an answer. Does not change; the same object until there is something new. */
export interface LiveSnapshot<Node> {
  /** The twins of the answer by id, as of `cursor`. */
  readonly nodes: ReadonlyMap<string, Node>
  /** Undefined before the first answer is whole. */
  readonly cursor: string | undefined
  /** `nodes` is the answer as far as the server told of it, and the connection stands. */
  readonly isCaughtUp: boolean
  readonly status: Status
}

/** A query whose answer is kept up to date until it is closed, over any number of connections. */
export interface Live<Node> extends LiveSnapshot<Node>, AsyncIterable<LiveDelta<Node>, undefined>, Disposable {
  /** With `subscribe`, what React's `useSyncExternalStore` takes. */
  getSnapshot(): LiveSnapshot<Node>
  /** The listener is called after the snapshot changed, once for many changes at once. Returns how to end that. */
  subscribe(listener: () => void): () => void
  /** Resolves as soon as `isCaughtUp`. Rejects with what closed the live query. */
  caughtUp(): Promise<LiveSnapshot<Node>>
  /** Ends it for good, and every iteration of it. May be called twice. */
  close(): void
}

export interface LiveConfig {
  readonly transport: Transport
  readonly backoff: Backoff
  readonly operation: Operation
  /** Of the variable that takes the cursor to go on behind. A document that declares none begins anew after each broken connection. */
  readonly afterVariable: string
  /** Whatever the reason. */
  readonly onClosed: () => void
}

export function createLive<Node>({ transport, backoff, operation, afterVariable, onClosed }: LiveConfig): Live<Node> {
  const store = createLiveStore<Node>()
  const seen = createSeenCursors()
  const readers = new Map<LiveBuffer<Node>, AsyncQueue<LiveDelta<Node>>>()
  const listeners = new Set<() => void>()
  const canResume = declaresVariable(operation.query, afterVariable)
  let last: string | undefined
  let status: Status = { kind: 'connecting' }
  let snapshot: LiveSnapshot<Node> | undefined
  let isTelling = false

  const changed = (): void => {
    snapshot = undefined
    if (isTelling) return
    isTelling = true
    queueMicrotask(() => {
      isTelling = false
      for (const listener of [...listeners]) listener()
    })
  }
  const apply = (delta: LiveDelta<Node>): void => {
    if (delta.kind === 'RESET') seen.clear()
    else if (isStep(delta) && !seen.isNew(delta.cursor)) return
    last = delta.cursor
    store.apply(delta)
    for (const [buffer, queue] of readers) {
      buffer.push(delta)
      queue.wake()
    }
    changed()
  }
  const begin = (): Operation => {
    if (last === undefined) return { ...operation, variables: without(operation.variables, afterVariable) }
    if (!canResume) apply({ kind: 'RESET', cursor: last }) // there is no way to ask for the rest: all of it comes again, beside what is shown
    return canResume ? { ...operation, variables: { ...operation.variables, [afterVariable]: last } } : operation
  }
  const onStatus = (next: Status): void => {
    status = next
    if (next.kind !== 'live') store.doubt()
    changed()
    if (next.kind !== 'closed') return
    for (const queue of readers.values()) queue.end(next.error)
    onClosed()
  }
  const subscription: Subscription = createSubscription({
    transport, backoff, onStatus, operation: begin,
    onAnswer(answer) {
      const { value, problems } = toRootValue(answer)
      apply(toDelta<Node>(value, problems))
    },
  })
  const read = (): AsyncQueue<LiveDelta<Node>> => {
    const buffer = createLiveBuffer<Node>()
    if (last !== undefined) for (const [id, node] of store.newest) buffer.push({ kind: 'SNAPSHOT', cursor: last, id, node, changed: null, problems: [] })
    if (last !== undefined && store.isCaughtUp) buffer.push({ kind: 'CAUGHT_UP', cursor: last })
    const queue = createAsyncQueue(buffer.take, () => readers.delete(buffer))
    readers.set(buffer, queue)
    if (status.kind === 'closed') queue.end(status.error)
    return queue
  }
  const getSnapshot = (): LiveSnapshot<Node> => snapshot ??= { nodes: store.nodes, cursor: store.cursor, isCaughtUp: store.isCaughtUp, status }
  const subscribe = (listener: () => void): () => void => {
    const own = (): void => { listener() } // the same function may listen twice
    listeners.add(own)
    return () => { listeners.delete(own) }
  }
  return {
    get nodes() {
      return store.nodes
    },
    get cursor() {
      return store.cursor
    },
    get isCaughtUp() {
      return store.isCaughtUp
    },
    get status() {
      return status
    },
    getSnapshot, subscribe,
    caughtUp: () => caughtUp(getSnapshot, subscribe),
    close: () => { subscription.close() },
    [Symbol.dispose]: () => { subscription.close() },
    [Symbol.asyncIterator]: read,
  }
}

/** Snapshots repeat their cursors when they repeat. */
const isStep = ({ kind }: LiveDelta<unknown>): boolean => kind === 'ENTER' || kind === 'CHANGE' || kind === 'LEAVE'

function without(variables: Operation['variables'], name: string): Operation['variables'] {
  const { [name]: _, ...rest } = variables
  return rest
}

function caughtUp<Node>(getSnapshot: () => LiveSnapshot<Node>, subscribe: Live<Node>['subscribe']): Promise<LiveSnapshot<Node>> {
  return new Promise((resolve, reject: (error: TwinfoldError) => void) => {
    const look = (): void => {
      const snapshot = getSnapshot()
      if (snapshot.isCaughtUp) resolve(snapshot)
      else if (snapshot.status.kind === 'closed') reject(snapshot.status.error ?? disposed())
      else return
      end()
    }
    const end = subscribe(look)
    look()
  })
}
