import type { FmiVersion, FmuType } from './model-description.ts'

/** What `bind` hands to the program of the FMI engine: JSON, all references to FMUs and instances by index. */
export interface FmiInput {
  readonly fmus: readonly InputFmu[]
  readonly instances: readonly InputInstance[]
  /** Output → input, in the order of the target's turn. */
  readonly wires: readonly InputWire[]
  /** Turns of instances: sources before targets, as far as wires go round in no circle. */
  readonly order: readonly number[]
  readonly isCyclic: boolean
  /** In the order of `Bound.outputs`. */
  readonly outputs: readonly InputPort[]
  readonly knobs: readonly { readonly key: string; readonly targets: readonly (InputPort & Scaled)[] }[]
  readonly algorithm: 'JACOBI' | 'GAUSS_SEIDEL'
  /** Communication steps, in seconds: frames are at 0, every `stepsPerFrame` of them, and at the end. */
  readonly stepSize: number
  readonly stepsPerFrame: number
  readonly steps: number
  readonly tolerance: number | null
}

export interface InputFmu {
  readonly sha256: string
  readonly version: FmiVersion
  readonly modelName: string
  readonly token: string
  /** Path of the binary inside of the FMU. */
  readonly binary: string
  readonly isOncePerProcess: boolean
}

export interface InputInstance {
  readonly name: string
  /** Whom warnings are about. */
  readonly twin: string | null
  readonly fmu: number
  /** Before it is initialised. */
  readonly sets: readonly { readonly reference: number; readonly type: FmuType; readonly value: number | boolean | string }[]
  /** Telemetry: the last reading counts until the next. `series`: index into the program's series. */
  readonly series: readonly ({ readonly series: number; readonly reference: number; readonly type: FmuType } & Scaled)[]
}

/** `value × scale + shift` is in the unit of the variable that it is for. */
export interface Scaled {
  readonly scale: number
  readonly shift: number
}

/** A variable of an instance. */
export interface InputPort {
  readonly instance: number
  readonly reference: number
  readonly type: FmuType
}

export interface InputWire extends Scaled {
  readonly from: InputPort
  readonly to: InputPort
}
