import { createHash } from 'node:crypto'
import type { Detector } from './checks.ts'

/** The fitted numbers as they are kept: nine digits are more than the instruments have, and small differences of machines do not show in them. */
export function toParameters({ linear, ruleScale }: Detector): string {
  const shown = (value: number): number => Number(value.toPrecision(9))
  const detector: Detector = { linear: linear.map(({ of, weights, bias }) => ({ of, weights: weights.map(shown), bias: shown(bias) })), ruleScale: ruleScale.map(shown) }
  return `${JSON.stringify(detector)}\n`
}

/** What `toParameters` wrote, in a file of this folder: the project reads it from nowhere else. */
export const fromParameters = (text: string): Detector => JSON.parse(text) as Detector

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
