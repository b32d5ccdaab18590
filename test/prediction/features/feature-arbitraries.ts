import fc from 'fast-check'
import type { FeatureAggregate, FeatureSpec } from '../../../src/prediction/feature.ts'
import type { BoundFeature, BoundFeatures } from '../../../src/prediction/features/bound-features.ts'
import type { NewReading, SeriesKey } from '../../../src/telemetry/reading.ts'

export const millisecond = 1_000

const keyOf = (twin: string, name: string, kind: SeriesKey['kind'], run: string | null = null): SeriesKey => ({ twin, name, kind, source: run === null ? 'MEASURED' : 'SIMULATED', run })

/** Measured and simulated series of three twins, and one of texts. */
export const keys: readonly SeriesKey[] = [
  ...['a', 'b', 'c'].flatMap((twin) => [keyOf(twin, 'flow', 'float'), keyOf(twin, 'flow', 'float', 'run-1')]), keyOf('a', 'state', 'text'), keyOf('a', 'starts', 'integer'),
]
const states = ['off', 'on', 'broken']

/** Eighths add up without rounding, whichever way. */
const eighths = fc.integer({ min: -8_000, max: 8_000 }).map((number) => number / 8)
const floats = fc.double({ min: -1e9, max: 1e9, noNaN: true })

/** Times lie around `start`, as receipts do; on a grid of half milliseconds, so that several meet. */
export const readingsAround = (start: number, exact: boolean): fc.Arbitrary<readonly NewReading[]> => fc.array(fc.record({
  series: fc.constantFrom(...keys), at: fc.integer({ min: -200, max: 300 }).map((halves) => start + halves * millisecond / 2),
  number: exact ? eighths : floats, quality: fc.constantFrom('GOOD', 'GOOD', 'GOOD', 'UNCERTAIN', 'BAD'),
}).map(({ series, at, number, quality }): NewReading => ({
  series, at, quality, origin: null, sequence: null,
  value: series.kind === 'text' ? states[Math.abs(Math.trunc(number)) % states.length] ?? '' : series.kind === 'integer' ? BigInt(Math.trunc(number)) : number,
})), { minLength: 1, maxLength: 40 })

const aggregates: readonly FeatureAggregate[] = ['LAST', 'MEAN', 'MIN', 'MAX', 'SUM', 'STDDEV', 'COUNT', 'DELTA', 'SLOPE']
const span = fc.integer({ min: 1, max: 200 }).map((halves) => halves * millisecond / 2)

const telemetry: fc.Arbitrary<FeatureSpec['of']> = fc.record({
  kind: fc.constant('telemetry' as const), name: fc.constant('flow'), source: fc.constantFrom('MEASURED', 'RESIDUAL'),
  window: fc.option(span, { nil: undefined }), aggregate: fc.constantFrom(...aggregates),
  every: fc.option(span, { nil: undefined }), staleAfter: fc.option(span, { nil: undefined }),
})
const sources: fc.Arbitrary<FeatureSpec['of']> = fc.oneof(
  { weight: 6, arbitrary: telemetry },
  { weight: 1, arbitrary: fc.constant({ kind: 'property' as const, name: 'size' }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('calendar' as const), part: fc.constantFrom('HOUR_OF_DAY', 'DAY_OF_WEEK', 'DAY_OF_YEAR') }) },
)

export const spec: fc.Arbitrary<FeatureSpec> = fc.record({
  name: fc.constant('feature'), of: sources, twin: fc.constant(undefined), over: fc.constantFrom([], [{ name: 'feeds', direction: 'OUT' as const }]),
  across: fc.constantFrom('MEAN', 'SUM', 'MIN', 'MAX', 'COUNT'), lag: fc.oneof(fc.constant(0), span), unit: fc.constant(undefined), encode: fc.constant(undefined),
  fill: fc.option(fc.constant(-1), { nil: undefined }),
})

/** Series indexes: measured ones are even, what is simulated of them follows. Of a path there may be several, or none. */
const bindingOf = ({ of, over }: FeatureSpec, start: number): fc.Arbitrary<BoundFeature> => {
  const count = over.length === 0 ? { minLength: 1, maxLength: 1 } : { minLength: 0, maxLength: 3 }
  if (of.kind === 'calendar') return fc.constant({ kind: 'calendar' })
  if (of.kind === 'property') return fc.array(history(start), count).map((histories) => ({ kind: 'property', histories }))
  const pairs = fc.subarray([0, 2, 4], count)
  if (of.source === 'RESIDUAL') return pairs.map((series) => ({ kind: 'telemetry', series, minus: series.map((each) => each + 1) }))
  return (over.length === 0 ? fc.constantFrom([0], [2], [4], [6], [7]) : pairs).map((series) => ({ kind: 'telemetry', series, minus: [] }))
}

const history = (start: number) => fc.uniqueArray(fc.record({ since: fc.integer({ min: -100, max: 150 }).map((ms) => start + ms * millisecond), value: fc.option(eighths) }), { selector: ({ since }) => since, maxLength: 4 })
  .map((all) => all.toSorted((left, right) => left.since - right.since))

export const boundAround = (start: number): fc.Arbitrary<BoundFeatures> => fc.array(spec, { minLength: 1, maxLength: 5 }).chain((specs) => fc.array(fc.tuple(...specs.map((each) => bindingOf(each, start))), { minLength: 1, maxLength: 3 })
  .map((twins) => ({
    specs: specs.map((each, index) => ({ ...each, name: `f${index}` })), twins: twins.map((features, index) => ({ twin: `t${index}`, features })),
    series: keys.map((key, index) => ({ key, affine: index === 2 ? { scale: 2, shift: -4 } : undefined, encode: key.kind === 'text' ? { off: 0, on: 1 } : undefined })),
  })))

export const instantsAround = (start: number): fc.Arbitrary<readonly number[]> => fc.array(fc.integer({ min: -120, max: 500 }).map((halves) => start + halves * millisecond / 2), { minLength: 1, maxLength: 30 }).map((all) => all.toSorted((left, right) => left - right))
