import type { AlertBoard } from '../alert/alert-board.ts'
import type { AlertService } from '../alert/alert-service.ts'
import type { ChannelService } from '../alert/channel-service.ts'
import type { RuleService } from '../alert/rule-service.ts'
import type { ChangeFeed } from '../change/feed/change-feed.ts'
import type { LiveQueries } from '../change/live/live-queries.ts'
import type { LivePlan } from '../change/live/live-plan.ts'
import type { LiveField } from '../domain/live/live-planner.ts'
import type { DiffService } from '../diff/diff-service.ts'
import type { TwinReader } from '../domain/twin-reader.ts'
import type { Vantages } from '../domain/vantage.ts'
import type { Instants } from '../history/instants.ts'
import type { LayeredHistory } from '../history/layered-history.ts'
import type { LineageService } from '../lineage/lineage-service.ts'
import type { Forecasts } from '../prediction/forecast/forecast.ts'
import type { ModelService } from '../model/model-service.ts'
import type { InferenceService } from '../prediction/inference/inference-service.ts'
import type { PredictorService } from '../prediction/predictor-service.ts'
import type { ApplyCalibration } from '../run/apply-calibration.ts'
import type { RunBoard } from '../run/run-board.ts'
import type { RunService } from '../run/run-service.ts'
import type { RunTwinReader } from '../run/run-twins.ts'
import type { ScenarioEdits } from '../scenario/edit-pages.ts'
import type { ScenarioBook } from '../scenario/scenario.ts'
import type { ScenarioService } from '../scenario/scenario-service.ts'
import type { RunComparison } from '../simulation/compare/run-comparison.ts'
import type { ReadingStreams } from '../telemetry/stream/reading-streams.ts'
import type { TelemetryService } from '../telemetry/telemetry-service.ts'
import type { TwinMigrationService } from '../twin/migrate/migration-service.ts'
import type { TwinService } from '../twin/twin-service.ts'

/** What resolvers can ask of the server. */
export interface Services {
  readonly models: ModelService
  readonly twins: TwinService
  readonly migration: TwinMigrationService
  readonly reader: TwinReader
  readonly vantages: Vantages
  readonly instants: Instants
  readonly history: LayeredHistory
  readonly diff: DiffService
  readonly lineage: LineageService
  readonly telemetry: TelemetryService
  readonly scenarios: ScenarioBook
  /** Makes scenarios and ends them. */
  readonly scenarioLife: ScenarioService
  readonly scenarioEdits: ScenarioEdits
  readonly runs: RunService
  readonly runTwins: RunTwinReader
  readonly runBoard: Pick<RunBoard, 'listen' | 'following'>
  readonly runComparison: RunComparison
  readonly applyCalibration: ApplyCalibration
  readonly predictors: PredictorService
  readonly inference: InferenceService
  readonly forecasts: Forecasts
  readonly rules: RuleService
  readonly alerts: AlertService
  readonly alertChannels: ChannelService
  readonly alertBoard: Pick<AlertBoard, 'listen' | 'following'>
  readonly feed: ChangeFeed
  readonly readings: ReadingStreams
  readonly live: Pick<LiveQueries, 'subscribe'>
  /** Compiles a live query; throws the Failure that refuses its arguments. */
  readonly planLive: (field: LiveField) => LivePlan
}
