import { Failure, failureCodes } from '../../errors.ts'
import { nowMicroseconds } from '../../util/clock.ts'
import type { Delivery, Intake } from '../message.ts'
import type { Microseconds } from '../reading.ts'
import { createBackOff } from './back-off.ts'
import { createDecoder, type Decoded, keptBytes, mostPayloadBytes } from './decoder.ts'
import type { SubscriptionDefinition } from './definition.ts'
import type { Mapper } from './mapping.ts'
import { toPortions } from './portions.ts'
import type { SourceStatus } from './source.ts'

/** A message as the other side delivered it. */
export interface Taken {
  readonly topic: string
  readonly payload: Uint8Array
  readonly properties: ReadonlyMap<string, string>
  /** Where the payload is but the beginning: the length of the whole. */
  readonly bytes?: number
  /** Tells the other side that the message is safe here; undefined where it does not ask. Does nothing once the connection it came over is gone. */
  readonly acknowledge: (() => void) | undefined
}

export interface InletConfig {
  readonly source: string
  readonly subscriptions: readonly SubscriptionDefinition[]
  /** Of messages that need no acknowledgement: more are dropped. Those that do are bounded by the other side, which has to know the same number. */
  readonly mostWaiting: number
  readonly intake: Intake
  readonly mapper: Mapper
  readonly log: SourceLog
  /** Between attempts to store what failed. */
  readonly pauses?: { readonly leastMs: number; readonly mostMs: number }
}

export interface SourceLog {
  info(message: string): void
  error(message: string): void
}

/**
 * Between the other side, which delivers messages one by one, and the intake, which takes batches: what came while a batch was being stored is the next
 * one. Messages go in, and are acknowledged, in the order in which they came; while the intake cannot take a batch it is offered again and again, nothing
 * is acknowledged, and so the other side stops delivering.
 */
export interface Inlet {
  take(message: Taken): void
  /** Forgets what waits for acknowledgement and is not being stored yet: the other side delivers it again. */
  forgetUnacknowledged(): void
  status(): Pick<SourceStatus, 'problem' | 'messages' | 'accepted' | 'duplicates' | 'quarantined' | 'dropped' | 'lastMessageAt' | 'lagMs' | 'inFlight'>
  /** Waits for what is in flight, but no longer than that; what is not stored by then is not acknowledged. Nothing may be taken any more. */
  close(graceMs: number): Promise<void>
}

/** Messages decoded, and readings submitted, at a time: so that a batch is stored in a moment, however much waited. */
const mostInBatch = 1_000
/** How often a batch is offered that fails with something else than an outage. */
const patience = 5

export function createInlet({ source, subscriptions, mostWaiting, intake, mapper, log, pauses = { leastMs: 50, mostMs: 2_000 } }: InletConfig): Inlet {
  const decode = createDecoder(subscriptions, mapper)
  const count = { messages: 0, accepted: 0, duplicates: 0, quarantined: 0, dropped: 0 }
  const closing = new AbortController()
  let waiting: Taken[] = []
  let inHand = 0
  let work: Promise<void> | undefined
  let problem: string | null = null
  let lastMessageAt: Microseconds | null = null
  let newest: Microseconds | null = null

  /** Runs the task until it does not fail; rejects when the inlet is closed. `giveUp`: whether a failure is not worth another attempt. */
  async function insist(task: () => Promise<void>, giveUp: (error: unknown, attempt: number) => boolean = () => false): Promise<unknown> {
    const backOff = createBackOff(pauses)
    for (let attempt = 1; ; attempt++) {
      try {
        await task()
        problem = null
        return undefined
      } catch (error) {
        if (giveUp(error, attempt)) return error
        problem = `What came is not stored, and tried again: ${messageOf(error)}`
        if (attempt === 1) log.error(`source ${source}: ${problem}`)
        await backOff.wait(closing.signal)
      }
    }
  }

  async function submit(messages: readonly Decoded[]): Promise<void> {
    const deliveries: readonly Delivery[] = messages.flatMap(({ bodies, taken }) => bodies.map((body) => ({ body, source, topic: taken.topic })))
    const error = await insist(async () => {
      const report = await intake.submit(deliveries)
      count.accepted += report.accepted
      count.duplicates += report.duplicates
      count.quarantined += report.quarantined + report.dropped
    }, (reason, attempt) => !isOutage(reason) && (messages.length > 1 || attempt >= patience))
    if (error === undefined) return
    if (messages.length > 1) for (const message of messages) await submit([message]) // one of them is at fault, and must not hold up the others
    else await refuse(messages.map((message) => ({ ...message, refusal: `It could not be taken: ${messageOf(error)}` })))
  }

  async function refuse(messages: readonly Decoded[]): Promise<void> {
    const refusals = messages.flatMap(({ taken, kept, refusal }) => (refusal === undefined ? [] : [{ payload: kept(), message: refusal, source, topic: taken.topic, origin: taken.properties.get('origin') }]))
    if (refusals.length === 0) return
    await insist(() => intake.refuse(refusals))
    count.quarantined += refusals.length
  }

  async function store(batch: readonly Taken[]): Promise<void> {
    let messages: readonly Decoded[] = []
    await insist(async () => { messages = await decode(batch) })
    for (const portion of toPortions(messages, mostInBatch)) await submit(portion)
    await refuse(messages)
    for (const { acknowledge } of batch) acknowledge?.()
    for (const { at } of messages) if (at !== undefined) newest = Math.max(newest ?? at, at)
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0 && !closing.signal.aborted) {
      await new Promise(setImmediate) // what comes out of the same read goes into the same batch
      const batch = waiting.splice(0, mostInBatch)
      inHand = batch.length
      await store(batch).finally(() => { inHand = 0 })
    }
  }

  const start = (): void => {
    work ??= drain().catch((error: unknown) => {
      if (!closing.signal.aborted) log.error(`source ${source}: messages were given up, and are taken when they are delivered again: ${messageOf(error)}`)
    }).finally(() => { work = undefined })
  }

  return {
    take(message) {
      count.messages++
      lastMessageAt = nowMicroseconds()
      if (message.acknowledge === undefined && waiting.length >= mostWaiting) count.dropped++
      else waiting.push(bounded(message))
      start()
    },
    forgetUnacknowledged() { waiting = waiting.filter(({ acknowledge }) => acknowledge === undefined) },
    status: () => ({ ...count, problem, lastMessageAt, lagMs: newest === null ? null : Math.round((nowMicroseconds() - newest) / 1_000), inFlight: waiting.length + inHand }),
    async close(graceMs) {
      const late = setTimeout(() => { closing.abort() }, graceMs)
      const { promise, resolve } = Promise.withResolvers<void>()
      closing.signal.addEventListener('abort', () => { resolve() })
      await Promise.race([work, promise])
      clearTimeout(late)
      closing.abort()
    },
  }
}

/** A payload that is too large to be decoded is not kept in memory either. The copy lets go of the rest. */
const bounded = (message: Taken): Taken =>
  (message.payload.byteLength <= mostPayloadBytes ? message : { ...message, payload: Uint8Array.from(message.payload.subarray(0, keptBytes)), bytes: message.payload.byteLength })

/** Whether it passes by itself: then nothing is wrong with the batch. */
const isOutage = (error: unknown): boolean => error instanceof Failure && failureCodes[error.code].retryable

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
