import type { Json } from '../util/json.ts'
import type { Microseconds, SeriesKind } from '../telemetry/reading.ts'
import type { EngineIssue } from './engine-issue.ts'
import type { Network } from './network.ts'

/**
 * The engine port. An engine comes in two halves, so that nobody waits for a computation on the thread that answers queries:
 * this half describes the engine and binds twins to it, pure and in moments; the other, `EngineProgram`, computes in a thread or process of its own.
 */
export interface Engine {
  describe(): EngineDescription
  /** Telemetry whose last value before the start `bind` wants to know. */
  wants?(request: BindRequest): readonly SeriesName[]
  /** Twins, parameters and artifacts → what the program computes with. Says everything that is wrong at once; nothing is to be found out only when it runs. */
  bind(request: BindRequest): Bound | Unbound
  /** The module whose `program` is the other half. */
  readonly program: URL
}

export interface EngineDescription {
  /** As clients name it, such as `epanet`. */
  readonly id: string
  readonly name: string
  /** Of the engine itself, such as `2.3.5`. */
  readonly version: string
  /** SHA-256 of what computes, or of all that names it: another build, another hash, another run. */
  readonly build: string
  readonly description: string
  /** JSON Schema (2020-12) of the parameters. Numbers with a unit name it as `unit` (DTDL's names); such may be given as `{ "value": 3, "unit": "bar" }` as well. */
  readonly parameters: Json
  /** What of the twin graph it understands. */
  readonly roles: readonly EngineRole[]
  readonly kpis: readonly KpiDescription[]
  /** The relationships by which `of` is closed over, unless the client names others. Either direction. */
  readonly over: readonly string[]
  /** BITWISE: the same inputs give the same bits on every machine. SEEDED: with the same seed. NONE: not reproducible. */
  readonly determinism: 'BITWISE' | 'SEEDED' | 'NONE'
  /** THREAD: a thread of the server. PROCESS: a process of its own, whose crash fails the run alone. */
  readonly isolation: 'THREAD' | 'PROCESS'
  /** COOPERATIVE: it looks at its signal; KILL: it ends only with its worker. */
  readonly cancel: 'COOPERATIVE' | 'KILL'
}

/** What a kind of twin is to an engine. */
export interface EngineRole {
  /** Such as `pump`. */
  readonly role: string
  readonly properties: readonly MappedProperty[]
  /** Telemetry that it writes, by its usual name. */
  readonly outputs: readonly { readonly name: string; readonly unit: string | undefined; readonly description: string }[]
  /** Telemetry that it reads. */
  readonly inputs: readonly { readonly name: string; readonly unit: string | undefined; readonly description: string }[]
}

export interface MappedProperty {
  readonly name: string
  readonly unit: string | undefined
  readonly isRequired: boolean
  readonly description: string
}

export interface KpiDescription {
  readonly name: string
  readonly unit: string | undefined
  readonly description: string
}

export interface SeriesName {
  readonly twin: string
  /** Of a component's telemetry `component.telemetry`. */
  readonly name: string
}

export interface BindRequest {
  readonly network: Network
  /** Checked against `parameters`, in its units, defaults filled in. */
  readonly parameters: Readonly<Record<string, Json>>
  readonly window: RunWindow
  /** The artifacts that the parameters name, by their SHA-256. */
  readonly artifacts: ReadonlyMap<string, Uint8Array>
  /**
   * What the twin's model says of one of its properties or telemetries (`component.name` of a component's). Values of `network` are in this unit: convert from it, and
   * refuse a unit of another quantity; where there is none, the mapping's unit, or the role's usual one, holds. Outputs that a twin has no numeric telemetry for are not emitted.
   */
  contentOf(twin: string, name: string): ContentFacts | undefined
  /** Of those it wants: the last value before the start; absent where there is none. By `JSON.stringify([twin, name])`. */
  readonly latest: ReadonlyMap<string, number>
}

export interface ContentFacts {
  readonly content: 'Property' | 'Telemetry'
  /** Of a property's values as they would lie in a series. */
  readonly kind: SeriesKind
  /** DTDL's name of the unit, such as `litrePerSecond`. */
  readonly unit: string | undefined
}

/** Simulated time: `[from, from + horizon]`, results every `step`, both ends included. */
export interface RunWindow {
  readonly from: Microseconds
  readonly horizon: Microseconds
  readonly step: Microseconds
}

export interface Unbound {
  readonly ok: false
  readonly issues: readonly [EngineIssue, ...EngineIssue[]]
}

export interface Bound {
  readonly ok: true
  /** What the program gets: the whole of it, so that it is what is hashed and kept. Floats, text, lists, objects; no NaN. */
  readonly input: Json
  /** Artifacts that the program reads, by their SHA-256. */
  readonly artifacts: readonly string[]
  /** What it writes, in the order of the values of a frame. */
  readonly outputs: readonly OutputSeries[]
  /** Telemetry that it reads over the whole window, in the order of `InputSeries`. */
  readonly series: readonly InputSeriesName[]
  /** The twins it was made of. */
  readonly reads: readonly string[]
  readonly report: BindingReport
  /** What sweeps and calibrations can turn: the value it has now, and its bounds. */
  readonly knobs: ReadonlyMap<string, Knob>
}

export interface OutputSeries extends SeriesName {
  /** Frames hold numbers; booleans are 0 and 1, integers whole. */
  readonly kind: Extract<SeriesKind, 'float' | 'integer' | 'boolean'>
  /** From the engine's unit into the series' (`contentOf`): `value × scale + shift`. Absent: it is the same. */
  readonly affine?: { readonly scale: number; readonly shift: number }
}

export interface InputSeriesName extends SeriesName {
  /** Whether readings before the window count, the last one as the value at its start. */
  readonly withBefore: boolean
}

/** Something that can be turned between runs of one open model, by `knobKey`. */
export interface Knob {
  readonly value: number
  readonly unit: string | undefined
  readonly min: number | undefined
  readonly max: number | undefined
}

/** A parameter of the engine, or a property of a twin. */
export type Variable = { readonly kind: 'parameter'; readonly name: string } | { readonly kind: 'property'; readonly twin: string; readonly name: string }

export const knobKey = (variable: Variable): string => JSON.stringify(variable.kind === 'parameter' ? [variable.name] : [variable.twin, variable.name])

/** What binding did with the twins. Lists are complete. */
export interface BindingReport {
  /** Twin → what it is to the engine, such as `pipe`, and its name there. */
  readonly mapped: readonly { readonly twin: string; readonly role: string; readonly as: string }[]
  /** What no twin said and a default stands for. */
  readonly defaulted: readonly { readonly twin: string; readonly property: string; readonly value: Json; readonly why: string }[]
  /** Values that were converted to the engine's units. */
  readonly converted: readonly { readonly twin: string; readonly property: string; readonly from: string; readonly to: string }[]
  /** Twins and relationships that the engine has no use for. */
  readonly ignored: readonly { readonly twin: string; readonly what: string; readonly why: string }[]
}
