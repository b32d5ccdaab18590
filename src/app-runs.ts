import { epanetBuild, epanetProgram, epanetVersion } from './adapters/epanet/build.ts'
import { readEngines } from './adapters/external/read-engines.ts'
import { fmiBuild } from './adapters/fmi/build.ts'
import { createWorkFolder } from './adapters/file/work-folder.ts'
import type { Neo4jDatabase } from './adapters/neo4j/database.ts'
import { createNeo4jFeatureGraph } from './adapters/neo4j/feature-graph.ts'
import { createNeo4jJournal } from './adapters/neo4j/journal.ts'
import { createNeo4jPastSettings } from './adapters/neo4j/past-settings.ts'
import { createNeo4jNetworkReader } from './adapters/neo4j/network-reader.ts'
import { createNeo4jRunStore } from './adapters/neo4j/run-store.ts'
import { createNeo4jRunTwins } from './adapters/neo4j/run-twins.ts'
import { createProcessHost } from './adapters/process/engine-host.ts'
import { createThreadHost } from './adapters/thread/thread-host.ts'
import type { ArtifactStore } from './artifact/artifact-store.ts'
import type { OpenPrediction } from './app-prediction.ts'
import type { Config } from './config.ts'
import type { Services } from './graphql/services.ts'
import { createPropertyHistory } from './history/property-history.ts'
import { createMemoryRunQueue } from './job/memory-queue.ts'
import type { RunQueue } from './job/run-queue.ts'
import type { Registry } from './model/registry.ts'
import type { Log } from './observe/log.ts'
import { createApplyCalibration } from './run/apply-calibration.ts'
import { createForecasts } from './prediction/forecast/create-forecasts.ts'
import { createGrounds } from './prediction/inference/ground-cache.ts'
import { createForecastPredictor } from './prediction/inference/forecast-predictor.ts'
import { createInferenceService } from './prediction/inference/inference-service.ts'
import { startInference } from './prediction/inference/start-inference.ts'
import { createStreamBinder } from './prediction/inference/stream-binding.ts'
import type { SelectTwins } from './prediction/inference/select-twins.ts'
import { createRunService } from './run/create-run-service.ts'
import { createRunExecutor } from './run/executor.ts'
import { followRuns } from './run/follow-runs.ts'
import { createOutputBook } from './run/output-book.ts'
import { createRunBoard } from './run/run-board.ts'
import { createRunComparison } from './simulation/compare/run-comparison.ts'
import { createEngineHosts } from './simulation/worker/engine-hosts.ts'
import { createEpanetEngine } from './simulation/epanet/engine.ts'
import { createFmiEngine } from './simulation/fmi/engine.ts'
import type { Engine } from './simulation/engine.ts'
import type { Telemetry } from './telemetry/create-telemetry.ts'
import type { GroupCommit } from './twin/group-commit.ts'
import { nowMicroseconds } from './util/clock.ts'

export interface RunParts {
  readonly config: Config
  readonly parts: AsyncDisposableStack
  readonly log: Log
  readonly database: Neo4jDatabase
  readonly tenant: string
  readonly telemetry: Telemetry
  readonly services: Pick<Services, 'vantages' | 'scenarios' | 'scenarioLife'>
  readonly commits: Pick<GroupCommit, 'submit'>
  readonly artifacts: ArtifactStore
  readonly prediction: Pick<OpenPrediction, 'runtimes' | 'book' | 'drift' | 'compute'>
  /** Finds twins by a filter. */
  readonly select: SelectTwins
  registry(): Registry
}

export interface OpenRuns {
  readonly services: Pick<Services, 'runs' | 'runTwins' | 'runBoard' | 'runComparison' | 'applyCalibration' | 'inference' | 'forecasts'>
}

/** From one look for runs that others do to the next. */
const followEveryMs = 1_000

