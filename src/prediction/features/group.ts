import type { Microseconds } from '../../telemetry/reading.ts'
import { type FeatureSpec, widthOf } from '../feature.ts'
import { putTogether } from './across.ts'
import type { BoundFeature, BoundFeatures } from './bound-features.ts'
import { calendarPart } from './calendar.ts'
import { createMovingWindow, type MovingWindow, type WindowSpec } from './moving-window.ts'
import { openStream, type SeriesStream, type StreamAsk } from './series-stream.ts'
import { type Source, toSource } from './source.ts'

/** Twins whose rows are made side by side, and all that moves for it. */
export interface Group {
  readonly streams: readonly SeriesStream[]
  readonly sources: readonly Source[]
  readonly windows: readonly Placed[]
  /** The numbers of a twin's row; `read(window, instant)`: what a window had at an instant. */
  readonly columns: readonly (readonly Column[])[]
}

export interface Placed {
  readonly window: MovingWindow
  readonly source: Source
}

/** One number of a row, at an instant. */
export type Column = (at: Microseconds, read: (window: number) => number) => number

type Span = Readonly<Record<'first' | 'last', Microseconds>>

/** The parts of a window, the oldest first; the oldest is the shorter one where they do not come out even. */
export function windowsOf({ of, lag }: FeatureSpec): readonly WindowSpec[] {
  if (of.kind !== 'telemetry') return of.kind === 'property' ? [{ aggregate: 'LAST', lag, window: Infinity }] : [] // of twins that measure what others have as a property
  const { window = Infinity, aggregate, every, staleAfter = Infinity } = of
  if (window === Infinity) return [{ aggregate: 'LAST', lag, window: staleAfter + 1 }] // one that is as old as may be counts
  const longest = aggregate === 'LAST' ? Math.min(window, staleAfter + 1) : window
  if (every === undefined) return [{ aggregate, lag, window: longest }]
  return Array.from({ length: Math.ceil(window / every) }, (_, index, count = Math.ceil(window / every)) => {
    const age = (count - 1 - index) * every
    return { aggregate, lag: lag + age, window: Math.max(0, Math.min(every, longest - age)) }
  })
}

/** Equal windows over equal series move once, whichever twins look through them. */
export function openGroup(bound: BoundFeatures, twins: readonly number[], span: Span, { knowledge }: Pick<StreamAsk, 'knowledge'>): Group {
  const streams = new Map<number, SeriesStream>()
  const sources = new Map<string, Source>()
  const windows = new Map<string, Placed & { readonly index: number }>()
  const specs = bound.specs.map((spec) => ({ spec, windows: windowsOf(spec) }))

  const streamOf = (index: number, from: Microseconds): SeriesStream => {
    const known = streams.get(index)
    if (known) {
      known.loaded = Math.min(known.loaded, from - 1) // nothing is loaded yet
      return known
    }
    const series = bound.series[index]
    if (!series) throw new Error(`There is no series ${index} among those that the features are bound to.`)
    const opened = openStream(series, from, knowledge)
    streams.set(index, opened)
    return opened
  }
  const windowOf = (series: number, minus: number | undefined, spec: WindowSpec): number => {
    const [sourceKey, from] = [`${series} ${minus ?? ''}`, span.first - spec.lag - (spec.window === Infinity ? 0 : spec.window) + 1]
    const pair = [streamOf(series, from), minus === undefined ? undefined : streamOf(minus, from)] as const
    for (const stream of pair) if (stream) stream.reach = Math.max(stream.reach, spec.lag + spec.window)
    const source = sources.get(sourceKey) ?? toSource(...pair)
    sources.set(sourceKey, source)
    const key = `${sourceKey} ${spec.aggregate} ${spec.lag} ${spec.window}`
    const placed = windows.get(key) ?? { source, window: createMovingWindow(spec, source.columns, span), index: windows.size }
    windows.set(key, placed)
    return placed.index
  }
  const columnsOf = (feature: BoundFeature, { spec, windows: parts }: (typeof specs)[number]): readonly Column[] => {
    const [put, fill] = [putterOf(spec), spec.fill ?? NaN]
    const filled = (column: Column): Column => (at, read) => {
      const number = column(at, read)
      return Number.isFinite(number) ? number : fill
    }
    if (feature.kind === 'calendar') {
      const part = spec.of.kind === 'calendar' ? spec.of.part : 'HOUR_OF_DAY'
      return [filled((at) => calendarPart(part, at - spec.lag))]
    }
    if (feature.kind === 'property') return [filled((at) => put(feature.histories.map((history) => valueThen(history, at - spec.lag))))]
    return parts.map((part) => {
      const own = feature.series.map((series, place) => windowOf(series, spec.of.kind === 'telemetry' && spec.of.source === 'RESIDUAL' ? feature.minus[place] : undefined, part))
      return filled((_, read) => put(own.map(read)))
    })
  }
  const columns = twins.map((twin) => {
    const features = bound.twins[twin]?.features
    if (!features) throw new Error(`There is no twin ${twin} among those that the features are bound to.`)
    return specs.flatMap((each, place) => columnsOf(features[place] ?? noFeature(), each))
  })
  return { streams: [...streams.values()], sources: [...sources.values()], windows: [...windows.values()], columns }
}

const putterOf = ({ over, across }: FeatureSpec) => (numbers: readonly number[]): number => (over.length === 0 ? numbers[0] ?? NaN : putTogether(across, numbers))

/** The value that was set last. */
function valueThen(history: readonly { readonly since: Microseconds; readonly value: number | null }[], at: Microseconds): number {
  let [low, high] = [0, history.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((history[middle]?.since ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return history[low - 1]?.value ?? NaN
}

const noFeature = (): never => { throw new Error('A twin is bound to fewer features than there are.') }

export const widthOfAll = (specs: readonly FeatureSpec[]): number => specs.reduce((sum, spec) => sum + widthOf(spec), 0)
