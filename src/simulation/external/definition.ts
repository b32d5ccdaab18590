import type { KpiDescription } from '../engine.ts'
import type { Json } from '../../util/json.ts'

/** A program that is an engine, as the engines file describes it. Units are DTDL's names. */
export interface ExternalEngine {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly description: string
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly [string, ...string[]]
  /** Other files that it is made of, beside the engines file: when one changes, so does the engine's build. */
  readonly files: readonly string[]
  /** Its environment: texts, `${NAME}` standing for a variable of the server's. */
  readonly environment: ReadonlyMap<string, string>
  /** JSON Schema (2020-12). Numbers that sweeps and calibrations may turn say `"variable": true`. */
  readonly parameters: Json
  readonly roles: readonly ExternalRole[]
  readonly kpis: readonly KpiDescription[]
  readonly over: readonly string[]
  readonly determinism: 'BITWISE' | 'SEEDED' | 'NONE'
  readonly limits: ExternalLimits
}

/** What twins of some models are to the program. */
export interface ExternalRole {
  readonly role: string
  /** DTMIs, with a version or without: then of any. */
  readonly models: readonly string[]
  readonly properties: readonly ExternalProperty[]
  readonly inputs: readonly ExternalSeries[]
  readonly outputs: readonly ExternalSeries[]
}

export interface ExternalProperty {
  /** Of a component's property `component.property`. */
  readonly name: string
  readonly type: 'number' | 'boolean' | 'string' | 'any'
  readonly unit: string | undefined
  readonly isRequired: boolean
  readonly min: number | undefined
  readonly max: number | undefined
  /** Whether sweeps and calibrations may turn it. */
  readonly isVariable: boolean
  readonly description: string
}

/** Telemetry. */
export interface ExternalSeries {
  readonly name: string
  readonly unit: string | undefined
  /** Of inputs: whether twins must have it. */
  readonly isRequired: boolean
  readonly description: string
}

export interface ExternalLimits {
  /** Of one run, and of opening a model. */
  readonly timeMs: number
  /** From one line to the next. */
  readonly silenceMs: number
  /** MiB of resident memory, of the program and all that it starts. */
  readonly memoryMb: number
  /** That it may write in one run. */
  readonly outputBytes: number
}
