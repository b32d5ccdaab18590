import type { Quality } from '../reading.ts'

/** A message whose form is right; the rest is still to be found out. What it leaves open may be null as well as absent. */
export interface Decoded {
  readonly twin: string
  readonly values: Readonly<Record<string, unknown>>
  readonly at?: string | null
  readonly quality?: Quality | null
  readonly origin?: string | null
  readonly sequence?: number | null
  readonly units?: Readonly<Record<string, unknown>> | null
}

const qualities: ReadonlySet<unknown> = new Set<Quality>(['GOOD', 'UNCERTAIN', 'BAD'])
const longestId = 512
const longestOrigin = 256

/** The form of a message; a sentence about what is wrong with it otherwise. */
export function decode(body: unknown): Decoded | string {
  if (!isRecord(body)) return 'A message is an object such as { "twin": "pump-1", "at": "2026-03-01T06:30:00Z", "values": { "flow": 4.2 } }.'
  const { twin, at, values, quality, origin, sequence, units } = body
  if (typeof twin !== 'string' || twin === '' || twin.length > longestId) return `twin is the id of a twin, a text of 1 to ${longestId} characters.`
  if (!isRecord(values)) return 'values is an object of telemetry names and their values, such as { "flow": 4.2 }.'
  if (isGiven(at) && typeof at !== 'string') return 'at is an instant with its offset, as text: "2026-03-01T06:30:00Z".'
  if (isGiven(quality) && !qualities.has(quality)) return 'quality is GOOD, UNCERTAIN or BAD.'
  if (isGiven(origin) && !isName(origin)) return `origin is a text of 1 to ${longestOrigin} characters.`
  if (isGiven(sequence) && !(typeof sequence === 'number' && Number.isSafeInteger(sequence) && sequence >= 0)) return 'sequence is a whole number from 0 to 2^53 - 1.'
  if (isGiven(units) && !isRecord(units)) return 'units is an object of telemetry names and DTDL units, such as { "flow": "cubicMetrePerHour" }.'
  return body as unknown as Decoded // not copied: hundreds of thousands a second come by
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null
const isName = (value: unknown): boolean => typeof value === 'string' && value !== '' && value.length <= longestOrigin && isStorable(value)

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Texts that every store can hold: Unicode, without the character of code 0. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000')
