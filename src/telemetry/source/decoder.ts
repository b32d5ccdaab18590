import type { Microseconds } from '../reading.ts'
import { nowMicroseconds } from '../../util/clock.ts'
import { type Arrival, decodeMapped, decodePayload } from './decode.ts'
import type { SubscriptionDefinition } from './definition.ts'
import type { Taken } from './inlet.ts'
import type { Mapper, MappingJob } from './mapping.ts'
import { no, type Read, readText, toKept } from './payload.ts'
import { matchTopic } from './topic-template.ts'

/** A message with what is in it, or why nothing is. */
export interface Decoded {
  readonly taken: Taken
  /** Values that should be messages. */
  readonly bodies: readonly unknown[]
  readonly refusal: string | undefined
  /** The payload as a quarantine keeps it. */
  readonly kept: () => string
  /** The time of the newest of its readings, or that of its receipt where they give none or lie in the future; undefined where nothing is in it. */
  readonly at: Microseconds | undefined
}

/** What is decoded at most; of what is larger the quarantine keeps the beginning. */
export const mostPayloadBytes = 1_000_000
export const keptBytes = 16_384

interface Step {
  readonly taken: Taken
  readonly subscription: SubscriptionDefinition
  readonly arrival: Arrival
}

/** Decodes a batch, in its order. */
export function createDecoder(subscriptions: readonly SubscriptionDefinition[], mapper: Mapper): (batch: readonly Taken[]) => Promise<readonly Decoded[]> {
  const prepare = (taken: Taken): Read<Step> => {
    if (taken.bytes !== undefined) return no(`The payload has ${taken.bytes} bytes; at most ${mostPayloadBytes} are taken. Here is its beginning.`)
    for (const subscription of subscriptions) {
      const bindings = matchTopic(subscription.topic, taken.topic)
      if (bindings === undefined) continue
      const text = readText(taken.payload)
      return text.ok ? { ok: true, value: { taken, subscription, arrival: { topic: taken.topic, bindings, properties: taken.properties, text: text.value } } } : text
    }
    return no(`No subscription of the source is of the topic ${taken.topic}: the other side still knows one that was there before.`)
  }
  return async (batch) => {
    const steps = batch.map(prepare)
    const jobs = steps.flatMap((step): MappingJob[] => {
      if (!step.ok || step.value.subscription.mapping === undefined) return []
      return [{ expression: step.value.subscription.mapping, payload: step.value.subscription.payload, arrival: step.value.arrival }]
    })
    const yielded = (jobs.length === 0 ? [] : await mapper.map(jobs)).values()
    return batch.map((taken, index) => {
      const step = steps[index] ?? no('It was not prepared.')
      return toDecoded(taken, step.ok ? decodeStep(step.value, yielded) : step)
    })
  }
}

function decodeStep({ subscription, arrival }: Step, yielded: Iterator<Read<unknown>, unknown>): Read<readonly unknown[]> {
  if (subscription.mapping === undefined) return decodePayload(subscription, arrival)
  const next = yielded.next()
  if (next.done === true) return no('The mapping gave no answer.')
  return next.value.ok ? decodeMapped(subscription, arrival, next.value.value) : next.value
}

function toDecoded(taken: Taken, read: Read<readonly unknown[]>): Decoded {
  const kept = (): string => toKept(taken.payload, taken.bytes !== undefined)
  if (!read.ok) return { taken, bodies: [], refusal: read.message, kept, at: undefined }
  return { taken, bodies: read.value, refusal: undefined, kept, at: read.value.length === 0 ? undefined : newestOf(read.value) }
}

function newestOf(bodies: readonly unknown[]): Microseconds {
  const now = nowMicroseconds()
  const times = bodies.map((body) => (typeof body === 'object' && body !== null && 'at' in body && typeof body.at === 'string' ? Date.parse(body.at) * 1_000 : now))
  return Math.max(...times.map((time) => (Number.isNaN(time) ? now : Math.min(time, now))))
}
