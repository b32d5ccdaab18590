import { convertUnit } from '../telemetry/unit/convert-unit.ts'

/** `value × scale + shift`. */
export interface Affine {
  readonly scale: number
  readonly shift: number
}

export const identity: Affine = { scale: 1, shift: 0 }

/** Bounds of what comes out as bounds of what goes in. */
export function boundsBefore({ min, max }: Bounds, { scale, shift }: Affine): Bounds {
  const [least, most] = [min, max].map((bound) => (bound === undefined ? undefined : (bound - shift) / scale))
  return scale < 0 ? { min: most, max: least } : { min: least, max: most }
}

interface Bounds {
  readonly min: number | undefined
  readonly max: number | undefined
}

/** From one unit of DTDL into another; undefined where they measure different things. */
export function affineOf(from: string, to: string): Affine | undefined {
  if (from === to) return identity
  const conversion = convertUnit(from, to)
  return conversion && { scale: conversion(1) - conversion(0), shift: conversion(0) }
}
