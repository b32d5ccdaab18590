import jsonata from 'jsonata'
import type { PayloadKind } from './definition.ts'
import type { Arrival } from './decode.ts'
import { no, type Read, readPayload } from './payload.ts'

/** One payload for one mapping. */
export interface MappingJob {
  readonly expression: string
  readonly payload: PayloadKind
  readonly arrival: Arrival
}

/**
 * Runs mappings. The expressions are the operator's; the payloads are anybody's, and none of them may hold up or end the process, however long a regular
 * expression looks at it or how much memory it makes an expression take. Outcomes come in the order of the jobs. Rejects only when nothing
 * can be run at all.
 */
export interface Mapper extends AsyncDisposable {
  map(jobs: readonly MappingJob[]): Promise<readonly Read<unknown>[]>
}

/** `timeMs`: of one payload. `depth`: of nested evaluations. `items`: of any one list. */
export interface MappingLimits {
  readonly timeMs: number
  readonly depth: number
  readonly items: number
}

export const mappingLimits: MappingLimits = { timeMs: 200, depth: 500, items: 10_000 }

/** Why the text is no mapping; undefined where it is one. */
export function checkMapping(expression: string): string | undefined {
  try {
    jsonata(expression)
    return undefined
  } catch (error) {
    return `It is no JSONata expression: ${whatOf(error)}`
  }
}

export type Mapping = (job: MappingJob) => Promise<Read<unknown>>

/**
 * Compiles an expression. Its variables are the names of the topic (`$twin`), `$topic` and `$properties`. JSONata looks at the limits between its steps
 * only; whoever runs the mapping has to end what takes too long within one.
 */
export function createMapping(expression: string, { timeMs, depth, items }: MappingLimits): Mapping {
  const compiled = jsonata(expression, { timeout: timeMs, stack: depth, sequence: items })
  return async ({ payload, arrival: { text, topic, bindings, properties } }) => {
    const input = readPayload(payload, text)
    if (!input.ok) return input
    try {
      const value: unknown = await compiled.evaluate(input.value, { ...Object.fromEntries(bindings), topic, properties: Object.fromEntries(properties) })
      return { ok: true, value }
    } catch (error) {
      return no(`The mapping fails on it: ${whatOf(error)}`)
    }
  }
}

/** JSONata throws objects that are no errors. */
const whatOf = (error: unknown): string => (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string' ? error.message : String(error))
