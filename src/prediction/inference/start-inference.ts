import type { ArtifactStore } from '../../artifact/artifact-store.ts'
import type { Vantage, Vantages } from '../../domain/vantage.ts'
import type { Registry } from '../../model/registry.ts'
import type { Conflict, ItemProblem, NotFound } from '../../problem.ts'
import { createNetworkFacts, type NetworkFacts } from '../../run/network-facts.ts'
import { encodeInputs, type RunInputs, type RunOutput, toConfigHash } from '../../run/run-inputs.ts'
import type { RunRequest, Started } from '../../run/run-service.ts'
import type { NewRun, RunStore } from '../../run/run-store.ts'
import type { Run } from '../../run/run.ts'
import { findAnswered, storeRun, toRefusal } from '../../run/store-run.ts'
import type { Scenario, ScenarioBook } from '../../scenario/scenario.ts'
import type { NetworkReader } from '../../simulation/network.ts'
import type { Microseconds } from '../../telemetry/reading.ts'
import type { TelemetryService } from '../../telemetry/telemetry-service.ts'
import { newId } from '../../util/id.ts'
import type { Json } from '../../util/json.ts'
import { done, refused, type Result } from '../../util/result.ts'
import { type BindPorts, bindFeatures, type BoundSimulation } from '../features/bind-features.ts'
import type { FeatureSpec } from '../feature.ts'
import type { Predictor, PredictorBook } from '../predictor.ts'
import type { PredictorRuntime, RuntimeId } from '../runtime.ts'
import { checkHorizons } from './check-horizons.ts'
import { checkInference, type InferenceDraft } from './check-inference.ts'
import type { InferenceRequest, ScopeRequest } from './inference-request.ts'
import type { InferenceTask, Instants } from './inference-task.ts'
import { countInstants } from './instants.ts'
import { planResults } from './plan-results.ts'
import type { SelectTwins } from './select-twins.ts'
import { toStreamHash } from './stream-hash.ts'

export interface InferenceStartConfig {
  readonly predictors: PredictorBook
  readonly runtimes: ReadonlyMap<RuntimeId, PredictorRuntime>
  readonly select: SelectTwins
  readonly features: BindPorts
  readonly store: Pick<RunStore, 'create' | 'repeated' | 'find'>
  outputsOf(run: Pick<Run, 'inputs'>): Promise<readonly RunOutput[]>
  readonly artifacts: Pick<ArtifactStore, 'keep'>
  readonly networks: NetworkReader
  readonly vantages: Vantages
  readonly scenarios: ScenarioBook
  readonly registry: () => Registry
  readonly telemetry: Pick<TelemetryService, 'watermark' | 'overrideVersions'>
  readonly now: () => Microseconds
  readonly mostOpen: number
  readonly mostValues: number
  readonly mostAttempts: number
}

/** Twins that one inference may be asked of. */
export const mostTwins = 100_000
/** Problems of one kind that are told. */
const mostTold = 1_000
/** A stream is taken up again however often its server ends. */
const attemptsOfStreams = 1_000_000

/** Checks, reads, binds, keeps: from a mutation's input to a run that waits. Everything that can be known to be wrong is said now. */
export async function startInference(config: InferenceStartConfig, request: InferenceRequest, by: RunRequest): Promise<Started> {
  const whole = JSON.parse(JSON.stringify(request)) as Json
  const { answer, idempotency } = await findAnswered(config.store, by.idempotencyKey, ['INFERENCE', whole])
  if (answer) return answer
  const { draft, problems } = checkInference(request, config.now())
  const wrong = toRefusal(problems, ['input'])
  if (wrong) return wrong
  const ground = await readGround(config, request, draft, by)
  if (!ground.ok) return ground
  const { predictor, task, outputs, pin, scenario, facts, reads } = ground.value
  const replaced = toRefusal(checkHorizons(predictor.card, draft.instants), ['input'])
  if (replaced) return replaced
  const runtime = config.runtimes.get(predictor.runtime)
  if (!runtime) return refused({ kind: 'NotFound', code: 'UNKNOWN_ENGINE', id: predictor.runtime, path: ['input', 'predictor'], message: `This server has no runtime ${predictor.runtime}, which ${predictor.id} needs.` })
  const { instants } = draft
  const window = toWindow(instants)
  const artifacts = predictor.model.kind === 'artifact' ? [predictor.model.sha256] : []
  const engine = { id: predictor.runtime.toLowerCase(), version: runtime.version, build: predictor.build }
  const inputs: RunInputs = { engine, input: null, outputs, artifacts, window, seed: 0, series: [], task }
  const kept = await config.artifacts.keep(encodeInputs(inputs))
  const run: NewRun = {
    id: newId(), kind: instants.kind === 'stream' ? 'STREAM' : 'INFERENCE', engine, predictor: predictor.id, request: whole, inputs: kept,
    configHash: instants.kind === 'stream' ? toStreamHash(task, request) : toConfigHash(kept, { watermark: pin.watermark, scenario: scenario?.id, overrides: pin.overrides }), pin: { ...pin, models: facts.models, artifacts }, window, seed: 0,
    scenario, tags: draft.tags, priority: draft.priority, deadlineMs: draft.deadlineMs, report: { mapped: [], defaulted: [], converted: [], ignored: [] }, repeats: undefined, createdBy: by.actor,
    mostAttempts: instants.kind === 'stream' ? attemptsOfStreams : config.mostAttempts, reads,
  }
  return await storeRun(config, run, { force: request.force ?? false, idempotency })
}