/** The part of the app that computes: simulations, inferences, forecasts, and the runs that they are. */
export async function openRuns({ config, parts, log, database, tenant, telemetry, services: { vantages, scenarios, scenarioLife }, commits, artifacts, prediction: { runtimes, book, drift, compute }, select, registry }: RunParts): Promise<OpenRuns> {
  const onTrouble = (err: unknown, what: string): void => { log.warn({ err }, what) }
  const { engines, environmentOf } = await openEngines(config)
  const store = createNeo4jRunStore(database, tenant)
  const board = createRunBoard()
  const queue = parts.use(await openQueue(config, tenant, log))
  const { atOnce, memoryMb, silenceMs, mostValues, mostOpen, mostAttempts, leaseMs } = config.runs
  const { path: folder } = parts.use(await createWorkFolder({ onTrouble: (error) => { onTrouble(error, 'what a process that was killed has left could not be removed') } }))
  const host = parts.use(createEngineHosts({ thread: createThreadHost({ atOnce, memoryMb, silenceMs, folder }), process: createProcessHost({ atOnce, memoryMb, silenceMs, folder, ...(environmentOf && { environmentOf }) }) }))
  const networks = createNeo4jNetworkReader(database, tenant, registry)
  const graph = createNeo4jFeatureGraph(database, tenant, registry)
  const features = { graph, history: createPropertyHistory(createNeo4jPastSettings(database, tenant)), registry }
  const journal = createNeo4jJournal(database, tenant)
  const streams = createStreamBinder({ journal, select, features, networks, vantages, registry, now: nowMicroseconds })
  const executor = parts.use(createRunExecutor({
    predictors: book, streams, engines, runtimes, drift, host, artifacts, scenarios, telemetry, readings: telemetry.results, members: store, mostValues, store, queue, board, leaseMs, atOnce, now: () => nowMicroseconds() / 1_000, onTrouble,
  }))
  if (config.neo4j) parts.use(followRuns({ store, board, owner: executor.owner, everyMs: followEveryMs, onTrouble: (error) => { onTrouble(error, 'runs of other processes could not be looked up') } }))
  const outputs = createOutputBook(artifacts)
  const runTwins = createNeo4jRunTwins(database, tenant)
  const inference = {
    predictors: book, runtimes, select, features, store, artifacts, networks, vantages, scenarios, registry, telemetry, now: nowMicroseconds, mostOpen, mostValues, mostAttempts,
    async outputsOf({ inputs }: { readonly inputs: string }) { return [...(await outputs.find(inputs)).values()] },
  }
  const runs = createRunService({
    startInference: (request, by) => startInference(inference, request, by), outputs, twins: runTwins,
    engines, runtimes, store, artifacts, networks, vantages, scenarios, registry, telemetry, now: nowMicroseconds, mostOpen, mostValues, mostAttempts,
    queue, board, onTrouble, forgetResults: async (gone) => { await telemetry.results.forgetRuns(gone.map(({ id }) => id)) },
  })
  const runComparison = createRunComparison({ runs: store, telemetry: telemetry.store, outputs: runs.outputsOf })
  const plan = async (): Promise<void> => {
    await store.prepare()
    await graph.prepare()
    for (const engine of engines.values()) await networks.prepare(engine.describe().over)
  }
  void plan().catch((err: unknown) => { log.debug({ err }, 'what runs ask of the store will be planned when they come') })
  void executor.round().catch((error: unknown) => { onTrouble(error, 'runs that wait could not be looked up; it is tried again') })
  const grounds = createGrounds({ ...inference, head: async (signal) => (await journal.ends({ signal })).head })
  const predicting = { ...inference, grounds, from: telemetry.from }
  return {
    services: {
      inference: createInferenceService(predicting), forecasts: createForecasts({ compute, predictor: createForecastPredictor(predicting) }),
      runs, runTwins, runBoard: board, runComparison, applyCalibration: createApplyCalibration({ store, scenarios, life: scenarioLife, commits }) },
  }
}

interface OpenEngines {
  readonly engines: ReadonlyMap<string, Engine>
  /** What processes of an engine get as their environment. */
  environmentOf?(engine: string): Readonly<Record<string, string>>
}

async function openEngines({ enginesFile, environment }: Config): Promise<OpenEngines> {
  const builtIn = [createEpanetEngine({ program: epanetProgram, version: epanetVersion, build: epanetBuild() }), createFmiEngine({ build: fmiBuild() })]
  const byId = (all: readonly Engine[]): ReadonlyMap<string, Engine> => new Map(all.map((engine) => [engine.describe().id, engine]))
  if (enginesFile === undefined) return { engines: byId(builtIn) }
  const { engines, environmentOf } = await readEngines(enginesFile, environment, byId(builtIn).keys())
  return { engines: byId([...builtIn, ...engines]), environmentOf }
}

async function openQueue({ redisUrl: url }: Config, tenant: string, log: Log): Promise<RunQueue> {
  if (url === undefined) return createMemoryRunQueue({ onTrouble: (err, run) => { log.error({ err, run }, 'a run could not be taken to its end') } })
  const { createBullmqRunQueue } = await import('./adapters/redis/run-queue.ts') // its clients are loaded only where they are used
  return createBullmqRunQueue({ url, tenant, log })
}
