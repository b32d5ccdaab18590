import type { FeatureAggregate, FeatureSpec, Knowledge } from '../../../src/prediction/feature.ts'
import type { BoundFeature, BoundFeatures } from '../../../src/prediction/features/bound-features.ts'
import type { Reading } from '../../../src/telemetry/reading.ts'

/** What `FeatureSpec` says, word for word and nothing fast: every number looks at all readings of its series. */
export function referenceRow(bound: BoundFeatures, twin: number, instant: number, readings: readonly (readonly Reading[])[], knowledge: Knowledge): readonly number[] {
  return bound.specs.flatMap((spec, index) => numbersOf(spec, bound.twins[twin]?.features[index] as BoundFeature, { bound, instant, readings, knowledge }))
}

interface Place {
  readonly bound: BoundFeatures
  readonly instant: number
  readonly readings: readonly (readonly Reading[])[]
  readonly knowledge: Knowledge
}

interface Point {
  readonly at: number
  readonly value: number
  readonly receivedAt: number
}

function numbersOf(spec: FeatureSpec, feature: BoundFeature, place: Place): readonly number[] {
  const { of, lag, fill, over, across } = spec
  const end = place.instant - lag
  const together = (all: readonly number[]): number => {
    const some = all.filter((number) => !Number.isNaN(number))
    const number = over.length === 0 ? all[0] ?? NaN : across === 'COUNT' ? some.length : some.length === 0 ? NaN : aggregate(across, some.map((value, at) => ({ at, value, receivedAt: 0 })))
    return Number.isFinite(number) ? number : fill ?? NaN
  }
  if (of.kind === 'calendar') {
    const date = new Date(Math.floor(end / 1_000))
    const hours = date.getUTCHours() + date.getUTCMinutes() / 60 + (date.getUTCSeconds() * 1e6 + ((end % 1e6) + 1e6) % 1e6) / 3.6e9
    return [of.part === 'HOUR_OF_DAY' ? hours : of.part === 'DAY_OF_WEEK' ? (date.getUTCDay() + 6) % 7 + hours / 24 : 1 + (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear())) / 86_400_000 + hours / 24]
  }
  if (feature.kind === 'property') return [together(feature.histories.map((history) => history.filter(({ since }) => since <= end).at(-1)?.value ?? NaN))]
  if (feature.kind === 'calendar') throw new Error('A feature is bound to something else than it says.')
  if (of.kind !== 'telemetry') throw new Error('A feature is bound to something else than it says.')
  const { window, every, staleAfter = Infinity } = of
  const points = feature.series.map((series, index) => visible(series, of.source === 'RESIDUAL' ? feature.minus[index] : undefined, place).filter(({ at }) => at <= end))
  if (window === undefined) return [together(points.map((some) => some.filter(({ at }) => end - at <= staleAfter).at(-1)?.value ?? NaN))]
  const parts = every === undefined ? 1 : Math.ceil(window / every)
  return Array.from({ length: parts }, (_, part) => {
    const to = end - (every === undefined ? 0 : (parts - 1 - part) * every)
    const from = Math.max(end - window, to - (every ?? window))
    return together(points.map((some) => aggregate(of.aggregate, some.filter(({ at }) => at > from && at <= to && (of.aggregate !== 'LAST' || end - at <= staleAfter)))))
  })
}

/** Known at the instant, in the feature's unit, in order of time. */
function visible(series: number, minus: number | undefined, { bound, readings, instant, knowledge }: Place): readonly Point[] {
  const own = toPoints(series, bound, readings)
  const others = minus === undefined ? undefined : toPoints(minus, bound, readings)
  const points = own.flatMap((point) => {
    if (!others) return [point]
    const beside = others.find(({ at }) => at === point.at)
    return beside ? [{ at: point.at, value: point.value - beside.value, receivedAt: Math.max(point.receivedAt, beside.receivedAt) }] : []
  })
  return points.filter(({ receivedAt }) => knowledge === 'MEASURED' || receivedAt <= instant)
}

function toPoints(series: number, { series: all }: BoundFeatures, readings: readonly (readonly Reading[])[]): readonly Point[] {
  const { key, affine = { scale: 1, shift: 0 }, encode } = all[series] as BoundFeatures['series'][number]
  return (readings[series] ?? []).filter(({ quality }) => quality !== 'BAD').flatMap(({ at, value, receivedAt }) => {
    const number = encode ? encode[String(value)] : typeof value === 'string' ? undefined : Number(value)
    return number === undefined ? [] : [{ at, value: number * affine.scale + affine.shift, receivedAt: key.run === null ? receivedAt : -Infinity }] // what a run says is known whenever it was stored
  })
}

export function aggregate(how: FeatureAggregate | FeatureSpec['across'], points: readonly Point[]): number {
  const values = points.map(({ value }) => value)
  const [n, sum] = [values.length, values.reduce((total, value) => total + value, 0)]
  if (how === 'COUNT') return n
  if (n === 0) return NaN
  const [first, last] = [values[0] as number, values.at(-1) as number]
  const mean = sum / n
  if (how === 'LAST') return last
  if (how === 'DELTA') return last - first
  if (how === 'MIN') return Math.min(...values)
  if (how === 'MAX') return Math.max(...values)
  if (how === 'SUM') return sum
  if (how === 'MEAN') return mean
  if (n < 2) return NaN
  if (how === 'STDDEV') return Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / (n - 1))
  const middle = points.reduce((total, { at }) => total + (at - (points[0] as Point).at), 0) / n + (points[0] as Point).at
  const [rise, run] = points.reduce<readonly [number, number]>(([up, along], { at, value }) => [up + (at - middle) * (value - mean), along + (at - middle) ** 2], [0, 0])
  return (rise / run) * 1e6
}
