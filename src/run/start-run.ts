import { encodeCursor } from '../change/cursor.ts'
import { type Vantages, type Vantage } from '../domain/vantage.ts'
import type { ArtifactStore } from '../artifact/artifact-store.ts'
import type { Registry } from '../model/registry.ts'
import type { Invalid, ItemProblem, LimitReached, NotFound } from '../problem.ts'
import { checkKey, keyReused, toIdempotency } from '../scenario/idempotency.ts'
import type { ScenarioBook } from '../scenario/scenario.ts'
import type { Idempotency } from '../scenario/scenario-store.ts'
import { checkParameters } from '../simulation/check-parameters.ts'
import type { Bound, BindRequest, Engine, RunWindow } from '../simulation/engine.ts'
import type { NetworkReader } from '../simulation/network.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import type { SeriesReads } from '../telemetry/series-reads.ts'
import type { TelemetryService } from '../telemetry/telemetry-service.ts'
import { newId } from '../util/id.ts'
import type { Json } from '../util/json.ts'
import { nearest } from '../util/nearest.ts'
import { refused, type Result } from '../util/result.ts'
import { sampleCount } from '../simulation/design/samples.ts'
import { checkSimulation, type SimulationDraft } from './check-request.ts'
import { createNetworkFacts, type NetworkFacts } from './network-facts.ts'
import type { PlannedTask } from './plan-task.ts'
import { encodeInputs, readsTelemetry, type RunInputs, type RunTask, toConfigHash } from './run-inputs.ts'
import { lastUsable, vantageOfRun } from './run-readings.ts'
import type { SimulationRequest } from './run-request.ts'
import type { RunRequest, Started } from './run-service.ts'
import type { NewRun, RunCreated, RunStore } from './run-store.ts'
import type { Run, RunKind, RunPin } from './run.ts'

export interface StartingConfig {
  readonly engines: ReadonlyMap<string, Engine>
  readonly store: Pick<RunStore, 'create' | 'repeated'>
  readonly artifacts: Pick<ArtifactStore, 'read' | 'keep'>
  readonly networks: NetworkReader
  readonly vantages: Vantages
  readonly scenarios: ScenarioBook
  readonly registry: () => Registry
  readonly telemetry: { from(vantage: Vantage): Reads } & Pick<TelemetryService, 'watermark' | 'overrideVersions'>
  readonly now: () => Microseconds
  /** Runs that may wait or be under way at once. */
  readonly mostOpen: number
  /** Result values of one run. */
  readonly mostValues: number
  /** Attempts at a run whose failures are retryable. */
  readonly mostAttempts: number
}

type Reads = Pick<SeriesReads, 'latestBefore' | 'readings'>

/** What is to be done with what the engine bound: the task, and what is wrong with it. */
export interface Asked {
  readonly kind: RunKind
  readonly simulation: SimulationRequest
  /** The whole of what the client asked, as it is kept and as idempotency keys tell it. */
  readonly whole: Json
  /** Where the simulation stands in the mutation's arguments. */
  readonly path: readonly string[]
  plan(bound: Bound, facts: NetworkFacts): PlannedTask
}

const mostTwins = 200_000

type Refused = Extract<Result<never, Invalid | NotFound>, { readonly ok: false }>

/** Checks, reads, binds, keeps: from a mutation's input to a run that waits. Everything that can be known to be wrong is said now. */
export async function startRun(config: StartingConfig, asked: Asked, by: RunRequest): Promise<Started> {
  const { simulation } = asked
  const within = (items: readonly ItemProblem[]): Invalid => invalid(items.map((item) => ({ ...item, path: [...asked.path, ...(item.path ?? [])] })))
  const wrongKey = checkKey(by.idempotencyKey)
  if (wrongKey) return refused(wrongKey)
  const idempotency = toIdempotency(by.idempotencyKey, [asked.kind, asked.whole])
  const repeated = idempotency && await config.store.repeated(idempotency)
  if (repeated) return repeated.kind === 'keyReused' ? refused(keyReused) : toStarted(repeated)
  const engine = config.engines.get(simulation.engine)
  if (!engine) return refused(noEngine(simulation.engine, config.engines, asked.path))
  const { draft, problems } = checkSimulation(simulation, config.now())
  const checked = checkParameters(engine.describe().parameters, simulation.parameters ?? {})
  if (!checked.ok || problems.length > 0) return refused(within([...problems, ...(checked.ok ? [] : checked.issues)]))
  const ground = await readGround(config, engine, { asked, draft, parameters: checked.parameters }, by)
  if (!ground.ok) return ground
  const { request, facts, reads, pin, scenario } = ground
  const bound = engine.bind(request)
  if (!bound.ok) return refused(within(bound.issues))
  const { task, problems: wrongTask } = asked.plan(bound, facts)
  const tooLarge = findTooLarge(task, bound.outputs.length, draft.window, config.mostValues)
  if (wrongTask.length === 0 && tooLarge) return refused(within([tooLarge]))
  const unmeasured = wrongTask.length > 0 ? [] : await findUnmeasured(task, draft.window, reads, by.signal)
  if (wrongTask.length > 0 || unmeasured.length > 0) return refused(invalid([...wrongTask, ...unmeasured]))

  const { id, version, build } = engine.describe()
  const stamp = { id, version, build }
  const inputs: RunInputs = {
    engine: stamp, input: bound.input, outputs: bound.outputs.map((each) => ({ ...each, ...facts.labelOf(each) })), artifacts: bound.artifacts, window: draft.window, seed: draft.seed, task,
    series: bound.series.flatMap((each) => { const key = facts.keyOf(each); return key ? [{ ...each, key }] : [] }),
  }
  const kept = await config.artifacts.keep(encodeInputs(inputs))
  const readings = readsTelemetry(inputs) ? { watermark: pin.watermark, scenario: scenario?.id, overrides: pin.overrides } : undefined
  const run: NewRun = {
    id: newId(), kind: asked.kind, engine: stamp, request: { ...(asked.whole as object), parameters: checked.parameters }, inputs: kept, configHash: toConfigHash(kept, readings),
    pin: { ...pin, models: facts.models, artifacts: bound.artifacts }, window: draft.window, seed: draft.seed, scenario, tags: draft.tags, priority: draft.priority,
    deadlineMs: draft.deadlineMs, report: bound.report, repeats: undefined, createdBy: by.actor, mostAttempts: config.mostAttempts, reads: bound.reads,
  }
  return await store(config, run, simulation.force ?? false, idempotency)
}

