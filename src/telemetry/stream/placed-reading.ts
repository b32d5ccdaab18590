import type { Payload } from '../../change/payload-stream.ts'
import type { Received } from '../telemetry-store.ts'
import { comparePlaces, type Place, placeOf } from './place.ts'

/** A reading on its way to subscribers. */
export interface PlacedReading {
  readonly place: Place
  readonly reading: Received
  /** As it is sent; made when the first one wants it. */
  payload?: Payload
}

/** In the order of their places. What is received comes in it but for the readings of a batch. */
export const toPlaced = (readings: readonly Received[]): readonly PlacedReading[] =>
  readings.map((reading): PlacedReading => ({ place: placeOf(reading), reading })).sort((left, right) => comparePlaces(left.place, right.place))
