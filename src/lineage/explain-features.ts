import type { BoundFeature, BoundFeatures } from '../prediction/features/bound-features.ts'
import { readRows } from '../prediction/features/read-rows.ts'
import { type FeatureSpec, widthOf } from '../prediction/feature.ts'
import type { RunInputs } from '../run/run-inputs.ts'
import type { Run } from '../run/run.ts'
import { formatDuration } from '../telemetry/duration.ts'
import { formatInstant } from '../telemetry/instant.ts'
import type { Microseconds, Reading, SeriesKey } from '../telemetry/reading.ts'
import { explainManySeries, type ReadSeries } from './explain-many-series.ts'
import { type AskedRow, findRow } from './find-row.ts'
import type { Ground } from './ground.ts'
import type { LineageVantage } from './lineage-ports.ts'
import { type Cause, type FeatureNode, type Found, nodeId } from './lineage-node.ts'

/** What a predictor was told for a result: the features of its very twin and instant, each from what it was read of. */
export async function explainFeatures(ground: Ground, run: Run, { task, outputs }: RunInputs, { key, reading }: { readonly key: SeriesKey; readonly reading: Reading }): Promise<readonly Cause[]> {
  if (task.kind !== 'infer') return []
  const row = await findRow(ground, run, { task, outputs }, { key, reading })
  if (!row) return []
  const values = await readValues(ground, row)
  let start = 0
  return task.features.specs.map((spec, index): Cause => ({ role: 'COMPUTED_WITH', of: explainFeature(ground, row, { spec, index, values: values?.slice(start, start += widthOf(spec)) }) }))
}

/** The row's numbers, read as they were for the run; undefined where a store cannot tell any more what was known then. */
async function readValues({ telemetry, signal }: Ground, { task: { features, knowledge, instants }, twin, at, from }: AskedRow): Promise<readonly (number | null)[] | undefined> {
  const how = instants.kind === 'stream' ? 'MEASURED' : knowledge
  for await (const { values } of readRows(features, { instants: [at], twins: [twin], reads: telemetry.from(from), knowledge: how, signal })) return Array.from(values, (value) => (Number.isFinite(value) ? value : null))
  return undefined
}

interface ShownFeature {
  readonly spec: FeatureSpec
  readonly index: number
  readonly values: readonly (number | null)[] | undefined
}

function explainFeature(ground: Ground, row: AskedRow, { spec, index, values }: ShownFeature): Found<FeatureNode> {
  const { task: { features }, twin: place, at, run } = row
  const bound = features.twins[place]?.features[index]
  const twin = features.twins[place]?.twin ?? ''
  const node: FeatureNode = { kind: 'LineageFeature', id: nodeId('feature', run.id, twin, at, spec.name), twin, feature: spec.name, at: formatInstant(at), values: values ?? null, unit: spec.unit ?? null, says: inWords(spec, bound) }
  return { node, causes: bound && bound.kind !== 'calendar' ? () => causesOf(ground, row, spec, bound) : undefined }
}

async function causesOf(ground: Ground, row: AskedRow, spec: FeatureSpec, bound: Exclude<BoundFeature, { readonly kind: 'calendar' }>): Promise<readonly Cause[]> {
  if (bound.kind === 'property') return await causesOfProperty(ground, row, spec)
  const { task: { features }, run, from } = row
  const all = [...bound.series, ...bound.minus].flatMap((index) => (features.series[index] ? [features.series[index].key] : []))
  const asked = all.map((key): ReadSeries => ({ key, window: windowOf(spec, row.at), from: knownThen(row, key, from), isLastOnly: spec.of.kind === 'telemetry' && spec.of.window === undefined }))
  return (await explainManySeries(ground, nodeId('inputs', run.id, 'SERIES', spec.name, row.at, features.twins[row.twin]?.twin ?? ''), asked)).map((of) => ({ role: 'READ', of }))
}

/** `(at - lag - window, at - lag]`; without a window, all that was until then. */
function windowOf({ of, lag }: FeatureSpec, at: Microseconds): ReadSeries['window'] {
  const to = at - lag + 1
  return { from: of.kind === 'telemetry' && of.window !== undefined ? to - of.window : undefined, to }
}

/** What was received after the instant was not known then; what runs say is received when they are done. */
function knownThen({ task: { knowledge, instants }, at }: AskedRow, { run }: SeriesKey, from: LineageVantage): LineageVantage {
  if (run !== null) return { ...from, knownUntil: undefined }
  return knowledge === 'MEASURED' || instants.kind === 'stream' ? from : { ...from, knownUntil: Math.min(from.knownUntil ?? Infinity, at) }
}

/** Of twins that a path reaches only the values are kept, and not which twins they are of. */
async function causesOfProperty(ground: Ground, { task: { features }, twin: place, at, from }: AskedRow, { of, twin, over, lag }: FeatureSpec): Promise<readonly Cause[]> {
  if (of.kind === 'calendar' || over.length > 0) return []
  const then: LineageVantage = { ...from, at: Math.min(from.at ?? Infinity, Math.floor((at - lag) / 1_000)) }
  const found = await ground.explain.property(ground, { twin: twin ?? features.twins[place]?.twin ?? '', property: of.name }, then)
  return found ? [{ role: 'READ', of: found }] : []
}

/** Such as `mean of flow over PT1H`. */
function inWords({ of, lag, over, across, twin }: FeatureSpec, bound: BoundFeature | undefined): string {
  const path = over.length === 0 ? '' : `, ${across.toLowerCase()} over ${over.map(({ name, direction }) => (direction === 'IN' ? `${name} backwards` : name)).join(', ')}`
  return `${bound?.kind === 'property' && of.kind === 'telemetry' ? `the property ${of.name}` : whatOf(of)}${twin === undefined ? '' : ` of ${twin}`}${path}${lag > 0 ? `, ${formatDuration(lag)} earlier` : ''}`
}

function whatOf(of: FeatureSpec['of']): string {
  switch (of.kind) {
    case 'calendar': return of.part.toLowerCase().replaceAll('_', ' ')
    case 'property': return `the property ${of.name}`
    case 'telemetry': {
      const what = of.source === 'MEASURED' ? of.name : of.source === 'RESIDUAL' ? `what was measured of ${of.name} beside what was simulated` : `${of.name} as ${of.source.toLowerCase()}`
      return of.window === undefined ? `the last of ${what}` : `${of.aggregate.toLowerCase()} of ${what} in ${formatDuration(of.window)}${of.every === undefined ? '' : `, every ${formatDuration(of.every)}`}`
    }
  }
}

/** Every series that a run's features read, over all of its instants. */
export function seriesOfFeatures({ features: { specs, series } }: { readonly features: BoundFeatures }, { from, horizon }: RunInputs['window'], looked: LineageVantage): readonly ReadSeries[] {
  const reaches = specs.flatMap(({ of, lag }) => (of.kind === 'telemetry' ? [lag + (of.window ?? 0)] : []))
  const window = { from: from - Math.max(0, ...reaches), to: from + horizon + 1 }
  return series.map(({ key }) => ({ key, window, from: looked, isLastOnly: false }))
}
