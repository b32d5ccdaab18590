import type { Microseconds, NewReading, SeriesKey, SeriesValue } from '../telemetry/reading.ts'

/** What a scenario says of a series in the place of its readings. */
export type OverrideChange =
  /** Every reading has this value; where there is none, there is one, of the moment when it was said, or of the instant that the scenario branches off from. */
  | { readonly kind: 'CONSTANT'; readonly value: SeriesValue }
  /** Every value, times this: a finite number; of integers a whole one. */
  | { readonly kind: 'FACTOR'; readonly factor: number }
  /** Other readings, and none of the series' own: how many, and when the first and the last of them are; undefined where there are none. */
  | { readonly kind: 'SERIES'; readonly readings: number; readonly first: Microseconds | undefined; readonly last: Microseconds | undefined }

export interface Override {
  /** The twin's id, and the telemetry's name as clients give it: of a component's, `component.telemetry`. */
  readonly twin: string
  readonly name: string
  /** The measured series that it is about. */
  readonly series: SeriesKey
  readonly change: OverrideChange
  /** Names the readings of its own; never used for others. */
  readonly run: string
  /** In ms since 1970. */
  readonly setAt: number
  readonly setBy: string
}

/** Ids of twins have no NUL, so that nobody else can write, or read, a series that begins with this. */
export const ownSeriesPrefix = 'scenario\0'

/** Where an override's own readings are: those of SERIES, and the one of a CONSTANT. */
export const ownSeries = (scenario: number, { twin, name, kind }: SeriesKey, run: string): SeriesKey => ({ twin: `${ownSeriesPrefix}${scenario}\0${twin}`, name, kind, source: 'SIMULATED', run })

export const isOwnSeries = ({ twin }: SeriesKey): boolean => twin.startsWith(ownSeriesPrefix)

export const ownReading = (series: SeriesKey, at: number, value: SeriesValue): NewReading => ({ series, at, value, quality: 'GOOD', origin: null, sequence: null })
