import { type NewReading, type Reading, type SeriesKey, type SeriesValue, seriesKeyText } from '../../src/telemetry/reading.ts'
import type { Aggregate, Buckets, Outcome, Received, Retention, RollupOptions, Sight, Summary, TimeRange } from '../../src/telemetry/telemetry-store.ts'

/** What a telemetry store promises, in the plainest way: everything in memory, nothing fast. */
export interface StoreModel {
  append(readings: readonly NewReading[], receivedAt: number): readonly Outcome[]
  latest(key: SeriesKey, sight?: Sight): Reading | undefined
  latestBefore(key: SeriesKey, before: number, sight?: Sight): Reading | undefined
  readings(key: SeriesKey, range: TimeRange, sight?: Sight): readonly Reading[]
  summaries(key: SeriesKey, buckets: Buckets, quantiles: readonly number[], sight?: Sight): readonly Summary[]
  rollup(group: readonly SeriesKey[], buckets: Buckets, aggregate: Aggregate, options?: RollupOptions): readonly ExpectedRollup[]
  /** By receipt; in a batch in no order. */
  received(after: number, withoutRuns?: boolean): readonly Received[]
  series(sight?: Sight): readonly { readonly key: SeriesKey; readonly latest: Reading }[]
  forget(retention: readonly Retention[]): number
  forgetRuns(runs: readonly string[]): number
}

export interface ExpectedRollup {
  readonly from: number
  readonly count: number
  /** Several where readings of several series lie at the first or last time. */
  readonly values: readonly number[]
  /** The sum of the magnitudes: what a rounding error is measured by. */
  readonly scale: number
}

interface ModelSeries {
  readonly key: SeriesKey
  /** All that was ever received for a time, in the order of receipt. */
  readonly byTime: Map<number, Reading[]>
}

export function createStoreModel(): StoreModel {
  const all = new Map<string, ModelSeries>()
  const seen = new Map<string, { readonly numbers: Set<number>; greatestAt: number }>()

  const isRedelivery = ({ series, origin, sequence, at }: NewReading): boolean => {
    if (sequence === null) return false
    const id = JSON.stringify([seriesKeyText(series), origin])
    const count = seen.get(id) ?? { numbers: new Set(), greatestAt: -Infinity }
    seen.set(id, count)
    if (count.numbers.has(sequence)) {
      if (at <= count.greatestAt) return true
      count.numbers.clear()
    }
    count.numbers.add(sequence)
    count.greatestAt = Math.max(count.greatestAt, at)
    return false
  }
  const inOrder = (key: SeriesKey, { until = Infinity, knownUntil = Infinity }: Sight = {}): readonly Reading[] => [...all.get(seriesKeyText(key))?.byTime.values() ?? []]
    .flatMap((versions) => versions.filter(({ at, receivedAt }) => at <= until && receivedAt <= knownUntil).slice(-1)).sort((left, right) => left.at - right.at)
  const within = (key: SeriesKey, { from, to }: TimeRange, sight?: Sight): readonly Reading[] => inOrder(key, sight).filter(({ at }) => at >= from && at < to)

  return {
    append: (readings, receivedAt) => readings.map((reading) => {
      if (isRedelivery(reading)) return 'duplicate'
      const { series: key, ...stored } = reading
      const series = all.get(seriesKeyText(key)) ?? { key, byTime: new Map<number, Reading[]>() }
      all.set(seriesKeyText(key), series)
      series.byTime.set(reading.at, [...series.byTime.get(reading.at) ?? [], { ...stored, receivedAt }])
      return 'stored'
    }),
    latest: (key, sight) => inOrder(key, sight).at(-1),
    latestBefore: (key, before, sight) => inOrder(key, sight).filter(({ at }) => at < before).at(-1),
    readings: within,
    summaries: (key, buckets, quantiles, sight) => [...inBuckets(within(key, buckets, sight), buckets)].map(([from, readings]) => summaryOf(key, from, readings, quantiles)),
    rollup(group, buckets, aggregate, { affine, alwaysKnown, ...sight } = {}) {
      const readings = [...new Map(group.map((key) => [seriesKeyText(key), key])).values()].flatMap((key) => {
        const { scale, shift } = affine?.get(seriesKeyText(key)) ?? { scale: 1, shift: 0 }
        return within(key, buckets, alwaysKnown?.has(seriesKeyText(key)) === true ? { until: sight.until } : sight).map((reading) => ({ ...reading, value: Number(reading.value) * scale + shift, size: Math.abs(Number(reading.value) * scale) + Math.abs(shift) }))
      }).sort((left, right) => left.at - right.at)
      return [...inBuckets(readings, buckets)].map(([from, inBucket]) => rollupOf(from, inBucket, aggregate))
    },
    received: (after, withoutRuns = false) => [...all.values()].filter(({ key }) => !withoutRuns || key.source === 'MEASURED').flatMap(({ key }) => inOrder(key).map((reading) => ({ ...reading, series: key })))
      .filter(({ receivedAt }) => receivedAt > after).sort((left, right) => left.receivedAt - right.receivedAt),
    series: (sight) => [...all.values()].flatMap(({ key }) => inOrder(key, sight).slice(-1).map((latest) => ({ key, latest }))),
    forget(retention) {
      let forgotten = 0
      for (const { series, before } of retention) {
        for (const key of series) for (const { at } of within(key, { from: -Infinity, to: before })) forgotten += Number(all.get(seriesKeyText(key))?.byTime.delete(at))
      }
      return forgotten
    },
    forgetRuns(runs) {
      const gone = [...all].filter(([, { key: { run } }]) => run !== null && runs.some((own) => own !== '' && (run === own || /^:[^:]*$/.test(run.slice(own.length)) && run.startsWith(own))))
      for (const [text] of gone) {
        all.delete(text)
        for (const id of seen.keys()) if ((JSON.parse(id) as readonly string[])[0] === text) seen.delete(id)
      }
      return gone.reduce((sum, [, { byTime }]) => sum + byTime.size, 0)
    },
  }
}

