import { failure } from '../../errors.ts'
import type { Run } from '../../run/run.ts'
import type { RunOutput } from '../../run/run-inputs.ts'
import type { RunService } from '../../run/run-service.ts'
import type { Microseconds, SeriesKey } from '../../telemetry/reading.ts'
import type { SeenReading, SeriesReads } from '../../telemetry/series-reads.ts'
import { seriesNameOf } from '../inference/plan-results.ts'
import { levelOf } from '../model-card.ts'
import { boundName, predictedKey } from '../prediction-series.ts'
import type { PredictorService } from '../predictor-service.ts'
import { nearestReadings } from './nearest-readings.ts'
import { addSums, noOutcome, type Outcome, type Skill, type SkillSums, sumOutcomes, toSkill } from './skill.ts'

export interface EvaluationConfig {
  readonly runs: Pick<RunService, 'find' | 'outputsOf'>
  readonly predictors: Pick<PredictorService, 'find'>
  readonly reads: Pick<SeriesReads, 'readings'>
  /** Readings that one evaluation reads. */
  readonly mostReadings?: number
}

export interface EvaluationRequest {
  readonly run: string
  /** Only of these; undefined: of all. */
  readonly twins: readonly string[] | undefined
  /** How far what was measured may lie from when the prediction is about. */
  readonly tolerance: Microseconds
}

export interface SeriesSkill extends Skill {
  /** The telemetry; of a component's, `component.name`. */
  readonly name: string
  readonly unit: string | null
  /** The probability that bounds were given with, as far as the card says. */
  readonly level: number | null
  /** Values that were predicted. */
  readonly predicted: number
}

export interface PredictionSkill {
  /** Over all twins; units of one name may differ between models: each unit by itself. */
  readonly series: readonly SeriesSkill[]
  readonly twins: readonly (SeriesSkill & { readonly twin: string })[]
}

const [mostSeries, inOnePage] = [1_000, 5_000]

/** How far what an inference said of telemetry was from what was measured, by then or since. Throws BAD_USER_INPUT. */
export async function evaluatePredictions(config: EvaluationConfig, { run: id, twins, tolerance }: EvaluationRequest, signal: AbortSignal | undefined): Promise<PredictionSkill> {
  const [run] = await config.runs.find([id])
  if (!run) throw failure('BAD_USER_INPUT', { message: `There is no run ${JSON.stringify(id.slice(0, 80))}.` })
  if (run.predictor === undefined) throw failure('BAD_USER_INPUT', { message: `The run ${run.id} is a ${run.kind.toLowerCase()}: only inferences predict.` })
  const outputs = await predictedTelemetry(config, run, twins)
  const levels = await levelsOf(config, run.predictor)
  const budget = createBudget(config.mostReadings ?? 5_000_000)
  const found: Evaluated[] = []
  for (const output of outputs) {
    signal?.throwIfAborted()
    found.push({ output, ...await evaluate(config.reads, run.id, output, { tolerance, budget, signal }) })
  }
  const shown = ({ name, unit }: RunOutput, { sums, predicted }: Pick<Evaluated, 'sums' | 'predicted'>): SeriesSkill =>
    ({ name, unit, level: levels.get(name) ?? null, predicted, ...toSkill(sums, levels.get(name)) })
  const together = [...Map.groupBy(found, ({ output: { name, unit } }) => JSON.stringify([name, unit])).values()].flatMap((group) => (group[0] ? [shown(group[0].output, {
    sums: group.reduce((all, { sums }) => addSums(all, sums), noOutcome), predicted: group.reduce((sum, { predicted }) => sum + predicted, 0),
  })] : []))
  return { series: together, twins: found.map((each) => ({ twin: each.output.twin, ...shown(each.output, each) })) }
}

interface Evaluated {
  readonly output: RunOutput
  readonly sums: SkillSums
  readonly predicted: number
}