async function store({ store: runs, mostOpen }: StartingConfig, run: NewRun, force: boolean, idempotency: Idempotency | undefined): Promise<Started> {
  const created = await runs.create(run, { force, mostOpen, idempotency })
  switch (created.kind) {
    case 'keyReused': return refused(keyReused)
    case 'tooMany': return refused(tooMany(created.open, mostOpen))
    default: return toStarted(created)
  }
}

const toStarted = ({ kind, run, seq }: Extract<RunCreated, { readonly run: Run }>): Started => ({ ok: true, value: { run, isKnown: kind === 'known', cursor: encodeCursor(seq) } })

export const tooMany = (open: number, most: number): LimitReached =>
  ({ kind: 'LimitReached', code: 'TOO_MANY_RUNS', limit: most, actual: open, message: `${open} runs wait or are under way, of at most ${most}. Wait for some to end, or cancel them.` })

interface Given {
  readonly asked: Asked
  readonly draft: SimulationDraft
  readonly parameters: Readonly<Record<string, Json>>
}

interface Ground {
  readonly ok: true
  readonly request: BindRequest
  readonly reads: Reads
  readonly facts: NetworkFacts
  readonly pin: Pick<RunPin, 'cursor' | 'at' | 'watermark' | 'overrides'>
  readonly scenario: { readonly id: string; readonly number: number } | undefined
}

/** The twins, artifacts and readings that the engine binds, as of one moment. */
async function readGround(config: StartingConfig, engine: Engine, { asked: { simulation, path }, draft, parameters }: Given, { signal }: RunRequest): Promise<Ground | Refused> {
  const { of, over, scenario: scenarioId } = simulation
  const scenario = typeof scenarioId === 'string' ? await config.scenarios.find(scenarioId, signal) : undefined
  if (typeof scenarioId === 'string' && !scenario) return refused({ kind: 'NotFound', code: 'NOT_FOUND', id: scenarioId, path: [...path, 'scenario'], message: `There is no scenario ${JSON.stringify(scenarioId.slice(0, 80))}. Check the id, or create it first.` })
  const unknownNames = unknownRelationships(over ?? [], config.registry())
  if (unknownNames.length > 0) return refused(invalid(unknownNames.map((item) => ({ ...item, path: [...path, ...(item.path ?? [])] }))))
  const vantage = await config.vantages.find({ scenario: scenarioId ?? null }, signal)
  const [{ network, unknown, cursor, at }, watermark, overrides] = await Promise.all([
    config.networks.read({ of: [...new Set(of)], over: over ?? engine.describe().over, vantage, most: mostTwins, signal }), config.telemetry.watermark(),
    config.telemetry.overrideVersions(vantage.chain),
  ])
  if (unknown.length > 0) return refused(invalid(unknown.map((id) => ({ code: 'UNKNOWN_TWIN', twin: id, path: [...path, 'of', String(of.indexOf(id))], message: `There is no twin ${JSON.stringify(id.slice(0, 80))}${scenario ? ` in the scenario ${JSON.stringify(scenario.id)}` : ''}. Check the id.` }))))
  const facts = createNetworkFacts(network, config.registry())
  const unread: BindRequest = { network, parameters, window: draft.window, artifacts: await readArtifacts(config.artifacts, parameters), contentOf: (twin, name) => facts.contentOf(twin, name), latest: new Map() }
  const wanted = (engine.wants?.(unread) ?? []).flatMap((each) => { const key = facts.keyOf(each); return key ? [{ each, key }] : [] })
  const reads = config.telemetry.from(vantageOfRun(vantage, watermark))
  const found = wanted.length === 0 ? [] : await lastUsable(reads, wanted.map(({ key }) => key), draft.window.from + 1, signal)
  const latest = new Map(wanted.flatMap(({ each: { twin, name } }, index) => { const reading = found[index]; return reading ? [[JSON.stringify([twin, name]), Number(reading.value)] as const] : [] }))
  return { ok: true, request: { ...unread, latest }, reads, facts, pin: { cursor, at, watermark, overrides }, scenario: scenario && { id: scenario.id, number: scenario.number } }
}

