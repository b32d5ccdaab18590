import type { SeriesKind } from '../../telemetry/reading.ts'
import type { EngineIssueCode } from '../engine-issue.ts'
import type { FmuType, FmuVariable } from './model-description.ts'
import type { Scalar } from './parameters.ts'

/** As what the values of a variable are seen outside; undefined: they are not (binaries, clocks). */
export type ValueKind = 'float' | 'integer' | 'boolean' | 'text'

export function kindOf(type: FmuType): ValueKind | undefined {
  switch (type) {
    case 'Float64': case 'Float32': return 'float'
    case 'Boolean': return 'boolean'
    case 'String': return 'text'
    case 'Binary': case 'Clock': return undefined
    default: return 'integer'
  }
}

/** Whether every value of the one is a value of the other. */
export const isAssignable = (from: SeriesKind | ValueKind | undefined, to: SeriesKind | ValueKind | undefined): boolean => from !== undefined && (from === to || (from === 'integer' && to === 'float'))

const int = (bits: number): readonly [number, number] => [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]
const uint = (bits: number): readonly [number, number] => [0, 2 ** bits - 1]
const safe = Number.MAX_SAFE_INTEGER
const ranges: Readonly<Partial<Record<FmuType, readonly [number, number]>>> = {
  Int8: int(8), UInt8: uint(8), Int16: int(16), UInt16: uint(16), Int32: int(32), UInt32: uint(32), Int64: [-safe, safe], UInt64: [0, safe], Enumeration: int(32),
}

/** What keeps a variable from having a value; undefined: nothing does. */
export function misfit(value: Scalar, { name, type, min, max }: FmuVariable): { readonly code: EngineIssueCode; readonly message: string } | undefined {
  const kind = kindOf(type)
  const isOfKind = kind === 'text' ? typeof value === 'string' : kind === 'boolean' ? typeof value === 'boolean' : typeof value === 'number' && Number.isFinite(value) && (kind === 'float' || Number.isInteger(value))
  if (!isOfKind) return { code: 'WRONG_TYPE', message: `${JSON.stringify(name)} takes ${kind === 'text' ? 'text' : kind === 'boolean' ? 'true or false' : kind === 'integer' ? 'a whole number' : 'a number'}, not ${JSON.stringify(value)}.` }
  if (typeof value !== 'number') return undefined
  const [least, most] = ranges[type] ?? [-Infinity, Infinity]
  const [from, to] = [Math.max(least, min ?? -Infinity), Math.min(most, max ?? Infinity)]
  return value < from || value > to ? { code: 'OUT_OF_BOUNDS', message: `${JSON.stringify(name)} takes ${from} to ${to}, not ${value}.` } : undefined
}
