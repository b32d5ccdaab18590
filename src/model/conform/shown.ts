import { isLosslessNumber } from 'lossless-json'

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value)

const most = 80

/** A value as a message shows it: JSON, shortened. Large values are named by their kind, for nobody would read them. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > most ? `${value.slice(0, most)}…` : value)
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `an array of ${value.length}`
  if (isRecord(value)) return `an object with ${Object.keys(value).slice(0, 5).map((key) => key.slice(0, 20)).join(', ') || 'no members'}`
  const text = String(value)
  return text.length > most ? `${text.slice(0, most)}…` : text
}
