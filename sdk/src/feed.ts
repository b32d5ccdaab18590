import { toRootValue } from './answer.ts'
import { createAsyncQueue } from './async-queue.ts'
import type { Backoff } from './backoff.ts'
import { declaresVariable } from './document.ts'
import { unfitDocument } from './errors.ts'
import { createSeenCursors } from './seen-cursors.ts'
import { createSubscription, type Status } from './subscription.ts'
import type { Operation, Transport } from './transport.ts'

/**
 * Every event of a feed, once and in order, over any number of connections, for one reader. `for await` over it; leaving the loop closes it. What cannot be told
 * any more is told of as a Gap.
 */
export interface Feed<Event> extends AsyncIterableIterator<Event, undefined>, Disposable {
  readonly status: Status
  /** Of the last event that was taken: what another feed goes on behind, in another process too. Undefined before the first. */
  readonly cursor: string | undefined
  /** What came and was not taken yet is dropped. May be called twice. */
  close(): void
}

export interface FeedConfig {
  readonly transport: Transport
  readonly backoff: Backoff
  readonly operation: Operation
  /** Of the variable that takes the cursor to go on behind. */
  readonly afterVariable: string
  /** So many events wait for the reader; then the server is asked for no more until half of them are taken. */
  readonly bufferSize: number
  readonly onStatus?: ((status: Status) => void) | undefined
  /** Whatever the reason. */
  readonly onClosed: () => void
}

interface Pending<Event> {
  readonly event: Event
  readonly cursor: string
}

/** Throws `UNFIT_DOCUMENT` where the document declares no variable to go on with: a feed that begins anew would lose what happened meanwhile. */
export function createFeed<Event>({ transport, backoff, operation, afterVariable, bufferSize, onStatus, onClosed }: FeedConfig): Feed<Event> {
  if (!declaresVariable(operation.query, afterVariable)) throw unfitDocument(`A feed has to declare the variable $${afterVariable}: Cursor, and to give it to its field.`)
  const seen = createSeenCursors()
  let pending: Pending<Event>[] = []
  let received: string | undefined
  let taken: string | undefined

  const take = (): Event | undefined => {
    const next = pending.shift()
    if (!next) return undefined
    taken = next.cursor
    if (pending.length <= bufferSize / 2) subscription.resume()
    return next.event
  }
  const queue = createAsyncQueue(take, () => { close() })
  const subscription = createSubscription({
    transport, backoff,
    operation: () => (received === undefined ? operation : { ...operation, variables: { ...operation.variables, [afterVariable]: received } }),
    onAnswer(answer) {
      const { value } = toRootValue(answer)
      const cursor = placeOf(value)
      if (!seen.isNew(`${String(value['__typename'])} ${Object.keys(value).join()} ${cursor}`)) return
      received = cursor
      pending.push({ event: value as Event, cursor }) // the type is the document's promise
      queue.wake()
      if (pending.length >= bufferSize) subscription.pause()
    },
    onStatus(status) {
      onStatus?.(status)
      if (status.kind !== 'closed') return
      queue.end(status.error)
      onClosed()
    },
  })
  const close = (): void => {
    pending = []
    subscription.close()
  }
  return {
    get status() {
      return subscription.status
    },
    get cursor() {
      return taken
    },
    close,
    next: queue.next,
    return: queue.return,
    [Symbol.dispose]: close,
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Where an event leaves the reader. All must say it, CaughtUp too: one who lost the connection before the first change would begin anew, behind what happened. */
function placeOf(event: Readonly<Record<string, unknown>>): string {
  const { cursor, to } = event
  if (typeof cursor === 'string') return cursor
  if (typeof to === 'string') return to
  throw unfitDocument('Every event of a feed has to select its `cursor`, and a Gap its `to`, without aliases: `... on CaughtUp { cursor }`.')
}
