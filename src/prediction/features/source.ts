import type { SeenReading } from '../../telemetry/series-reads.ts'
import { type Columns, createColumns } from './columns.ts'
import type { Seen, SeriesStream } from './series-stream.ts'

/** What windows move over: a series, or the difference of two at the instants at which both have a reading. */
export interface Source {
  readonly streams: readonly SeriesStream[]
  readonly columns: Columns
  /** Takes up what has been loaded. */
  pull(): void
  /** What readings of one instant, one of each series, make; undefined where one is none. */
  decode(readings: readonly SeenReading[]): Seen | undefined
}

export const toSource = (stream: SeriesStream, minus: SeriesStream | undefined): Source => (minus ? createDifference(stream, minus) : {
  streams: [stream],
  columns: stream.columns,
  pull() { /* the columns are the stream's own */ },
  decode: ([reading]) => reading && stream.decode(reading),
})

/** A difference is known when both are. */
function createDifference(stream: SeriesStream, minus: SeriesStream): Source {
  const columns = createColumns()
  const [left, right] = [stream.columns, minus.columns]
  let [one, other] = [0, 0]
  left.onRead(() => one)
  right.onRead(() => other)
  return {
    streams: [stream, minus],
    columns,
    pull() {
      while (one < left.end && other < right.end) {
        const apart = left.at(one) - right.at(other)
        if (apart === 0) columns.push(left.at(one), left.value(one) - right.value(other), Math.max(left.known(one), right.known(other)))
        if (apart <= 0) one++
        if (apart >= 0) other++
      }
      while (one < left.end && left.at(one) <= minus.loaded) one++ // nothing can meet them any more
      while (other < right.end && right.at(other) <= stream.loaded) other++
    },
    decode([reading, beside]) {
      const [first, second] = [reading && stream.decode(reading), beside && minus.decode(beside)]
      return first && second && { value: first.value - second.value, known: Math.max(first.known, second.known) }
    },
  }
}