function unknownRelationships(over: readonly string[], { models }: Registry): readonly ItemProblem[] {
  if (over.length === 0) return []
  const names = new Set([...models.values()].flatMap(({ model }) => model.contents.flatMap(({ kind, name }) => (kind === 'Relationship' ? [name] : []))))
  return over.flatMap((name, index) => {
    const near = nearest(name, names)
    return names.has(name) ? [] : [{ code: 'UNKNOWN_RELATIONSHIP', path: ['over', String(index)], message: `No model has a relationship ${JSON.stringify(name.slice(0, 80))}.${near === undefined ? '' : ` Did you mean ${near}?`}` }]
  })
}

/** Series of a sweep that keeps them: each is remembered by the store as long as it is there. */
const mostMemberSeries = 200_000

/** What would be stored, as far as the window tells: engines that give results at times of their own are held to it while they run. */
function findTooLarge(task: RunTask, outputs: number, { horizon, step }: RunWindow, mostValues: number): ItemProblem | undefined {
  if (task.kind === 'calibrate' || (task.kind === 'sweep' && !task.keepSeries)) return undefined
  const members = task.kind === 'sweep' ? sampleCount(task.design) : 1
  const series = members * outputs
  const values = (Math.floor(horizon / step) + 1) * series
  if (task.kind === 'sweep' && series > mostMemberSeries) return { code: 'OUT_OF_BOUNDS', path: [], message: `${series.toLocaleString('en')} series would be kept, and at most ${mostMemberSeries.toLocaleString('en')} are: take fewer members or outputs, or keep their KPIs alone.` }
  if (values > mostValues) return { code: 'OUT_OF_BOUNDS', path: ['step'], message: `The run would give ${values.toLocaleString('en')} values, and at most ${mostValues.toLocaleString('en')} are stored: take a longer step, a shorter horizon, or fewer outputs.` }
  return undefined
}

/** Targets that nothing was measured of in the simulated time. */
async function findUnmeasured(task: RunTask, { from, horizon }: RunWindow, reads: Reads, signal: AbortSignal | undefined): Promise<readonly ItemProblem[]> {
  if (task.kind !== 'calibrate') return []
  const found = await reads.readings(task.targets.map(({ key }) => key), { from, to: from + horizon + 1 }, { first: 1, signal })
  return task.targets.flatMap(({ key: { twin, name } }, index) => (found[index]?.length ? [] : [{
    code: 'MISSING_INPUT', twin, path: ['input', 'targets', String(index)], message: `${name} of ${JSON.stringify(twin)} has no reading in the simulated time, so that there is nothing to agree with.`,
  }]))
}

/** Those that parameters name, wherever they do: nothing else looks like 64 hexadecimal digits. What is not there the engine refuses, as it knows what it wanted. */
async function readArtifacts(store: StartingConfig['artifacts'], parameters: Json): Promise<ReadonlyMap<string, Uint8Array>> {
  const names = new Set([...JSON.stringify(parameters).matchAll(/"([0-9a-f]{64})"/g)].map(([, name = '']) => name))
  const read = await Promise.all([...names].map(async (name) => [name, await store.read(name)] as const))
  return new Map(read.flatMap(([name, bytes]) => (bytes ? [[name, bytes] as const] : [])))
}

function noEngine(id: string, engines: ReadonlyMap<string, Engine>, path: readonly string[]): NotFound {
  const near = nearest(id, engines.keys())
  return { kind: 'NotFound', code: 'UNKNOWN_ENGINE', id, path: [...path, 'engine'], message: `There is no engine ${JSON.stringify(id.slice(0, 80))}.${near === undefined ? ` There are ${[...engines.keys()].join(', ')}.` : ` Did you mean ${near}?`}` }
}

function invalid(problems: readonly ItemProblem[]): Invalid {
  const [first] = problems
  return { kind: 'Invalid', code: 'INVALID_INPUT', problems, message: problems.length === 1 ? first?.message ?? '' : `${problems.length} things are wrong with it. The first: ${first?.message ?? ''}` }
}
