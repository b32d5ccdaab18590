import type { ItemProblem } from '../../problem.ts'
import type { NetworkFacts } from '../../run/network-facts.ts'
import type { RunOutput } from '../../run/run-inputs.ts'
import { type Affine, affineOf } from '../../simulation/affine.ts'
import { nearest } from '../../util/nearest.ts'
import { widthOf } from '../feature.ts'
import type { BoundFeatures, BoundTwin } from '../features/bound-features.ts'
import type { ModelCard, OutputSpec } from '../model-card.ts'
import { boundName, contributionName, ownSeriesName } from '../prediction-series.ts'
import type { ResultColumn, ResultSource } from './inference-task.ts'

export interface ResultPlan {
  readonly outputs: readonly RunOutput[]
  readonly results: readonly (readonly ResultColumn[])[]
  readonly problems: readonly ItemProblem[]
}

interface Predicted {
  readonly twin: string
  readonly card: ModelCard
  readonly predictor: string
  readonly facts: Pick<NetworkFacts, 'contentOf' | 'labelOf'>
}

/** Which series the outputs of a card become, of each twin. A telemetry that the twin does not have, or has in a unit of another quantity, is a problem. */
export function planResults({ features, card, predictor, facts }: Omit<Predicted, 'twin'> & { readonly features: BoundFeatures }): ResultPlan {
  const [outputs, problems]: [RunOutput[], ItemProblem[]] = [[], []]
  const contributions = card.outputs.flatMap((output, index) => (output.role === 'CONTRIBUTIONS' ? [planContributions(features, card, { output, index }, predictor)] : []))
  const results = features.twins.map(({ twin }, place) => {
    const columns: ResultColumn[] = []
    const add = (output: RunOutput, column: Omit<ResultColumn, 'output'>): void => {
      columns.push({ output: outputs.length, ...column })
      outputs.push(output)
    }
    for (const [index, output] of card.outputs.entries()) {
      if (output.role !== 'VALUE') continue
      const series = toSeries(output, { twin, card, predictor, facts }, problems)
      if (!series) continue
      add(series, { of: index, part: 'value', from: { kind: 'value', output: index, plus: 0 }, horizon: output.horizon })
      for (const bound of ['lower', 'upper'] as const) {
        const from = boundOf(card, index, bound)
        if (from) add({ ...series, kind: 'float', name: boundName(series.name, bound) }, { of: index, part: bound, from, horizon: output.horizon })
      }
    }
    for (const contribution of contributions) {
      for (const { twin: whose, name, numbers } of contribution.at(place)) {
        add({ twin: whose, name: contributionName(name, contribution.series), kind: 'float', unit: null, semanticType: null }, { of: contribution.of, part: 'contribution', from: { kind: 'contribution', output: contribution.output, numbers }, horizon: contribution.horizon })
      }
    }
    return columns
  })
  return { outputs, results, problems }
}

/** A series of the twin: the telemetry it predicts, or one of its own. */
function toSeries(output: OutputSpec, { twin, card, predictor, facts }: Predicted, problems: ItemProblem[]): RunOutput | undefined {
  const own = { twin, name: seriesNameOf(output, predictor), kind: 'float', unit: output.unit ?? null, semanticType: null } as const
  if (output.telemetry === undefined) return own
  const wrong = (code: ItemProblem['code'], message: string): undefined => { problems.push({ code, twin, property: output.telemetry ?? '', message }) }
  const content = facts.contentOf(twin, output.telemetry)
  if (content?.content !== 'Telemetry') {
    const near = nearest(output.telemetry, card.features.flatMap(({ of }) => (of.kind === 'telemetry' ? [of.name] : [])))
    return wrong('UNKNOWN_TELEMETRY', `The output ${output.name} predicts ${output.telemetry}, which ${JSON.stringify(twin)} does not measure.${near === undefined ? '' : ` Is ${near} meant?`}`)
  }
  const { kind, unit } = content
  if (kind === 'text' || kind === 'json') return wrong('WRONG_TYPE', `The output ${output.name} gives numbers, and ${output.telemetry} of ${JSON.stringify(twin)} is no number.`)
  const affine = toAffine(output.unit, unit)
  if (!affine) return wrong('WRONG_UNIT', `The output ${output.name} is in ${output.unit}, which cannot be converted into ${unit}, the unit of ${output.telemetry} of ${JSON.stringify(twin)}.`)
  return { twin, name: output.telemetry, kind, affine, ...facts.labelOf({ twin, name: output.telemetry }) }
}