/** Series of their own predict no telemetry, and bounds are looked at with their value. */
async function predictedTelemetry({ runs }: EvaluationConfig, run: Run, twins: readonly string[] | undefined): Promise<readonly RunOutput[]> {
  const wanted = twins && new Set(twins)
  const outputs = (await runs.outputsOf(run)).filter(({ twin, name }) => !/[@~]/.test(name) && (wanted?.has(twin) ?? true))
  if (outputs.length > mostSeries) throw failure('BAD_USER_INPUT', { message: `The run predicts ${outputs.length.toLocaleString('en')} series of telemetry, and at most ${mostSeries.toLocaleString('en')} are compared at once. Give \`twins\`.` })
  return outputs
}

async function levelsOf({ predictors }: EvaluationConfig, id: string): Promise<ReadonlyMap<string, number>> {
  const [predictor] = await predictors.find([id])
  return new Map((predictor?.card.outputs ?? []).flatMap((output) => {
    const level = levelOf(output)
    return predictor && output.role === 'VALUE' && level !== undefined ? [[seriesNameOf(output, predictor.name), level] as const] : []
  }))
}

interface Evaluating {
  readonly tolerance: Microseconds
  readonly budget: Budget
  readonly signal: AbortSignal | undefined
}

async function evaluate(reads: EvaluationConfig['reads'], run: string, { twin, name, kind }: RunOutput, { tolerance, budget, signal }: Evaluating): Promise<Pick<Evaluated, 'sums' | 'predicted'>> {
  const key = { ...predictedKey(twin, name, run), kind }
  const keys: readonly SeriesKey[] = [key, ...(['lower', 'upper'] as const).map((bound): SeriesKey => ({ ...predictedKey(twin, boundName(name, bound), run), kind: 'float' }))]
  let [sums, predicted, from] = [noOutcome, 0, -Number.MAX_SAFE_INTEGER]
  for (;;) {
    const [values = []] = await reads.readings([key], { from, to: Number.MAX_SAFE_INTEGER }, { first: inOnePage, signal })
    const [first, last] = [values[0], values.at(-1)]
    if (!first || !last) break
    const [, lower = [], upper = []] = await reads.readings(keys, { from: first.at, to: last.at + 1 }, { first: inOnePage, signal })
    const measured = await readAll(reads, { ...key, source: 'MEASURED', run: null }, { from: first.at - tolerance, to: last.at + tolerance + 1 }, budget, signal)
    budget.take(values.length + lower.length + upper.length)
    predicted += values.length
    sums = sumOutcomes(toOutcomes(values, { lower, upper }, nearestReadings(values.map(({ at }) => at), measured, tolerance)), sums)
    if (values.length < inOnePage) break
    from = last.at + 1
  }
  return { sums, predicted }
}

function* toOutcomes(values: readonly SeenReading[], bounds: { readonly lower: readonly SeenReading[]; readonly upper: readonly SeenReading[] }, measured: readonly (SeenReading | undefined)[]): Generator<Outcome> {
  const [lowers, uppers] = [bounds.lower, bounds.upper].map((readings) => new Map(readings.map(({ at, value }) => [at, Number(value)])))
  for (const [index, { at, value }] of values.entries()) {
    const [found, lower, upper] = [measured[index], lowers?.get(at), uppers?.get(at)]
    if (found) yield { predicted: Number(value), measured: Number(found.value), bounds: lower === undefined || upper === undefined ? undefined : { lower, upper } }
  }
}

/** What is BAD is no outcome. */
async function readAll(reads: EvaluationConfig['reads'], key: SeriesKey, range: { readonly from: number; readonly to: number }, budget: Budget, signal: AbortSignal | undefined): Promise<readonly SeenReading[]> {
  const all: SeenReading[] = []
  for (let after: number | undefined; ;) {
    const [page = []] = await reads.readings([key], range, { first: inOnePage, after, signal })
    budget.take(page.length)
    for (const reading of page) if (reading.quality !== 'BAD') all.push(reading)
    if (page.length < inOnePage) return all
    after = page.at(-1)?.at
  }
}

interface Budget {
  take(readings: number): void
}

function createBudget(most: number): Budget {
  let left = most
  return {
    take(readings) {
      left -= readings
      if (left < 0) throw failure('BAD_USER_INPUT', { message: `More than ${most.toLocaleString('en')} readings would have to be compared. Give fewer \`twins\`.` })
    },
  }
}
