import { convertUnit } from '../telemetry/unit/convert-unit.ts'

/** `value × scale + shift`. */
export interface Affine {
  readonly scale: number
  readonly shift: number
}

/** From one unit of DTDL into another; undefined where they measure different things. */
export function affineOf(from: string, to: string): Affine | undefined {
  if (from === to) return { scale: 1, shift: 0 }
  const conversion = convertUnit(from, to)
  return conversion && { scale: conversion(1) - conversion(0), shift: conversion(0) }
}
