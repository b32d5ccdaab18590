import type { Json } from '../util/json.ts'

/** What something has to do with what it was made of. */
export type LineageRole =
  /** A property, and the mutation that set it. */
  | 'SET_BY'
  /** A reading, and the device or system that sent it. */
  | 'SENT_BY'
  /** A reading, and the run that says it; what a calibration found, and the calibration. */
  | 'MADE_BY'
  /** A reading that stands for others, and those. */
  | 'MADE_FROM'
  /** A reading in a scenario, and what the scenario says of its telemetry. */
  | 'CHANGED_BY'
  /** A setting or an override, and the scenario that says it. */
  | 'SAID_IN'
  /** A setting of the base, and the scenario whose promotion made it. */
  | 'PROMOTED_FROM'
  /** A scenario, and the one it branches off from. */
  | 'BRANCHES_OFF'
  /** A run, and what it read. */
  | 'READ'
  /** A run, and the predictor it asked. */
  | 'ASKED'
  /** A run, and the scenario it computed in. */
  | 'COMPUTED_IN'
  /** A result, and what a run was told of its very twin and instant. */
  | 'COMPUTED_WITH'
  /** Of several, the last one. */
  | 'LAST'

/** A property, with the value that it has from where it is looked at. */
export interface PropertyNode {
  readonly kind: 'LineageProperty'
  readonly id: string
  readonly twin: string
  readonly property: string
  /** In DTDL's JSON form; null where it has none. */
  readonly value: Json
  readonly unit: string | null
  /** ISO 8601, as everywhere here; null: as it is now. */
  readonly asOf: string | null
  readonly scenario: string | null
}

/** A mutation that set a property. */
export interface SettingNode {
  readonly kind: 'LineageSetting'
  readonly id: string
  readonly twin: string
  readonly property: string
  readonly at: string
  readonly before: Json
  readonly after: Json
  readonly actor: string | null
  readonly cause: string | null
  readonly cursor: string | null
  readonly version: number | null
  readonly scenario: string | null
}

export interface ReplacedReading {
  readonly value: unknown
  readonly quality: string
  readonly receivedAt: string
  readonly origin: string | null
  readonly sequence: number | null
}

/** One reading of a series. */
export interface ReadingNode {
  readonly kind: 'LineageReading'
  readonly id: string
  readonly twin: string
  readonly series: string
  readonly at: string
  readonly value: unknown
  /** The unit it is kept in: what came in another was converted, and only this is kept. */
  readonly unit: string | null
  readonly quality: string
  readonly source: string
  readonly receivedAt: string
  readonly origin: string | null
  readonly sequence: number | null
  readonly run: string | null
  /** Readings of the same instant in whose place it is, the last one first. */
  readonly replaced: readonly ReplacedReading[]
  readonly hasMoreReplaced: boolean
}

/** Readings of one series over a time. */
export interface SeriesNode {
  readonly kind: 'LineageSeries'
  readonly id: string
  readonly twin: string
  readonly series: string
  readonly unit: string | null
  readonly source: string
  readonly run: string | null
  /** Included; null: since it began. */
  readonly from: string | null
  /** Not included. */
  readonly to: string
  readonly count: number
  readonly firstAt: string | null
  readonly lastAt: string | null
}

/** A device or system that sends readings. */
export interface OriginNode {
  readonly kind: 'LineageOrigin'
  readonly id: string
  readonly name: string
  /** Sources of the sources file that give readings this origin. */
  readonly sources: readonly { readonly id: string; readonly kind: string; readonly url: string }[]
}

export interface OverrideNode {
  readonly kind: 'LineageOverride'
  readonly id: string
  readonly twin: string
  readonly series: string
  readonly change: 'CONSTANT' | 'FACTOR' | 'SERIES'
  readonly constant: unknown
  readonly factor: number | null
  readonly readings: number | null
  readonly setAt: string
  readonly setBy: string
}

