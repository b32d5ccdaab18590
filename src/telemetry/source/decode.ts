import type { SubscriptionDefinition } from './definition.ts'
import { no, type Read, readPayload, shown } from './payload.ts'
import type { Bindings } from './topic-template.ts'

/** Texts that come with a message beside its payload (MQTT 5's user properties): `origin`, `sequence`, `at`. */
export type Properties = ReadonlyMap<string, string>

/** A payload and what its topic and properties say of it. */
export interface Arrival {
  readonly topic: string
  readonly bindings: Bindings
  readonly properties: Properties
  readonly text: string
}

/**
 * The messages in a payload, their form unchecked; what they leave out is taken from the topic, then from the properties, then from the subscription.
 * - where the topic or the subscription names the telemetry, the payload is its value;
 * - otherwise it is a message (an object with an object `values`), an object of values, or a list of those.
 *
 * A message that names another twin than its topic is refused: who may send on a topic is the broker's to say, and it is said by topic.
 */
export function decodePayload(subscription: SubscriptionDefinition, { bindings, properties, text }: Arrival): Read<readonly unknown[]> {
  const payload = readPayload(subscription.payload, text)
  if (!payload.ok) return payload
  const twin = bindings.get('twin')
  if (twin === '') return no('The topic has nothing where the twin should be.')
  const name = bindings.get('name') ?? subscription.telemetry
  const bodies = name !== undefined ? [{ values: { [name]: payload.value } }] : (Array.isArray(payload.value) ? payload.value.map(toBody) : [toBody(payload.value)])
  if (bodies.length > mostMessages) return tooMany(bodies.length)
  if (!Array.isArray(payload.value) && !isObject(bodies[0])) return no(`The payload ${shown(text)} is a value, and nothing says of which telemetry.`)
  const other = bodies.find((body) => isObject(body) && twin !== undefined && body.twin !== undefined && body.twin !== twin)
  if (isObject(other)) return no(`The payload says the twin ${shown(String(other.twin))}, its topic ${shown(twin ?? '')}.`)
  return { ok: true, value: bodies.map((body) => complete(body, bindings, properties, subscription.origin)) }
}

/** The messages that a mapping yielded. An empty list is a mapping's way to say that there is nothing in it. */
export function decodeMapped(subscription: SubscriptionDefinition, { bindings, properties }: Omit<Arrival, 'text'>, yielded: unknown): Read<readonly unknown[]> {
  const bodies: readonly unknown[] = Array.isArray(yielded) ? yielded : [yielded]
  if (bodies.length > mostMessages) return tooMany(bodies.length)
  const wrong = bodies.find((body) => !isObject(body))
  if (wrong !== undefined || bodies.includes(undefined)) return no(`The mapping yields ${wrong === undefined ? 'nothing' : shown(String(wrong))}; a message or a list of them is needed, or [] for none.`)
  return { ok: true, value: bodies.map((body) => complete(body, bindings, properties, subscription.origin)) }
}

/** In a payload: each may be a reading in quarantine. */
const mostMessages = 10_000
const tooMany = (count: number): Read<never> => no(`The payload has ${count} messages; at most ${mostMessages} are taken.`)

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** An object of values becomes a message. */
const toBody = (value: unknown): unknown => (isObject(value) && !(Object.hasOwn(value, 'values') && isObject(value.values)) ? { values: value } : value)

function complete(body: unknown, bindings: Bindings, properties: Properties, origin: string | undefined): unknown {
  if (!isObject(body)) return body
  const sequence = properties.get('sequence')
  const defaults = {
    twin: bindings.get('twin'),
    at: properties.get('at'),
    origin: properties.get('origin') ?? origin,
    sequence: sequence !== undefined && /^\d{1,15}$/.test(sequence) ? Number(sequence) : sequence,
  }
  const missing = Object.entries(defaults).filter(([key, value]) => value !== undefined && (body[key] === undefined || body[key] === null))
  return { ...body, ...Object.fromEntries(missing) }
}