function inBuckets<T extends Reading>(readings: readonly T[], { from, width }: Buckets): Map<number, T[]> {
  return Map.groupBy(readings, ({ at }) => from + Math.floor((at - from) / width) * width)
}

function summaryOf({ kind }: SeriesKey, from: number, readings: readonly Reading[], quantiles: readonly number[]): Summary {
  const values = readings.map(({ value }) => value)
  const ends = { from, count: values.length, received: Math.max(...readings.map(({ receivedAt }) => receivedAt)), first: values[0] as SeriesValue, last: values.at(-1) as SeriesValue }
  if (kind === 'text' || kind === 'json') return { ...ends, min: null, max: null, sum: null, mean: null, stddev: null, quantiles: quantiles.map(() => null) }
  const numbers = values.map(Number)
  const mean = exactMean(values)
  const spread = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0)
  return {
    ...ends, ...extremes(kind, values), mean,
    stddev: numbers.length < 2 ? null : Math.sqrt(spread / (numbers.length - 1)),
    quantiles: quantiles.map((share) => quantileOf(numbers, share)),
  }
}

function extremes(kind: SeriesKey['kind'], values: readonly SeriesValue[]): Pick<Summary, 'min' | 'max' | 'sum'> {
  if (kind === 'boolean') return { min: null, max: null, sum: null }
  const sorted = (values as readonly (number | bigint)[]).toSorted((left, right) => (left < right ? -1 : left > right ? 1 : 0))
  const sum = kind === 'integer' ? values.reduce<bigint>((total, value) => total + BigInt(value), 0n) : values.reduce<number>((total, value) => total + Number(value), 0)
  return { min: sorted[0] ?? null, max: sorted.at(-1) ?? null, sum }
}

const exactMean = (values: readonly SeriesValue[]): number => (values.every((value) => typeof value === 'bigint')
  ? Number(values.reduce((sum, value) => sum + value, 0n)) / values.length
  : values.reduce<number>((sum, value) => sum + Number(value), 0) / values.length)

/** Type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996: linear between the two nearest, the least being at 0 and the greatest at 1. */
function quantileOf(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((left, right) => left - right)
  const place = share * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number]
  return below + (above - below) * (place - Math.floor(place))
}

/** `size`: the magnitude of what the value was made of. */
function rollupOf(from: number, readings: readonly (Reading & { readonly size: number })[], aggregate: Aggregate): ExpectedRollup {
  const numbers = readings.map(({ value }) => Number(value))
  const atTime = (time: number | undefined): readonly number[] => readings.filter(({ at }) => at === time).map(({ value }) => Number(value))
  const sum = numbers.reduce((total, number) => total + number, 0)
  const values = {
    MEAN: [sum / numbers.length], SUM: [sum], MIN: [Math.min(...numbers)], MAX: [Math.max(...numbers)], COUNT: [numbers.length],
    FIRST: atTime(readings[0]?.at), LAST: atTime(readings.at(-1)?.at),
  }[aggregate]
  return { from, count: numbers.length, values, scale: readings.reduce((total, { size }) => total + size, 0) }
}