const toAffine = (from: string | undefined, to: string | undefined): Affine | undefined => (from === undefined || to === undefined ? { scale: 1, shift: 0 } : affineOf(from, to))

export const seriesNameOf = (output: Pick<OutputSpec, 'name' | 'telemetry'>, predictor: string): string => output.telemetry ?? ownSeriesName(output.name, predictor)

/** Bounds that the model gives go before those of the card's interval. */
function boundOf({ outputs }: ModelCard, value: number, bound: 'lower' | 'upper'): ResultSource | undefined {
  const spec = outputs[value]
  const given = outputs.findIndex(({ role, of }) => role === bound.toUpperCase() && of === spec?.name)
  if (given >= 0) return { kind: 'value', output: given, plus: 0 }
  return spec?.interval && { kind: 'value', output: value, plus: spec.interval[bound] }
}

interface Contributions {
  readonly output: number
  /** The value that is made up. */
  readonly of: number
  /** Of the value that is made up. */
  readonly series: string
  readonly horizon: number
  at(place: number): readonly Contribution[]
}

interface Contribution {
  readonly twin: string
  readonly name: string
  readonly numbers: readonly number[]
}

/**
 * A contribution belongs to the telemetry of the twin it was read of, wherever that is one; of several (along a path), or where two rows would say something of the same one,
 * it stands with the twin that is predicted, under the feature's name.
 */
function planContributions(features: BoundFeatures, card: ModelCard, { output, index }: { readonly output: OutputSpec; readonly index: number }, predictor: string): Contributions {
  const of = card.outputs.findIndex(({ role, name }) => role === 'VALUE' && name === output.of)
  const value = card.outputs[of]
  const spans = numbersOf(card)
  const targets = features.twins.map((bound) => spans.map((span) => ({ ...targetOf(features, bound, span), span })))
  const owners = new Map<string, number>()
  for (const [place, each] of targets.entries()) {
    for (const { twin, name } of each) {
      const key = JSON.stringify([twin, name])
      const owner = owners.get(key)
      owners.set(key, owner === undefined || owner === place ? place : NaN)
    }
  }
  return {
    output: index, of, series: seriesNameOf(value ?? output, predictor), horizon: value?.horizon ?? 0,
    at(place) {
      const own = (targets[place] ?? []).map((target) => (owners.get(JSON.stringify([target.twin, target.name])) === place ? target : { ...target, twin: features.twins[place]?.twin ?? '', name: target.span.feature }))
      return [...Map.groupBy(own, ({ twin, name }) => JSON.stringify([twin, name])).values()].flatMap((group) => (group[0] ? [{ twin: group[0].twin, name: group[0].name, numbers: group.flatMap(({ span }) => span.numbers) }] : []))
    },
  }
}

export interface Span {
  readonly feature: string
  /** Index into the card's features. */
  readonly index: number
  /** Its numbers in a row of the first input. */
  readonly numbers: readonly number[]
}

/** Of features that are rows of numbers the tensor is `[k, n]`: number i of feature f lies at `i · n + f`. */
export function numbersOf({ inputs, features }: ModelCard): readonly Span[] {
  const names = inputs[0]?.features ?? []
  return names.map((feature, place) => {
    const index = features.findIndex(({ name }) => name === feature)
    const spec = features[index]
    const width = spec ? widthOf(spec) : 1
    return { feature, index, numbers: Array.from({ length: width }, (_, i) => i * names.length + place) }
  })
}

export function targetOf({ series }: BoundFeatures, { twin, features }: BoundTwin, { index, feature }: Span): { readonly twin: string; readonly name: string } {
  const bound = features[index]
  const key = bound?.kind === 'telemetry' && bound.series.length === 1 ? series[bound.series[0] ?? 0]?.key : undefined
  return key ? { twin: key.twin, name: key.name } : { twin, name: feature }
}
