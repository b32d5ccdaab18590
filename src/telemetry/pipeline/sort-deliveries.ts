import { stringify } from 'lossless-json'
import { nearest } from '../../util/nearest.ts'
import { parseInstant } from '../instant.ts'
import type { Delivery } from '../message.ts'
import type { Microseconds, NewReading, Quality, SeriesKey } from '../reading.ts'
import { type Channel, Unfit } from './channel.ts'
import { decode, type Decoded } from './decode.ts'
import type { Refusal, RefusalCode } from './refusal.ts'

/** Where the values of a twin go: its telemetries by name; those of a component by `component.name`. */
export interface TwinChannels {
  readonly model: string
  readonly find: (name: string) => { readonly channel: Channel; readonly series: SeriesKey } | undefined
  readonly names: () => readonly string[]
}

export interface Circumstances {
  readonly now: Microseconds
  /** Of twins that exist. */
  readonly channelsOf: (twin: string) => TwinChannels | undefined
}

/** What became of deliveries before they are stored. */
export interface Sorted {
  readonly readings: readonly NewReading[]
  readonly refused: readonly Refused[]
  /** Readings with a time ahead of the clock by more than `skewUs`; they are stored as UNCERTAIN. */
  readonly skewed: number
}

/** A refusal, and the index of the delivery it is of. */
export interface Refused {
  readonly delivery: number
  readonly refusal: Refusal
}

/** A clock that is fast by more makes a reading uncertain. */
export const skewUs = 60_000_000
/** A time further ahead is taken for a mistake: it would be the latest value for ever. */
export const mostAheadUs = 86_400_000_000

/**
 * The pure steps of the pipeline, one reading after the other:
 * decode → identify the twin → place it in time → identify the telemetry → validate → convert units.
 * What follows touches stores: deduplicate and append, acknowledge, update the latest value, project, publish (intake.ts).
 */
export function sortDeliveries(deliveries: readonly Delivery[], circumstances: Circumstances): Sorted {
  const readings: NewReading[] = []
  const refused: Refused[] = []
  let skewed = 0
  for (const [index, delivery] of deliveries.entries()) {
    const refuse = (refusal: Refusal): void => void refused.push({ delivery: index, refusal })
    const message = decode(delivery.body)
    if (typeof message === 'string') {
      refuse(refuseWhole(delivery, undefined, 'MALFORMED', message))
      continue
    }
    const channels = circumstances.channelsOf(message.twin)
    if (!channels) {
      refuse(refuseWhole(delivery, message, 'UNKNOWN_TWIN', `There is no twin ${JSON.stringify(message.twin)}. Create it, then replay the reading.`))
      continue
    }
    const time = timeOf(message, circumstances.now)
    if (typeof time === 'string') {
      refuse(refuseWhole(delivery, message, 'WRONG_TIME', time))
      continue
    }
    if (time.isSkewed) skewed++
    for (const name in message.values) {
      const outcome = read(message, name, message.values[name], channels, time)
      if (isReading(outcome)) readings.push(outcome)
      else refuse(refuseValue(delivery, message, name, outcome))
    }
  }
  return { readings, refused, skewed }
}

interface Time {
  readonly at: Microseconds
  readonly quality: Quality
  readonly isSkewed: boolean
}

/** A message without a time was true when it came. */
function timeOf(message: Decoded, now: Microseconds): Time | string {
  const { at: text } = message
  const quality = message.quality ?? 'GOOD'
  if (text === undefined || text === null) return { at: now, quality, isSkewed: false }
  const at = parseInstant(text)
  if (at === undefined) return `at is an instant with its offset, such as 2026-03-01T06:30:00Z, not ${JSON.stringify(text.slice(0, 60))}.`
  if (at - now > mostAheadUs) return `${text} is more than a day ahead of the server's clock. Set the clock of the device right.`
  const isSkewed = at - now > skewUs
  return { at, quality: isSkewed && quality === 'GOOD' ? 'UNCERTAIN' : quality, isSkewed }
}

interface Fault {
  readonly code: RefusalCode
  readonly message: string
}

function read(message: Decoded, name: string, value: unknown, channels: TwinChannels, { at, quality }: Time): NewReading | Fault {
  const found = channels.find(name)
  if (!found) return unknownTelemetry(message.twin, name, channels)
  const { channel, series } = found
  let own = channel.read(value)
  if (own instanceof Unfit) return { code: 'WRONG_TYPE', message: `${name} of ${message.twin}: ${own.message}` }
  const unit = message.units?.[name]
  if (unit !== undefined && unit !== null) {
    own = typeof unit === 'string' ? channel.convert(own, unit) : new Unfit(`a unit is the name of a DTDL unit, not ${JSON.stringify(unit)}.`)
    if (own instanceof Unfit) return { code: 'WRONG_UNIT', message: `${name} of ${message.twin}: ${own.message}` }
  }
  return { series, at, value: own, quality, origin: message.origin ?? null, sequence: message.sequence ?? null }
}

const isReading = (outcome: NewReading | Fault): outcome is NewReading => 'series' in outcome

function unknownTelemetry(twin: string, name: string, channels: TwinChannels): Fault {
  const names = channels.names()
  const near = nearest(name, names)
  const remedy = near ? `Did you mean ${near}?` : `It has ${names.slice(0, 20).join(', ') || 'no telemetry'}.`
  return { code: 'UNKNOWN_TELEMETRY', message: `${channels.model}, the model of ${twin}, has no telemetry ${JSON.stringify(name.slice(0, 100))}. ${remedy}` }
}

const refuseWhole = ({ body, source, topic }: Delivery, message: Decoded | undefined, code: RefusalCode, text: string): Refusal => ({
  code, message: text, twin: message?.twin ?? null, name: null, at: message?.at ?? null, origin: message?.origin ?? null, source: source ?? null, topic: topic ?? null, payload: toPayload(body), form: 'MESSAGE',
})

const refuseValue = ({ source, topic }: Delivery, message: Decoded, name: string, { code, message: text }: Fault): Refusal => ({
  code, message: text, twin: message.twin, name, at: message.at ?? null, origin: message.origin ?? null, source: source ?? null, topic: topic ?? null, form: 'MESSAGE',
  payload: toPayload({ ...message, values: { [name]: message.values[name] }, ...(message.units && { units: { [name]: message.units[name] } }) }),
})

/** JSON in which integers keep all their digits. What nests so deep that nobody can write it again is left out. */
function toPayload(body: unknown): string {
  try {
    return stringify(body) ?? 'null'
  } catch (error) {
    if (error instanceof RangeError) return '"(nested too deeply to be kept)"'
    throw error
  }
}
