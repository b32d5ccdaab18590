import type { ArtifactStore } from '../artifact/artifact-store.ts'
import type { Vantage } from '../domain/vantage.ts'
import type { LayeredHistory } from '../history/layered-history.ts'
import type { Registry } from '../model/registry.ts'
import type { BindPorts } from '../prediction/features/bind-features.ts'
import type { PredictorStore } from '../prediction/predictor-store.ts'
import type { RunStore } from '../run/run-store.ts'
import type { OverrideBook } from '../scenario/override-book.ts'
import type { ScenarioBook } from '../scenario/scenario.ts'
import type { EngineDescription } from '../simulation/engine.ts'
import type { SourceDefinition } from '../telemetry/source/definition.ts'
import type { TelemetryService } from '../telemetry/telemetry-service.ts'
import type { Json } from '../util/json.ts'

/** A twin or a component, as it is seen from somewhere. */
export interface SeenTwin {
  readonly id: string
  /** DTMI. */
  readonly model: string
  readonly isComponent: boolean
  /** When its life began, in ms since 1970. */
  readonly born: number
  /** Every property that is set, in DTDL's JSON form. */
  readonly properties: Readonly<Record<string, Json>>
}

/** Finds twins and components by id, a component's being `twin#component`; those that do not exist there are absent. Fails with STORE_UNAVAILABLE, TIMEOUT. */
export interface SeenTwins {
  find(ids: readonly string[], from: Pick<Vantage, 'at' | 'chain'>, signal?: AbortSignal): Promise<ReadonlyMap<string, SeenTwin>>
}

/** Which scenario it was. Fails with STORE_UNAVAILABLE, TIMEOUT. */
export interface ScenarioNames {
  /** Ids of those that were promoted in a commit of this stamp, in ms since 1970; at most 100. */
  promotedAt(stamp: number, signal?: AbortSignal): Promise<readonly string[]>
  /** The id of the scenario of a number, though it ended. */
  numbered(number: number, signal?: AbortSignal): Promise<string | undefined>
}

/** What lineage is found in. */
export interface LineagePorts {
  readonly twins: SeenTwins
  readonly history: LayeredHistory
  readonly scenarios: ScenarioBook
  readonly scenarioNames: ScenarioNames
  readonly overrides: OverrideBook
  readonly telemetry: Pick<TelemetryService, 'from'>
  readonly sources: readonly SourceDefinition[]
  readonly runs: Pick<RunStore, 'find'>
  readonly artifacts: Pick<ArtifactStore, 'read'>
  readonly engines: readonly EngineDescription[]
  readonly predictors: Pick<PredictorStore, 'find' | 'head' | 'names'>
  /** Where what a stream reads is bound as it was. */
  readonly features: BindPorts
  registry(): Registry
}

/** From where a value is looked at, as a client says it and as it was found. */
export interface LineageVantage extends Vantage {
  /** The scenario's id. */
  readonly scenario: string | undefined
  /** What scenarios said later does not count; ms since 1970. Undefined: all does. */
  readonly saidUntil: number | undefined
}
