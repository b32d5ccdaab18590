import type { Payload } from '../../change/payload-stream.ts'
import { formatInstant } from '../instant.ts'
import type { Quality, SeriesKind, SeriesValue, Source } from '../reading.ts'
import { ownerOf } from '../twin-directory.ts'
import { encodePlace, type Place } from './place.ts'
import type { PlacedReading } from './placed-reading.ts'
import { seriesName } from './reading-choice.ts'

/** A reading as the API shows it. */
export interface ReadingReceived {
  readonly __typename: 'ReadingReceived'
  readonly twinId: string
  readonly series: string
  readonly unit: string | null
  readonly reading: {
    readonly value: unknown
    readonly quality: Quality
    readonly source: Source
    readonly run: string | null
    readonly origin: string | null
    at(): string
    receivedAt(): string
  }
  cursor(): string
}

/** Of what was received in `(from, to]`, some is forgotten. */
export interface ReadingGap {
  readonly __typename: 'Gap'
  readonly from: string
  readonly to: string
}

/** Everything up to `cursor` was told. */
export interface ReadingsCaughtUp {
  readonly __typename: 'CaughtUp'
  readonly cursor: string
}

export type ReadingEvent = ReadingReceived | ReadingGap | ReadingsCaughtUp

/** Turns events into payloads. Those who ask the same share what it makes. */
export type EncodeReading = (event: ReadingEvent) => Payload

export const toReadingGap = (from: Place, to: Place): ReadingGap => ({ __typename: 'Gap', from: encodePlace(from), to: encodePlace(to) })

export const toReadingsCaughtUp = (at: Place): ReadingsCaughtUp => ({ __typename: 'CaughtUp', cursor: encodePlace(at) })

export function toReadingReceived({ place, reading }: PlacedReading, unit: string | null): ReadingReceived {
  const { series: { twin, kind, source, run }, at, value, quality, receivedAt, origin } = reading
  return {
    __typename: 'ReadingReceived', twinId: ownerOf(twin), series: seriesName(reading), unit,
    reading: { value: toJson(kind, value), quality, source, run, origin, at: () => formatInstant(at), receivedAt: () => formatInstant(receivedAt) },
    cursor: () => encodePlace(place),
  }
}

/** As the types of series show it: integers that a JSON number does not hold as their digits. */
function toJson(kind: SeriesKind, value: SeriesValue): unknown {
  if (kind === 'json') return JSON.parse(String(value)) as unknown
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}
