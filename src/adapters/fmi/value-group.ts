import type { FmuType } from '../../simulation/fmi/model-description.ts'
import type { Port } from './fmu-instance.ts'

/** Variables that are read and written together: one native call for each type among them. */
export interface ValueGroup {
  /** Numbers, in the order of the ports; booleans are 0 and 1. */
  readonly values: Float64Array
  /** From the FMU into `values`. */
  read(): void
  /** From `values` into the FMU. */
  write(): void
}

export type NativeValues = Float64Array | Float32Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | BigInt64Array | BigUint64Array

/** The native functions for one type; they throw. */
export interface TypeAccess {
  make(length: number): NativeValues
  get(references: Uint32Array, values: NativeValues): void
  set(references: Uint32Array, values: NativeValues): void
}

interface Part {
  readonly access: TypeAccess
  readonly indices: readonly number[]
  readonly references: Uint32Array
  readonly native: NativeValues
}

export function createValueGroup(ports: readonly Port[], accessOf: (type: FmuType) => TypeAccess): ValueGroup {
  const values = new Float64Array(ports.length)
  const types = [...new Set(ports.map(({ type }) => type))]
  const parts = types.map((type): Part => {
    const indices = ports.flatMap((port, index) => (port.type === type ? [index] : []))
    const access = accessOf(type)
    return { access, indices, references: Uint32Array.from(indices, (index) => ports[index]?.reference ?? 0), native: access.make(indices.length) }
  })
  return {
    values,
    read() {
      for (const { access, indices, references, native } of parts) {
        access.get(references, native)
        indices.forEach((index, at) => { values[index] = Number(native[at]) })
      }
    },
    write() {
      for (const { access, indices, references, native } of parts) {
        indices.forEach((index, at) => { put(native, at, values[index] ?? 0) })
        access.set(references, native)
      }
    },
  }
}

/** Floats as they are, everything else to the nearest whole number. */
export function put(native: NativeValues, at: number, value: number): void {
  if (native instanceof BigInt64Array || native instanceof BigUint64Array) native[at] = BigInt(Math.round(value))
  else native[at] = native instanceof Float64Array || native instanceof Float32Array ? value : Math.round(value)
}
