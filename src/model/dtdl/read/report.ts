import { documentOf, pointerOf, type Place } from './place.ts'

export interface ModelProblem {
  /** What kind of fault it is, in the words of the DTDL parser's validation ids where it has one. */
  readonly rule: string
  readonly document: number
  readonly pointer: string
  /** What is wrong and what to do. */
  readonly message: string
}

/** Gathers what is wrong with the documents. */
export interface Report {
  add(place: Place, rule: string, message: string): void
  readonly problems: readonly ModelProblem[]
}

/** More would help nobody, and a hostile document can have millions. */
const mostProblems = 1_000
const longestMessage = 1_000

export function createReport(): Report {
  const problems: ModelProblem[] = []
  return {
    problems,
    add(place, rule, message) {
      if (problems.length < mostProblems)
        problems.push({
          rule,
          document: documentOf(place),
          pointer: pointerOf(place),
          message: message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message,
        })
    },
  }
}

/** A value as it stands in a message: JSON, shortened. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
