import { type Vantages, type Vantage } from '../domain/vantage.ts'
import type { ArtifactStore } from '../artifact/artifact-store.ts'
import type { Registry } from '../model/registry.ts'
import type { Invalid, ItemProblem, NotFound } from '../problem.ts'
import type { ScenarioBook } from '../scenario/scenario.ts'
import { checkParameters } from '../simulation/check-parameters.ts'
import type { Bound, BindRequest, Engine } from '../simulation/engine.ts'
import type { NetworkReader } from '../simulation/network.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import type { SeriesReads } from '../telemetry/series-reads.ts'
import type { TelemetryService } from '../telemetry/telemetry-service.ts'
import { newId } from '../util/id.ts'
import type { Json } from '../util/json.ts'
import { nearest } from '../util/nearest.ts'
import { refused, type Result } from '../util/result.ts'
import { checkSimulation, type SimulationDraft } from './check-request.ts'
import { createNetworkFacts, type NetworkFacts } from './network-facts.ts'
import type { PlannedTask } from './plan-task.ts'
import { findTooLarge, findUnknownRelationships, findUnmeasured } from './find-refusals.ts'
import { encodeInputs, readsTelemetry, type RunInputs, toConfigHash } from './run-inputs.ts'
import { lastUsable, vantageOfRun } from './run-readings.ts'
import type { SimulationRequest } from './run-request.ts'
import type { RunRequest, Started } from './run-service.ts'
import type { NewRun, RunStore } from './run-store.ts'
import type { RunKind, RunPin } from './run.ts'
import { findAnswered, storeRun, toRefusal } from './store-run.ts'

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
  const within = (items: readonly ItemProblem[]): Refused | undefined => toRefusal(items, asked.path)
  const known = await findAnswered(config.store, by.idempotencyKey, [asked.kind, asked.whole])
  if (known.answer) return known.answer
  const engine = config.engines.get(simulation.engine)
  if (!engine) return refused(noEngine(simulation.engine, config.engines, asked.path))
  const { draft, problems } = checkSimulation(simulation, config.now())
  const checked = checkParameters(engine.describe().parameters, simulation.parameters ?? {})
  const wrongRequest = within([...problems, ...(checked.ok ? [] : checked.issues)])
  if (wrongRequest) return wrongRequest
  if (!checked.ok) return unexplained(engine.describe().id)
  const ground = await readGround(config, engine, { asked, draft, parameters: checked.parameters }, by)
  if (!ground.ok) return ground
  const { request, facts, reads, pin, scenario } = ground
  const bound = engine.bind(request)
  if (!bound.ok) return within(bound.issues) ?? unexplained(engine.describe().id)
  const { task, problems: wrongTask } = asked.plan(bound, facts)
  const tooLarge = findTooLarge(task, bound.outputs.length, draft.window, config.mostValues)
  const wrongPlan = toRefusal(wrongTask) ?? (tooLarge && within([tooLarge])) ?? toRefusal(await findUnmeasured(task, draft.window, reads, by.signal))
  if (wrongPlan) return wrongPlan

  const { id, version, build } = engine.describe()
  const stamp = { id, version, build }
  const inputs: RunInputs = {
    engine: stamp, input: bound.input, outputs: bound.outputs.map((each) => ({ ...each, ...facts.labelOf(each) })), artifacts: bound.artifacts, window: draft.window, seed: draft.seed, task,
    series: bound.series.map((each) => ({ ...each, key: facts.keyOf(each) ?? noSeries(each) })),
  }
  const kept = await config.artifacts.keep(encodeInputs(inputs))
  const readings = readsTelemetry(inputs) ? { watermark: pin.watermark, scenario: scenario?.id, overrides: pin.overrides } : undefined
  const run: NewRun = {
    id: newId(), kind: asked.kind, engine: stamp, predictor: undefined, request: { ...(asked.whole as object), parameters: checked.parameters }, inputs: kept, configHash: toConfigHash(kept, readings),
    pin: { ...pin, models: facts.models, artifacts: bound.artifacts }, window: draft.window, seed: draft.seed, scenario, tags: draft.tags, priority: draft.priority,
    deadlineMs: draft.deadlineMs, report: bound.report, repeats: undefined, createdBy: by.actor, mostAttempts: config.mostAttempts, reads: bound.reads,
  }
  return await storeRun(config, run, { force: simulation.force ?? false, idempotency: known.idempotency })
}

/** Programs name bound series by their index: one left out would shift the others. */
const noSeries = ({ twin, name }: { readonly twin: string; readonly name: string }): never => { throw new Error(`An engine bound the series ${name} of ${JSON.stringify(twin)}, which its model does not have.`) }

const unexplained = (engine: string): never => { throw new Error(`The engine ${engine} refused and said nothing of why.`) }

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
  const unknownNames = toRefusal(findUnknownRelationships(over ?? [], config.registry()), path)
  if (unknownNames) return unknownNames
  const vantage = await config.vantages.find({ scenario: scenarioId ?? null }, signal)
  const [{ network, unknown, cursor, at }, watermark, overrides] = await Promise.all([
    config.networks.read({ of: [...new Set(of)], over: over ?? engine.describe().over, vantage, most: mostTwins, signal }), config.telemetry.watermark(),
    config.telemetry.overrideVersions(vantage.chain),
  ])
  const unknownTwins = toRefusal(unknown.map((id) => ({ code: 'UNKNOWN_TWIN', twin: id, path: ['of', String(of.indexOf(id))], message: `There is no twin ${JSON.stringify(id.slice(0, 80))}${scenario ? ` in the scenario ${JSON.stringify(scenario.id)}` : ''}. Check the id.` })), path)
  if (unknownTwins) return unknownTwins
  const facts = createNetworkFacts(network, config.registry())
  const unread: BindRequest = { network, parameters, window: draft.window, artifacts: await readArtifacts(config.artifacts, parameters), contentOf: (twin, name) => facts.contentOf(twin, name), latest: new Map() }
  const wanted = (engine.wants?.(unread) ?? []).flatMap((each) => { const key = facts.keyOf(each); return key ? [{ each, key }] : [] })
  const reads = config.telemetry.from(vantageOfRun(vantage, watermark))
  const found = wanted.length === 0 ? [] : await lastUsable(reads, wanted.map(({ key }) => key), draft.window.from + 1, signal)
  const latest = new Map(wanted.flatMap(({ each: { twin, name } }, index) => { const reading = found[index]; return reading ? [[JSON.stringify([twin, name]), Number(reading.value)] as const] : [] }))
  return { ok: true, request: { ...unread, latest }, reads, facts, pin: { cursor, at, watermark, overrides }, scenario: scenario && { id: scenario.id, number: scenario.number } }
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
