import { createStatisticsRuntime } from './adapters/augurs/statistics-runtime.ts'
import { createStatisticsThreads } from './adapters/augurs/statistics-threads.ts'
import type { Neo4jDatabase } from './adapters/neo4j/database.ts'
import { createNeo4jPredictorStore } from './adapters/neo4j/predictor-store.ts'
import { createOipRuntime } from './adapters/oip/oip-runtime.ts'
import { createOnnxRuntime } from './adapters/onnx/onnx-runtime.ts'
import type { ArtifactStore } from './artifact/artifact-store.ts'
import type { Config } from './config.ts'
import type { Services } from './graphql/services.ts'
import type { Registry } from './model/registry.ts'
import { createHostRule } from './prediction/allowed-hosts.ts'
import { createPredictorService } from './prediction/create-predictor-service.ts'
import { createDriftMonitor, type DriftMonitor } from './prediction/drift/drift-monitor.ts'
import { parseFeatures } from './prediction/features/parse-features.ts'
import { checkCardInputs } from './prediction/features/to-tensors.ts'
import type { ForecastCompute } from './prediction/forecast/forecast-service.ts'
import { createPredictorBook } from './prediction/predictor-book.ts'
import type { PredictorBook } from './prediction/predictor.ts'
import { createServedModels, type FindServedModel } from './prediction/served-model.ts'
import type { PredictorRuntime, RuntimeId } from './prediction/runtime.ts'
import type { TelemetryService } from './telemetry/telemetry-service.ts'

export interface PredictionParts {
  readonly config: Config
  readonly parts: AsyncDisposableStack
  readonly database: Neo4jDatabase
  readonly tenant: string
  readonly artifacts: ArtifactStore
  readonly telemetry: Pick<TelemetryService, 'results' | 'store'>
  registry(): Registry
}

export interface OpenPrediction {
  readonly services: Pick<Services, 'predictors'>
  /** Where forecasts are computed. */
  readonly compute: ForecastCompute
  readonly runtimes: ReadonlyMap<RuntimeId, PredictorRuntime>
  readonly book: PredictorBook
  readonly drift: DriftMonitor
  /** What others are served. */
  readonly served: FindServedModel
}

/** The part of the app that predicts: what computes, and what there is to compute. Runs are done by `openRuns`. */
export function openPrediction({ config, parts, database, tenant, artifacts, telemetry, registry }: PredictionParts): OpenPrediction {
  const { atOnce, memoryMb, hosts } = config.predictions
  const isAllowed = createHostRule(hosts)
  const threads = parts.use(createStatisticsThreads({ threads: atOnce }))
  const runtimes = new Map<RuntimeId, PredictorRuntime>([createOnnxRuntime({ processes: atOnce, memoryMb }), createOipRuntime({ isAllowed }), createStatisticsRuntime({ threads })].map((runtime) => [runtime.id, parts.use(runtime)]))
  const store = createNeo4jPredictorStore(database, tenant)
  const book = createPredictorBook(store)
  return {
    runtimes, book, compute: threads, served: createServedModels({ book, runtimes, artifacts }), drift: createDriftMonitor({ readings: { append: telemetry.results.append, latest: telemetry.store.latest } }),
    services: {
      predictors: createPredictorService({ store, book, artifacts, runtimes, registry, parseFeatures, checkInputs: checkCardInputs, isAllowed }),
    },
  }
}
