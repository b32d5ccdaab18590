import { failure } from '../../errors.ts'
import { resultKey } from '../result-series.ts'
import type { OutputSeries, RunWindow, SeriesName } from '../engine.ts'
import type { Reading, SeriesKey } from '../../telemetry/reading.ts'
import type { TelemetryStore, TimeRange } from '../../telemetry/telemetry-store.ts'
import { pooledDeviation } from '../statistics/moments.ts'
import { compareSeries, type SeriesPair } from './compare-series.ts'
import type { CandidateComparison, SeriesDifference } from './comparison.ts'

/** What a run wrote, and the unit that its series had then; null: its model told none. */
export interface ComparedOutput extends OutputSeries {
  readonly unit?: string | null
}

/** A run and what it wrote. */
export interface RunSide {
  readonly id: string
  readonly window: RunWindow
  readonly outputs: readonly ComparedOutput[]
}

export interface SeriesPairs {
  readonly pairs: readonly { readonly series: SeriesName; readonly baseline: SeriesKey; readonly candidate: SeriesKey }[]
  readonly unpaired: CandidateComparison['unpairedSeries']
}

/** Of those that `wanted` lets through. Numbers of one unit are not compared with those of another: a model may have changed between the runs. */
export function pairSeries(baseline: RunSide, candidate: RunSide, wanted: (series: SeriesName) => boolean): SeriesPairs {
  const ofCandidate = new Map(candidate.outputs.filter(wanted).map((output) => [JSON.stringify([output.twin, output.name]), output]))
  const ofBaseline = baseline.outputs.filter(wanted)
  const pairs = ofBaseline.flatMap((output) => {
    const other = ofCandidate.get(JSON.stringify([output.twin, output.name]))
    return other && (other.unit ?? null) === (output.unit ?? null) ? [{ series: { twin: output.twin, name: output.name }, baseline: resultKey(output, baseline.id), candidate: resultKey(other, candidate.id) }] : []
  })
  return { pairs, unpaired: { baseline: ofBaseline.length - pairs.length, candidate: ofCandidate.size - pairs.length } }
}

/** Series read at once, and readings of each in a page. */
const [pairsAtOnce, pageSize] = [25, 2_000]

/** Reads both sides of every pair, some pairs and some readings at a time, and answers the pairs with those that differ most first. */
export async function comparePairs(store: Pick<TelemetryStore, 'readings'>, { pairs }: SeriesPairs, range: TimeRange, signal: AbortSignal): Promise<readonly SeriesDifference[]> {
  const compared: { readonly series: SeriesName; readonly pair: SeriesPair }[] = []
  for (let from = 0; from < pairs.length; from += pairsAtOnce) {
    const some = pairs.slice(from, from + pairsAtOnce)
    const accumulators = some.map(({ series }) => ({ series, pair: compareSeries() }))
    await readTogether(store, some.flatMap(({ baseline, candidate }) => [baseline, candidate]), range, signal, (pages) => {
      for (const [i, { pair }] of accumulators.entries()) pair.add(pages[2 * i] ?? [], pages[2 * i + 1] ?? [])
    })
    compared.push(...accumulators)
  }
  return ranked(compared)
}

/** Pages that all end at one time: series with fewer readings wait for those with more. */
async function readTogether(store: Pick<TelemetryStore, 'readings'>, keys: readonly SeriesKey[], range: TimeRange, signal: AbortSignal, take: (pages: readonly (readonly Reading[])[]) => void): Promise<void> {
  let after: number | undefined
  for (;;) {
    signal.throwIfAborted()
    const pages = await store.readings(keys, range, { first: pageSize, signal, ...(after !== undefined && { after }) })
    const full = pages.filter((page) => page.length >= pageSize)
    const end = Math.min(...full.map((page) => page.at(-1)?.at ?? Infinity))
    take(full.length === 0 ? pages : pages.map((page) => page.filter(({ at }) => at <= end)))
    if (full.length === 0) return
    if (after !== undefined && end <= after) throw failure('TELEMETRY_UNAVAILABLE', { message: 'Reading on through a series led back to where it was.' })
    after = end
  }
}

function ranked(compared: readonly { readonly series: SeriesName; readonly pair: SeriesPair }[]): readonly SeriesDifference[] {
  const byName = Map.groupBy(compared, ({ series }) => series.name)
  const spreads = new Map(Array.from(byName, ([name, same]) => [name, pooledDeviation(same.map(({ pair }) => pair.spread))]))
  return compared.map(({ series, pair }) => {
    const result = pair.result()
    return { ...series, ...result, relevance: relevanceOf(result.rmse ?? 0, spreads.get(series.name) ?? 0, result.baseline ?? 0) }
  }).toSorted((a, b) => b.relevance - a.relevance || compareText(a.twin, b.twin) || compareText(a.name, b.name))
}

/** Where a telemetry does not vary at all, the difference is measured by its size. */
const relevanceOf = (rmse: number, spread: number, mean: number): number => (rmse === 0 ? 0 : rmse / (spread || Math.abs(mean) || rmse))

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
