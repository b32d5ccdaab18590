import { isLosslessNumber } from 'lossless-json'
import type { PrimitiveType } from '../model.ts'

export type IntegerType = Extract<PrimitiveType, 'byte' | 'short' | 'integer' | 'long' | 'unsignedByte' | 'unsignedShort' | 'unsignedInteger' | 'unsignedLong'>

const ranges: Readonly<Record<IntegerType, readonly [least: bigint, greatest: bigint]>> = {
  byte: [-128n, 127n], short: [-32_768n, 32_767n], integer: [-(2n ** 31n), 2n ** 31n - 1n], long: [-(2n ** 63n), 2n ** 63n - 1n],
  unsignedByte: [0n, 255n], unsignedShort: [0n, 65_535n], unsignedInteger: [0n, 2n ** 32n - 1n], unsignedLong: [0n, 2n ** 64n - 1n],
}

export const isIntegerType = (type: PrimitiveType): type is IntegerType => Object.hasOwn(ranges, type)

/**
 * The integer that a value is, exactly; undefined where it is none of the type. JS numbers beyond 2^53 have lost digits and are none; JSON's `0.0` and `1e3`
 * are none (a lossless number keeps how it was written), and an unsigned integer has no sign, so `-0` is none of them.
 */
export function toInteger(type: IntegerType, value: unknown, longsAsStrings = false): bigint | undefined {
  const whole = wholeOf(type, value, longsAsStrings)
  const [least, greatest] = ranges[type]
  return whole !== undefined && whole >= least && whole <= greatest ? whole : undefined
}

function wholeOf(type: IntegerType, value: unknown, longsAsStrings: boolean): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  if (isLosslessNumber(value)) return (type.startsWith('unsigned') ? /^\d{1,20}$/ : /^-?\d{1,19}$/).test(value.value) ? BigInt(value.value) : undefined
  const isText = longsAsStrings && typeof value === 'string' && (type === 'long' || type === 'unsignedLong')
  return isText && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined
}

/** Is the value a number that the type can hold, apart from rounding? Beyond the greatest it would become infinite. */
export function isFloating(type: 'double' | 'float', value: unknown): boolean {
  const number = typeof value === 'number' ? value : typeof value === 'bigint' || isLosslessNumber(value) ? Number(value.toString()) : Number.NaN
  return Number.isFinite(type === 'float' ? Math.fround(number) : number)
}
