import { runOfOrigin } from '../prediction/prediction-series.ts'
import { formatInstant } from '../telemetry/instant.ts'
import type { Microseconds, Reading, SeriesKey } from '../telemetry/reading.ts'
import { seriesKeyText } from '../telemetry/reading.ts'
import type { SeenReading } from '../telemetry/series-reads.ts'
import { explainDrift } from './explain-drift.ts'
import { explainChange } from './explain-override.ts'
import { explainOrigin } from './explain-origin.ts'
import { explainResult } from './explain-result.ts'
import type { Ground } from './ground.ts'
import type { LineageVantage } from './lineage-ports.ts'
import { type Cause, type Found, nodeId, type ReadingNode, type ReplacedReading, type SeriesNode } from './lineage-node.ts'

/** A series, and from where it is looked at. */
export interface SeenSeries {
  readonly key: SeriesKey
  readonly unit: string | null
  readonly from: LineageVantage
}

/** `[from, to)`; undefined: since it began. */
export interface SeriesWindow {
  readonly from: Microseconds | undefined
  readonly to: Microseconds
}

/** How far back readings that were replaced are told. */
const mostReplaced = 10

/** One reading, from whoever sent it, the run that says it, or what a scenario makes of another. */
export async function explainReading(ground: Ground, series: SeenSeries, reading: SeenReading): Promise<Found<ReadingNode>> {
  const { key, unit, from } = series
  const { at, value, quality, receivedAt, origin, sequence, source = key.source } = reading
  const replaced = key.run === null && source === key.source ? await readReplaced(ground, series, reading) : { replaced: [], hasMore: false }
  const node: ReadingNode = {
    kind: 'LineageReading', id: nodeId('reading', seriesKeyText(key), at, source === key.source ? null : from.scenario ?? null, receivedAt), twin: key.twin, series: key.name, at: formatInstant(at),
    value: shownValue(key, value), unit, quality, source, receivedAt: formatInstant(receivedAt), origin, sequence, run: runOf(key, origin) ?? null, replaced: replaced.replaced, hasMoreReplaced: replaced.hasMore,
  }
  return { node, causes: () => causesOf(ground, series, reading) }
}

/** What devices call themselves is no run, whatever it looks like. */
const runOf = ({ run, source }: SeriesKey, origin: string | null): string | undefined => run ?? (source === 'PREDICTED' ? runOfOrigin(origin) : undefined)

async function causesOf(ground: Ground, series: SeenSeries, reading: SeenReading): Promise<readonly Cause[]> {
  const { key } = series
  const run = runOf(key, reading.origin)
  if (run !== undefined) return await explainResult(ground, series, reading, run)
  if (key.source === 'DERIVED') return await explainDrift(ground, key)
  const changed = await explainChange(ground, series, reading)
  if (changed) return changed
  return reading.origin === null ? [] : [{ role: 'SENT_BY', of: explainOrigin(ground, reading.origin) }]
}

/** Earlier readings of the same instant: each is what was known a moment before the next was received. */
async function readReplaced({ telemetry, signal }: Ground, { key, from }: SeenSeries, { at, receivedAt }: Reading): Promise<{ readonly replaced: readonly ReplacedReading[]; readonly hasMore: boolean }> {
  const replaced: ReplacedReading[] = []
  for (let knownUntil = receivedAt - 1; ;) {
    const [[found] = []] = await telemetry.from({ ...from, chain: [], knownUntil }).readings([key], { from: at, to: at + 1 }, { first: 1, signal })
    if (!found || replaced.length === mostReplaced) return { replaced, hasMore: found !== undefined }
    const { value, quality, origin, sequence } = found
    replaced.push({ value: shownValue(key, value), quality, receivedAt: formatInstant(found.receivedAt), origin, sequence })
    knownUntil = found.receivedAt - 1
  }
}

/** Readings of a series over a time, and the last of them. */
export async function explainSeries(ground: Ground, series: SeenSeries, { from: begin, to }: SeriesWindow): Promise<Found<SeriesNode>> {
  const { key, unit, from } = series
  const reads = ground.telemetry.from(from)
  const options = { signal: ground.signal }
  const begun = begin ?? (await reads.firstAt([key], options))[0]
  const isEmpty = begun === undefined || begun >= to
  const [[summary] = [], [first], [last]] = isEmpty ? [[], [], []] : await Promise.all([
    reads.summaries([key], { from: begun, to, width: to - begun }, options).then(([found]) => found), reads.readings([key], { from: begun, to }, { first: 1, ...options }).then(([found]) => found ?? []), reads.latestBefore([key], to, options),
  ])
  const isLastThere = last !== undefined && !isEmpty && last.at >= begun
  const node: SeriesNode = {
    kind: 'LineageSeries', id: nodeId('series', seriesKeyText(key), begin ?? null, to, from.scenario ?? null, from.knownUntil ?? null), twin: key.twin, series: key.name, unit, source: key.source, run: key.run,
    from: begin === undefined ? null : formatInstant(begin), to: formatInstant(to), count: summary?.count ?? 0, firstAt: first ? formatInstant(first.at) : null, lastAt: isLastThere ? formatInstant(last.at) : null,
  }
  return { node, causes: isLastThere ? async () => [{ role: 'LAST', of: await explainReading(ground, series, last) }] : undefined }
}

export const shownValue = ({ kind }: Pick<SeriesKey, 'kind'>, value: Reading['value']): unknown => (kind === 'json' ? JSON.parse(String(value)) as unknown : value)
