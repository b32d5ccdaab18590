import { formatDuration } from '../telemetry/duration.ts'
import { formatInstant } from '../telemetry/instant.ts'
import { type FeatureSpec, widthOf } from './feature.ts'
import type { ModelCard } from './model-card.ts'

/** A card's parts as the API shows them. */
export const showFeature = (spec: FeatureSpec): object => {
  const { name, of, twin, over, across, lag, unit, encode, fill } = spec
  return {
    name, twin, over, lag: formatDuration(lag), unit, encode, fill, width: widthOf(spec), across: over.length > 0 ? across : null,
    ...of.kind === 'calendar' ? { calendar: of.part } : { from: of.name },
    ...of.kind === 'telemetry' && {
      source: of.source, aggregate: of.window === undefined ? null : of.aggregate,
      window: durationOrNull(of.window), every: durationOrNull(of.every), staleAfter: durationOrNull(of.staleAfter),
    },
  }
}

const durationOrNull = (length: number | undefined): string | null => (length === undefined ? null : formatDuration(length))

export const showOutput = ({ horizon, ...output }: ModelCard['outputs'][number]): object => ({ ...output, horizon: formatDuration(horizon) })

export const showTraining = ({ training }: ModelCard): object | null => (training ? { ...training, from: formatInstant(training.from), to: formatInstant(training.to) } : null)

export const showReference = ({ reference }: ModelCard): readonly object[] => Object.entries(reference).map(([feature, sample]) => ({ feature, sample }))
