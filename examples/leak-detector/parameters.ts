import { createHash } from 'node:crypto'
import type { Detector, LinearCheck } from './checks.ts'

/** The fitted numbers as they are kept: nine digits are more than the instruments have, and small differences of machines do not show in them. */
export function toParameters({ linear, windowed, ruleScale }: Detector): string {
  const shown = (value: number): number => Number(value.toPrecision(9))
  const [byHour, overWindow] = [linear, windowed].map((checks) => checks.map(({ of, weights, bias }): LinearCheck => ({ of, weights: weights.map(shown), bias: shown(bias) })))
  const detector: Detector = { linear: byHour ?? [], windowed: overWindow ?? [], ruleScale: ruleScale.map(shown) }
  return `${JSON.stringify(detector)}\n`
}

/** What `toParameters` wrote, in a file of this folder: the project reads it from nowhere else. */
export const fromParameters = (text: string): Detector => JSON.parse(text) as Detector

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
