import type { Quality, Reading, SeriesKey, SeriesKind, SeriesValue } from '../../telemetry/reading.ts'
import { fromStoredText, toStoredText } from './text.ts'

/** A row as it comes from the driver with `rowMode: 'array'`: 64-bit integers and numerics are strings, so that nothing is lost. */
export type Row = readonly (string | number | boolean | readonly (number | null)[] | null)[]

/** The three columns that a value can lie in; two of them are null. Floats and integers as text, because the driver would make 0 of -0. */
export interface ValueColumns {
  readonly num: string | null
  readonly int: string | null
  readonly text: string | null
}

export function toColumns(value: SeriesValue): ValueColumns {
  switch (typeof value) {
    case 'number': return { num: Object.is(value, -0) ? '-0' : String(value), int: null, text: null }
    case 'bigint': return { num: null, int: String(value), text: null }
    case 'boolean': return { num: null, int: value ? '1' : '0', text: null }
    case 'string': return { num: null, int: null, text: toStoredText(value) }
  }
}

export function fromColumns(kind: SeriesKind, num: Row[number] | undefined, int: Row[number] | undefined, text: Row[number] | undefined): SeriesValue {
  switch (kind) {
    case 'float': return Number(num)
    case 'integer': return BigInt(String(int))
    case 'boolean': return String(int) === '1'
    case 'text': case 'json': return fromStoredText(String(text))
  }
}

const qualities: readonly Quality[] = ['GOOD', 'UNCERTAIN', 'BAD']
export const toQualityCode = (quality: Quality): number => qualities.indexOf(quality)

/** What `toReading` takes, in its order, of a table `r` of readings and the table `o` of origins. */
export const readingColumns = 'r.at, r.received, r.quality, o.name, r.sequence, r.num, r.int, r.text'

export const toReading = (kind: SeriesKind, [at, received, quality, origin, sequence, num, int, text]: Row): Reading => ({
  at: Number(at), value: fromColumns(kind, num, int, text), quality: qualities[Number(quality)] ?? 'BAD', receivedAt: Number(received),
  origin: typeof origin === 'string' ? fromStoredText(origin) : null, sequence: sequence === null ? null : Number(sequence),
})

/** What `toSeriesKey` takes, of the table `s` of series. */
export const seriesColumns = 's.twin, s.name, s.kind, s.source, s.run'
export const seriesColumnCount = 5

export const toSeriesKey = ([twin, name, kind, source, run]: Row): SeriesKey => ({
  twin: fromStoredText(String(twin)), name: fromStoredText(String(name)), kind: kind as SeriesKind, source: source as SeriesKey['source'],
  run: typeof run === 'string' ? fromStoredText(run) : null,
})
