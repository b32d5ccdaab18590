import type { ArtifactStore } from '../../artifact/artifact-store.ts'
import { vantageOfRun } from '../../run/run-readings.ts'
import type { RunOutput } from '../../run/run-inputs.ts'
import { toSeriesNumber } from '../../simulation/series-number.ts'
import type { Microseconds } from '../../telemetry/reading.ts'
import type { SeriesReads } from '../../telemetry/series-reads.ts'
import type { Vantage } from '../../domain/vantage.ts'
import { failure } from '../../errors.ts'
import { done, type Result } from '../../util/result.ts'
import { widthOf } from '../feature.ts'
import type { FeatureRows } from '../features/bound-features.ts'
import { readRows } from '../features/read-rows.ts'
import { toTensors } from '../features/to-tensors.ts'
import { levelOf, type OutputSpec } from '../model-card.ts'
import type { Predictor } from '../predictor.ts'
import { PredictorError } from '../runtime.ts'
import { openModel } from '../open-model.ts'
import type { InferenceDraft } from './check-inference.ts'
import { featureReads } from './feature-reads.ts'
import type { Grounds } from './ground-cache.ts'
import type { InferenceRequest } from './inference-request.ts'
import type { ResultColumn } from './inference-task.ts'
import { numbersOf, seriesNameOf, targetOf } from './plan-results.ts'
import { type Scored, scoreRows } from './score-rows.ts'
import type { Ground, InferenceStartConfig, Refusal } from './start-inference.ts'

export interface PredictConfig extends InferenceStartConfig {
  readonly grounds: Grounds
  from(vantage: Vantage): Pick<SeriesReads, 'readings' | 'latestBefore'>
  readonly artifacts: Pick<ArtifactStore, 'keep' | 'path'>
}

/** What is said of one row. */
export interface Prediction {
  readonly predictor: string
  readonly twin: string | null
  readonly at: Microseconds | null
  readonly values: readonly PredictedValue[]
  readonly problem: string | null
}

export interface PredictedValue {
  readonly output: string
  readonly series: string
  readonly at: Microseconds | null
  readonly value: number | null
  readonly unit: string | null
  readonly interval: { readonly lower: number; readonly upper: number; readonly level: number | null } | null
  readonly contributions: readonly { readonly feature: string; readonly twin: string | null; readonly name: string | null; readonly value: number }[]
}

/** Of twins at one instant; nothing is stored. */
export async function predictTwins(config: PredictConfig, request: InferenceRequest, draft: InferenceDraft, signal: AbortSignal): Promise<Result<readonly Prediction[], Refusal>> {
  const found = await config.grounds.find(request, draft, signal)
  if (!found.ok) return found
  const { task, predictor, pin, vantage } = found.value
  const instant = draft.instants.kind === 'at' ? draft.instants.at : 0
  const seen = vantageOfRun(vantage, task.knowledge === 'RECEIVED' ? Math.min(instant, pin.watermark) : pin.watermark)
  const predictions: Prediction[] = []
  for await (const rows of readRows(task.features, { instants: [instant], reads: featureReads((each) => config.from(each), seen), knowledge: task.knowledge, signal })) {
    const scored = await score(config, predictor, rows, signal)
    const places = new Map([...scored.kept].map((row, place) => [row, place]))
    for (const [row, twin] of rows.twins.entries()) {
      const place = places.get(row)
      const said = { predictor: predictor.id, twin: task.features.twins[twin]?.twin ?? '', at: instant }
      predictions.push(place === undefined ? { ...said, values: [], problem: whyNot(predictor, rows, row) } : { ...said, values: valuesOf(found.value, { scored, place, twin, at: instant }), problem: null })
    }
  }
  return done(predictions)
}

/** Of rows that the client has; numbers as the model gives them. */
export async function predictRows(config: PredictConfig, predictor: Predictor, given: readonly (readonly number[])[], signal: AbortSignal): Promise<readonly Prediction[]> {
  const { card, name } = predictor
  const width = card.features.reduce((sum, spec) => sum + widthOf(spec), 0)
  const rows = { twins: new Uint32Array(given.length), at: new Float64Array(given.length), values: Float64Array.from(given.flat()), width }
  const scored = await score(config, predictor, rows, signal)
  const places = new Map([...scored.kept].map((row, place) => [row, place]))
  return given.map((_, row): Prediction => {
    const [place, said] = [places.get(row), { predictor: predictor.id, twin: null, at: null }]
    if (place === undefined) return { ...said, values: [], problem: whyNot(predictor, rows, row) }
    return {
      ...said, problem: null,
      values: card.outputs.flatMap((output, index) => (output.role === 'VALUE' ? [{
        output: output.name, series: seriesNameOf(output, name), at: null, unit: output.unit ?? null, value: finite(scored.at(place, { kind: 'value', output: index, plus: 0 })),
        interval: intervalOf(predictor, output, (source) => scored.at(place, source)), contributions: contributionsOf(predictor, output, { scored, place }, () => ({ twin: null, name: null })),
      }] : [])),
    }
  })
}

