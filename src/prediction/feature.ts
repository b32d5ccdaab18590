import type { Microseconds } from '../telemetry/reading.ts'

/**
 * A number, or a row of numbers, that a predictor is told of a twin at an instant. Declared once; training and serving read it by the same code.
 * It never reads what was not known at the instant: readings with `at` later than the instant minus `lag`, and, unless asked otherwise, readings received after the instant. What a
 * run says (SIMULATED) is known whenever it was stored.
 */
export interface FeatureSpec {
  /** Unique in the card. */
  readonly name: string
  readonly of: FeatureSource
  /** Of this twin, whichever is predicted for. */
  readonly twin: string | undefined
  /** From the twin along these relationships, one step after the other; what the twins reached say is put together by `across`. Empty: the twin itself. */
  readonly over: readonly PathStep[]
  readonly across: 'MEAN' | 'SUM' | 'MIN' | 'MAX' | 'COUNT'
  /** Looked at as so much earlier; a part of the calendar is of the instant minus this. */
  readonly lag: Microseconds
  /** DTDL's name of the unit that the model was made in: values are converted into it. */
  readonly unit: string | undefined
  /** Numbers in the place of texts, such as of enums. */
  readonly encode: Readonly<Record<string, number>> | undefined
  /** In the place of a missing value; undefined: the row cannot be predicted. */
  readonly fill: number | undefined
}

export type FeatureSource =
  | {
    readonly kind: 'telemetry'
    /** Of a component's, `component.name`. */
    readonly name: string
    /** RESIDUAL: measured minus simulated, of readings of one instant. PREDICTED: what predictors have said of it. */
    readonly source: 'MEASURED' | 'SIMULATED' | 'PREDICTED' | 'RESIDUAL'
    /** Readings in (instant - lag - window, instant - lag]; undefined: the last one. */
    readonly window: Microseconds | undefined
    readonly aggregate: FeatureAggregate
    /** The window cut into parts of so long, the oldest first: a row of window / every numbers. Undefined: one number. */
    readonly every: Microseconds | undefined
    /** Of the last one: older, it is missing. */
    readonly staleAfter: Microseconds | undefined
  }
  /** As it was at the instant minus lag. */
  | { readonly kind: 'property'; readonly name: string }
  /** Of the instant minus lag, in UTC: 0 to 23.99, 0 (Monday) to 6.99, 1 to 366.99. */
  | { readonly kind: 'calendar'; readonly part: 'HOUR_OF_DAY' | 'DAY_OF_WEEK' | 'DAY_OF_YEAR' }

/** LAST of a window: the last reading in it. DELTA: last minus first. STDDEV: of the sample. SLOPE: least squares, a second. COUNT of an empty window is 0, all others are missing. */
export type FeatureAggregate = 'LAST' | 'MEAN' | 'MIN' | 'MAX' | 'SUM' | 'STDDEV' | 'COUNT' | 'DELTA' | 'SLOPE'

export interface PathStep {
  readonly name: string
  readonly direction: 'OUT' | 'IN'
}

/** RECEIVED: as was known at each instant. MEASURED: readings count from when they were true, and properties from before they were first set, as histories that were loaded later need. */
export type Knowledge = 'RECEIVED' | 'MEASURED'

/** How many numbers it gives. */
export const widthOf = ({ of }: FeatureSpec): number => (of.kind === 'telemetry' && of.window !== undefined && of.every !== undefined ? Math.ceil(of.window / of.every) : 1)
