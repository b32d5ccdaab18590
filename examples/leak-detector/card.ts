import { createHash } from 'node:crypto'
import { type FeatureInput, features } from './features.ts'
import type { Rows } from './fit.ts'
import { featureInputs } from './town.ts'
import type { Scada } from './scada.ts'

/** As `registerPredictor` takes it. `metrics`: on training set 2. */
export function toCard({ clean, rows, metrics }: { readonly clean: Scada; readonly rows: Rows; readonly metrics: Readonly<Record<string, number>> }): object {
  return {
    description: 'How far an hour of C-Town is from what its hydraulics, its mass balances and its control rules allow: 1 is the worst hour of a clean year. Contributions: the checks, each with the instrument it is about; the score is the greatest of them. Made for the BATADAL benchmark.',
    licence: 'MIT', model: 'dtmi:com:ctown:WaterSite;1', features: featureInputs,
    inputs: [{ tensor: 'features', type: 'FP64', features: features.map(({ name }) => name) }],
    outputs: [{ name: 'score', tensor: 'score', role: 'VALUE' }, { name: 'contributions', tensor: 'contributions', role: 'CONTRIBUTIONS', of: 'score' }],
    training: { from: instant(clean.hours[1]), to: instant(clean.hours.at(-1)), rows: rows.length, dataSha256: hashOf(rows), code: 'examples/leak-detector' },
    metrics, reference: references(rows),
  }
}

/** Of the rows that it was made of, as little-endian doubles. */
function hashOf(rows: Rows): string {
  const hash = createHash('sha256')
  for (const row of rows) hash.update(Buffer.from(Float64Array.from(row).buffer))
  return hash.digest('hex')
}

/** Every residual's distribution in the clean year, by 200 of its quantiles: what drift is measured against. */
function references(rows: Rows): readonly { readonly feature: string; readonly sample: readonly number[] }[] {
  const isResidual = ({ source, hours }: FeatureInput): boolean => source === 'RESIDUAL' && hours === undefined
  return features.flatMap((feature, column) => {
    if (!isResidual(feature)) return []
    const sorted = rows.map((row) => row[column] ?? NaN).sort((a, b) => a - b)
    return [{ feature: feature.name, sample: Array.from({ length: 200 }, (_, index) => sorted[Math.floor(index / 200 * sorted.length)] ?? NaN) }]
  })
}

const instant = (hour: number | undefined): string => new Date(hour ?? NaN).toISOString()