export interface Ground {
  readonly predictor: Predictor
  readonly task: InferenceTask
  readonly outputs: readonly RunOutput[]
  readonly facts: NetworkFacts
  readonly vantage: Vantage
  readonly reads: readonly string[]
  readonly scenario: { readonly id: string; readonly number: number } | undefined
  readonly pin: Omit<Run['pin'], 'models' | 'artifacts'>
}

export type Refusal = Extract<Started, { readonly ok: false }>['problem']

/** The predictor, its twins, features and results, as of one moment. */
export async function readGround(config: InferenceStartConfig, request: InferenceRequest, draft: InferenceDraft, { signal }: RunRequest): Promise<Result<Ground, Refusal>> {
  const predictor = await config.predictors.find(request.predictor, signal)
  if (!predictor) return refused(noPredictor(request.predictor))
  if (predictor.stage === 'RETIRED') return refused(retired(predictor))
  const asked = await findScenario(config, request.scenario, signal)
  if (!asked.ok) return asked
  const scenario = asked.value
  const scope = await selectScope(config, request, { most: mostTwins, scenario: scenario?.id, signal })
  if (!scope.ok) return scope
  const simulation = await findSimulation(config, request.simulation)
  if (!simulation.ok) return simulation
  const vantage = await config.vantages.find({ scenario: scenario?.id ?? null }, signal)
  const [read, watermark, overrides] = await Promise.all([
    config.networks.read({ of: scope.value, over: [], vantage, most: mostTwins, signal }), config.telemetry.watermark({ withPredictions: readsPredictions(predictor.card.features) }), config.telemetry.overrideVersions(vantage.chain),
  ])
  const facts = createNetworkFacts(read.network, config.registry())
  const known = new Set(read.network.twins.map(({ id }) => id))
  const strangers = toRefusal([...unknownTwins(read.unknown, request), ...otherModels(read.network.twins, predictor, config.registry())], ['input'])
  if (strangers) return strangers
  const twins = scope.value.filter((id) => known.has(id))
  const { card } = predictor
  const bound = await bindFeatures(config.features, { specs: card.features, twins, vantage, window: spanOf(draft.instants), knowledge: draft.knowledge, simulation: simulation.value, signal })
  if (!bound.ok) return toRefusal(bound.problems, ['input']) ?? unexplained(predictor)
  const { outputs, results, problems } = planResults({ features: bound.bound, card, predictor: predictor.name, facts })
  const wrong = toRefusal([...problems, ...tooMany(draft.instants, outputs.length, config.mostValues)], ['input'])
  if (wrong) return wrong
  const { id, name, version, runtime, model, build } = predictor
  const publishes = request.publish ?? (predictor.stage === 'ACTIVE')
  const isOfBase = !scenario && simulation.value?.scenario === undefined
  if (request.publish && !isOfBase) return toRefusal([{ code: 'UNSUPPORTED', path: ['publish'], message: 'What is predicted in a scenario, or from a simulation of one, is no word about the graph itself: it is read by its run, and cannot be published.' }], ['input']) ?? unexplained(predictor)
  const task: InferenceTask = {
    kind: 'infer', predictor: { id, name, version, runtime, model, card, build }, features: bound.bound, instants: draft.instants, knowledge: draft.knowledge,
    publishes: publishes && isOfBase, simulation: simulation.value?.run ?? null, results,
  }
  return done({ predictor, task, outputs, facts, vantage, reads: bound.reads, scenario: scenario && { id: scenario.id, number: scenario.number }, pin: { cursor: bound.cursor, at: bound.at, watermark, overrides } })
}

async function findScenario({ scenarios }: Pick<InferenceStartConfig, 'scenarios'>, id: string | null | undefined, signal: AbortSignal | undefined): Promise<Result<Scenario | undefined, NotFound>> {
  if (typeof id !== 'string') return done(undefined)
  const scenario = await scenarios.find(id, signal)
  return scenario ? done(scenario) : refused({ kind: 'NotFound', code: 'NOT_FOUND', id, path: ['input', 'scenario'], message: `There is no scenario ${shown(id)}. Check the id, or create it first.` })
}