async function score({ runtimes, artifacts }: PredictConfig, predictor: Predictor, rows: FeatureRows, signal: AbortSignal): Promise<Scored> {
  const runtime = runtimes.get(predictor.runtime)
  if (!runtime) throw new Error(`This server has no runtime ${predictor.runtime}.`)
  try {
    return await scoreRows({ runtime, card: predictor.card, model: await openModel(predictor, artifacts) }, rows, signal)
  } catch (error) {
    if (!(error instanceof PredictorError)) throw error
    throw failure(error.isRetryable ? 'MODEL_UNAVAILABLE' : 'MODEL_FAILED', { message: `${predictor.id}: ${error.message}`, details: { reason: error.code }, cause: error })
  }
}

interface Row {
  readonly scored: Scored
  /** Among those that were kept. */
  readonly place: number
}

function valuesOf({ predictor, task, outputs }: Ground, { scored, place, twin, at }: Row & { readonly twin: number; readonly at: Microseconds }): readonly PredictedValue[] {
  const read = (of: number, part: ResultColumn['part']): { readonly output: RunOutput; readonly value: number | null } | undefined => {
    const column = (task.results[twin] ?? []).find((each) => each.of === of && each.part === part)
    const output = column && outputs[column.output]
    return output && { output, value: finite(toSeriesNumber(output, scored.at(place, column.from))) }
  }
  return predictor.card.outputs.flatMap((output, index) => {
    const found = output.role === 'VALUE' ? read(index, 'value') : undefined
    if (!found) return []
    const [lower, upper] = [read(index, 'lower')?.value ?? null, read(index, 'upper')?.value ?? null]
    return [{
      output: output.name, series: found.output.name, at: at + output.horizon, value: found.value, unit: found.output.unit,
      interval: lower === null || upper === null ? null : { lower, upper, level: levelOf(output) ?? null },
      contributions: contributionsOf(predictor, output, { scored, place }, (span) => { const bound = task.features.twins[twin]; return bound ? targetOf(task.features, bound, span) : { twin: null, name: null } }),
    }]
  })
}

function intervalOf({ card }: Predictor, output: OutputSpec, read: (source: { readonly kind: 'value'; readonly output: number; readonly plus: number }) => number): PredictedValue['interval'] {
  const index = (role: OutputSpec['role']): number => card.outputs.findIndex((each) => each.role === role && each.of === output.name)
  const [lower, upper] = [index('LOWER'), index('UPPER')]
  const own = card.outputs.indexOf(output)
  if (lower >= 0 && upper >= 0) return { lower: read({ kind: 'value', output: lower, plus: 0 }), upper: read({ kind: 'value', output: upper, plus: 0 }), level: levelOf(output) ?? null }
  return output.interval ? { lower: read({ kind: 'value', output: own, plus: output.interval.lower }), upper: read({ kind: 'value', output: own, plus: output.interval.upper }), level: output.interval.level } : null
}

function contributionsOf({ card }: Predictor, output: OutputSpec, { scored, place }: Row, target: (span: ReturnType<typeof numbersOf>[number]) => { readonly twin: string | null; readonly name: string | null }): PredictedValue['contributions'] {
  const index = card.outputs.findIndex(({ role, of }) => role === 'CONTRIBUTIONS' && of === output.name)
  if (index < 0) return []
  return numbersOf(card).map((span) => ({ feature: span.feature, ...target(span), value: scored.at(place, { kind: 'contribution', output: index, numbers: span.numbers }) }))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
}

/** What a row lacks. */
function whyNot({ card }: Pick<Predictor, 'card'>, { values, width }: FeatureRows, row: number): string {
  const { missing } = toTensors(card, { twins: Uint32Array.of(0), at: Float64Array.of(0), values: values.subarray(row * width, (row + 1) * width), width })
  const nameOf = (feature: number): string => card.features[feature]?.name ?? ''
  const absent = missing.flatMap(({ feature, wrong }) => (wrong === undefined ? [nameOf(feature)] : []))
  const told = missing.flatMap(({ feature, wrong }) => (wrong === undefined ? [] : [`The feature ${nameOf(feature)} ${wrong}.`]))
  if (absent.length > 0) told.unshift(`The feature${absent.length > 1 ? 's' : ''} ${absent.join(', ')} had no value then, so that nothing can be said.`)
  return told.join(' ')
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
