import fc from 'fast-check'
import { type NewReading, type SeriesKey, type SeriesKind, seriesKeyText, type SeriesValue } from '../../src/telemetry/reading.ts'
import type { Affine, Aggregate, Buckets } from '../../src/telemetry/telemetry-store.ts'

/** 2026-01-01T00:00:00Z in microseconds. */
export const newYear = 1_767_225_600_000_000
export const second = 1_000_000

export const seriesOf = (twin: string, name: string, kind: SeriesKind, run: string | null = null): SeriesKey => ({ twin, name, kind, source: run === null ? 'MEASURED' : 'SIMULATED', run })

/** Of one name there are measurements, two runs, one of which has members, and another kind, as after a change of the model. */
export const knownSeries: readonly SeriesKey[] = [
  seriesOf('pump-1', 'flow', 'float'), seriesOf('pump-1', 'flow', 'float', 'r1'), seriesOf('pump-1', 'flow', 'float', 'r2'), seriesOf('pump-1', 'flow', 'float', 'r2:1'), seriesOf('pump-2', 'starts', 'integer', 'r2:1'),
  seriesOf('pump-2', 'starts', 'integer', 'r2:1'), seriesOf('pump-2', 'note', 'text', 'r2'), seriesOf('pump-1', 'flow', 'integer'),
  seriesOf('pump-2', 'flow', 'float'), seriesOf('pump-2', 'starts', 'integer'), seriesOf('pump-2', 'isOn', 'boolean'),
  seriesOf('pump-2', 'note', 'text'), seriesOf('__proto__', 'constructor', 'json'),
]
export const unknownSeries = seriesOf('pump-9', 'flow', 'float')

/** Times meet often; a few are far away, before 1970 among them. */
export const time = fc.oneof(
  { weight: 12, arbitrary: fc.nat(60).map((seconds) => newYear + seconds * 1_000_003) },
  { weight: 2, arbitrary: fc.integer({ min: -3, max: 3 }).map((days) => newYear + days * 86_400 * second) },
  { weight: 1, arbitrary: fc.constantFrom(-8_900_000_000_000_001, -1, 0, 1, 8_900_000_000_000_001) },
)

export const awkwardTexts: readonly string[] = ['', ' ', '\u0000', 'a\u0000b', '\u2400', '0\u24000\u0000', '\\', '\\0', '\\\\000', '\'";--', '$1', '{}', '{"a",NULL}', 'NULL', '\r\n\t', '😀 𝄞 é e\u0301', '\u{10ffff}', '\ufeffx']

const values: Readonly<Record<SeriesKind, fc.Arbitrary<SeriesValue>>> = {
  float: fc.oneof(fc.double({ min: -1e12, max: 1e12, noNaN: true }).map((number) => number + 0 || 0), fc.constantFrom(0, 0.1, 1 / 3, 5e-324, 1.7e-300)),
  integer: fc.oneof(fc.bigInt({ min: -50n, max: 50n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n)),
  boolean: fc.boolean(),
  text: fc.oneof(fc.constantFrom(...awkwardTexts), fc.string({ unit: 'binary', maxLength: 20 })),
  json: fc.json({ maxDepth: 2 }),
}

/** A system numbers all its messages or none. */
const sender = fc.oneof(
  fc.record({ origin: fc.constantFrom('plc', 'gateway \u0000\'"'), sequence: fc.nat(25) }),
  fc.record({ origin: fc.constantFrom(null, 'by hand'), sequence: fc.constant(null) }),
)

const reading: fc.Arbitrary<NewReading> = fc.constantFrom(...knownSeries).chain((series) => fc.record({
  series: fc.constant(series), at: time, value: values[series.kind], quality: fc.constantFrom('GOOD', 'UNCERTAIN', 'BAD'), sent: sender,
})).map(({ sent, ...rest }) => ({ ...rest, ...sent }))

const buckets: fc.Arbitrary<Buckets> = fc.record({ from: time, span: fc.integer({ min: 1, max: 90 * second }), width: fc.oneof(fc.integer({ min: 1, max: 200 }).map((tenths) => tenths * 100_001), fc.constant(7 * 86_400 * second)) })
  .map(({ from, span, width }) => ({ from, to: from + span, width }))

export const aggregates: readonly Aggregate[] = ['MEAN', 'SUM', 'MIN', 'MAX', 'COUNT', 'FIRST', 'LAST']
export const quantiles: readonly number[] = [0, 0.1, 0.5, 0.95, 1]

/** What is asked; every question goes to every series. */
export interface Questions {
  readonly before: number
  readonly until: number | undefined
  /** Which of the batches so far was the last that was known, counted from the first and over and over; undefined: all are. */
  readonly knownBatch: number | undefined
  readonly buckets: Buckets
  readonly pageSize: number
  readonly limit: number
  readonly groups: readonly (readonly SeriesKey[])[]
  readonly aggregate: Aggregate
  /** Of some series, by `seriesKeyText`. */
  readonly affine: ReadonlyMap<string, Affine>
  /** Some series, by `seriesKeyText`. */
  readonly alwaysKnown: ReadonlySet<string>
}

const numericSeries = knownSeries.filter(({ kind }) => kind !== 'text' && kind !== 'json')

const questions: fc.Arbitrary<Questions> = fc.record({
  before: time, until: fc.option(time, { nil: undefined }), knownBatch: fc.option(fc.nat(), { nil: undefined }), buckets, pageSize: fc.integer({ min: 1, max: 6 }), limit: fc.integer({ min: 1, max: 30 }),
  groups: fc.array(fc.array(fc.constantFrom(...numericSeries, unknownSeries), { maxLength: 6 }), { maxLength: 4 }),
  aggregate: fc.constantFrom(...aggregates), affine: fc.dictionary(fc.constantFrom(...numericSeries.map(seriesKeyText)), fc.record({ scale: fc.constantFrom(0, 1, -2, 0.5, 3), shift: fc.constantFrom(0, 7, -1.5) })).map((own) => new Map(Object.entries(own))),
  alwaysKnown: fc.subarray(numericSeries.map(seriesKeyText)).map((some) => new Set(some)),
})

export type Step =
  | { readonly kind: 'append'; readonly readings: readonly NewReading[] }
  | { readonly kind: 'forget'; readonly series: readonly SeriesKey[]; readonly before: number }
  | { readonly kind: 'forgetRuns'; readonly runs: readonly string[] }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'ask'; readonly questions: Questions }

export const steps: fc.Arbitrary<readonly Step[]> = fc.tuple(fc.array(fc.oneof(
  { weight: 12, arbitrary: fc.array(reading, { maxLength: 40 }).map((readings): Step => ({ kind: 'append', readings })) },
  { weight: 3, arbitrary: questions.map((asked): Step => ({ kind: 'ask', questions: asked })) },
  { weight: 1, arbitrary: fc.record({ series: fc.subarray([...knownSeries, unknownSeries]), before: time }).map((retention): Step => ({ kind: 'forget', ...retention })) },
  { weight: 1, arbitrary: fc.subarray(['r1', 'r2', 'r2:1', 'r', '']).map((runs): Step => ({ kind: 'forgetRuns', runs })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'reopen' }) },
), { minLength: 1, maxLength: 12, size: 'max' }), questions).map(([some, last]) => [...some, { kind: 'ask', questions: last }])