/** The twins that are asked of, each once. */
export async function selectScope({ select }: Pick<InferenceStartConfig, 'select'>, { twins, model, where }: ScopeRequest, { most, scenario, signal }: { readonly most: number; readonly scenario: string | undefined; readonly signal: AbortSignal | undefined }): Promise<Result<readonly string[], Refusal>> {
  if (typeof model === 'string') {
    const found = await select({ model, where: where ?? undefined, scenario, most, signal })
    if (!found.ok) return toRefusal(found.problem.problems, ['input']) ?? found
    return found.value.length > 0 ? found : toRefusal([{ code: 'UNKNOWN_TWIN', path: ['where'], message: `No twin of ${model} satisfies the filter.` }], ['input']) ?? found
  }
  const given = [...new Set(twins ?? [])]
  if (given.length > 0 && given.length <= most) return done(given)
  return toRefusal([{ code: 'OUT_OF_BOUNDS', path: ['twins'], message: `twins names from 1 to ${most.toLocaleString('en')} twins, not ${given.length.toLocaleString('en')}.` }], ['input']) ?? done(given)
}

export async function findSimulation({ store, outputsOf }: Pick<InferenceStartConfig, 'store' | 'outputsOf'>, id: string | null | undefined): Promise<Result<(BoundSimulation & { readonly scenario: string | undefined }) | undefined, NotFound | Conflict>> {
  if (typeof id !== 'string') return done(undefined)
  const [run] = await store.find([id])
  const path = ['input', 'simulation']
  if (run?.kind !== 'SIMULATION') return refused({ kind: 'NotFound', code: 'NOT_FOUND', id, path, message: `There is no simulation ${shown(id)}. Check the id; the field runs lists those there are.` })
  if (run.phase.kind !== 'SUCCEEDED') return refused({ kind: 'Conflict', code: 'RUN_NOT_SUCCEEDED', path, message: `The simulation ${shown(id)} is ${run.phase.kind}: features read the results of one that succeeded.` })
  return done({ run: run.id, outputs: await outputsOf(run), scenario: run.scenario?.id })
}

export const readsPredictions = (specs: readonly FeatureSpec[]): boolean => specs.some(({ of }) => of.kind === 'telemetry' && of.source === 'PREDICTED')

function unknownTwins(unknown: readonly string[], { twins }: ScopeRequest): readonly ItemProblem[] {
  const places = new Map(twins?.map((id, index) => [id, index]))
  return unknown.slice(0, mostTold).map((id) => ({ code: 'UNKNOWN_TWIN', twin: id, path: ['twins', String(places.get(id) ?? 0)], message: `There is no twin ${shown(id)}. Check the id.${unknown.length > mostTold ? ` (${unknown.length.toLocaleString('en')} twins are unknown; the first ${mostTold.toLocaleString('en')} are told.)` : ''}` }))
}

function otherModels(twins: readonly { readonly id: string; readonly model: string }[], { id, card }: Predictor, registry: Registry): readonly ItemProblem[] {
  const { model } = card
  if (model === undefined) return []
  return twins.filter((twin) => twin.model !== model && !registry.get(twin.model)?.ancestors.some((ancestor) => ancestor.id === model))
    .map((twin) => ({ code: 'WRONG_TARGET', twin: twin.id, path: ['twins'], message: `${id} is for twins of ${model}, and ${shown(twin.id)} is a ${twin.model}.` }))
}

function tooMany(instants: Instants, outputs: number, most: number): readonly ItemProblem[] {
  if (instants.kind === 'stream') return []
  const values = countInstants(instants) * outputs
  return values <= most ? [] : [{ code: 'OUT_OF_BOUNDS', path: ['range', 'every'], message: `The run would give ${values.toLocaleString('en')} values, and at most ${most.toLocaleString('en')} are stored: take a longer step, a shorter range, or fewer twins.` }]
}

function toWindow(instants: Instants): RunInputs['window'] {
  const second = 1_000_000
  if (instants.kind === 'at') return { from: instants.at, horizon: 0, step: second }
  if (instants.kind === 'stream') return { from: instants.from, horizon: 0, step: instants.maxLag }
  return { from: instants.from, horizon: (countInstants(instants) - 1) * instants.every, step: instants.every }
}

export function spanOf(instants: Instants): { readonly from: Microseconds; readonly to: Microseconds } {
  if (instants.kind === 'range') return { from: instants.from, to: instants.to }
  const from = instants.kind === 'at' ? instants.at : instants.from
  return { from, to: from + 1 }
}

const shown = (id: string): string => JSON.stringify(id.slice(0, 80))

export const noPredictor = (id: string, path: readonly string[] = ['input', 'predictor']): NotFound =>
  ({ kind: 'NotFound', code: 'NOT_FOUND', id, path, message: `There is no predictor ${shown(id)}${id.includes(';') ? '' : ' that is ACTIVE'}. Give an id such as "leak-detector;3", or the name of one that is ACTIVE; the field predictors lists those there are.` })

export const retired = ({ id }: Predictor, path: readonly string[] = ['input', 'predictor']): Conflict =>
  ({ kind: 'Conflict', code: 'PREDICTOR_RETIRED', path, message: `${id} is RETIRED. Use the ACTIVE version of its name, or make it a CANDIDATE again by setPredictorStage.` })

const unexplained = ({ id }: Predictor): never => { throw new Error(`The features of ${id} were refused, and nothing said why.`) }