export interface ScenarioNode {
  readonly kind: 'LineageScenario'
  readonly id: string
  readonly scenarioId: string
  readonly name: string
  readonly base: string | null
  readonly scenarioState: 'OPEN' | 'PROMOTED' | 'DISCARDED'
  readonly createdAt: string
  readonly createdBy: string
}

export interface RunNode {
  readonly kind: 'LineageRun'
  readonly id: string
  readonly runId: string
  readonly runKind: string
  readonly runState: string
  readonly engine: string
  readonly engineVersion: string
  readonly engineBuild: string
  readonly configHash: string
  readonly resultHash: string | null
  readonly seed: number
  readonly pin: { readonly cursor: string; readonly at: string; readonly watermark: string; readonly models: string; readonly artifacts: readonly string[]; readonly inputs: string }
  readonly createdAt: string
  readonly createdBy: string
  /** The rule that started it. */
  readonly rule: string | null
  readonly repeats: string | null
  /** Whether what it computed with is kept: else only this is known. */
  readonly isKept: boolean
}

export interface PredictorNode {
  readonly kind: 'LineagePredictor'
  readonly id: string
  readonly predictorId: string
  readonly name: string
  readonly predictorVersion: number
  readonly runtime: string
  readonly build: string
  readonly licence: string
  readonly description: string
  readonly training: { readonly from: string; readonly to: string; readonly dataSha256: string | null; readonly rows: number | null; readonly code: string | null } | null
  readonly metrics: Json
  /** Where what it computes with is: an artifact's SHA-256, a server's address, or the name of a method. */
  readonly model: string
  readonly registeredAt: string | null
  readonly registeredBy: string | null
}

/** A number, or a row of numbers, that a predictor was told. */
export interface FeatureNode {
  readonly kind: 'LineageFeature'
  readonly id: string
  readonly twin: string
  readonly feature: string
  readonly at: string
  /** One number, or a row of them, null for what was missing; undefined of what is not known any more. */
  readonly values: readonly (number | null)[] | null
  readonly unit: string | null
  readonly says: string
}

export interface ArtifactNode {
  readonly kind: 'LineageArtifact'
  readonly id: string
  readonly sha256: string
  readonly use: string
}

/** A value that no twin said, and a default stood for. */
export interface DefaultNode {
  readonly kind: 'LineageDefault'
  readonly id: string
  readonly twin: string
  readonly property: string
  readonly value: Json
  readonly why: string
}

/** Many inputs of a run in one. */
export interface InputsNode {
  readonly kind: 'LineageInputs'
  readonly id: string
  readonly what: 'SERIES' | 'PROPERTIES' | 'DEFAULTS'
  /** How many; of properties, of how many twins. */
  readonly count: number
  readonly parts: readonly { readonly name: string; readonly count: number }[]
}

export type LineageNode =
  | PropertyNode | SettingNode | ReadingNode | SeriesNode | OriginNode | OverrideNode | ScenarioNode | RunNode | PredictorNode | FeatureNode | ArtifactNode | DefaultNode | InputsNode

/** A node, and how to find what it was made of. */
export interface Found<Node extends LineageNode = LineageNode> {
  readonly node: Node
  /** Undefined: nothing more is known of it. */
  readonly causes?: (() => Promise<readonly Cause[]>) | undefined
  /** Of many in one: some of them. */
  readonly inputs?: ((page: InputRequest) => Promise<InputPage>) | undefined
}

export interface Cause {
  readonly role: LineageRole
  readonly of: Found
}

export interface InputRequest {
  readonly first: number
  /** The place of the last one before. */
  readonly after: number | undefined
  /** Only those of this twin. */
  readonly twin: string | undefined
}

export interface InputPage {
  readonly items: readonly { readonly place: number; readonly of: Found }[]
  readonly hasMore: boolean
}

/** Names a node: equal for equal things, however they were come to. */
export const nodeId = (what: string, ...parts: readonly (string | number | null)[]): string => `${what}:${JSON.stringify(parts)}`
