import type { ItemProblem, ProblemCode } from '../problem.ts'
import { nearest } from '../util/nearest.ts'

/** Gathers what is wrong, each with its path. */
export interface CardProblems {
  readonly all: readonly ItemProblem[]
  wrong(code: ProblemCode, path: readonly (string | number)[], message: string): void
}

export function createCardProblems(within: readonly string[] = []): CardProblems {
  const all: ItemProblem[] = []
  return {
    all,
    wrong(code, path, message) { all.push({ code, path: [...within, ...path.map(String)], message }) },
  }
}

export const shown = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)

/** ` Did you mean x?`, or, where none is near, which there are. */
export function meant(name: string, candidates: readonly string[]): string {
  const near = nearest(name, candidates)
  if (near !== undefined) return ` Did you mean ${near}?`
  const [first, more] = [candidates.slice(0, 10), candidates.length - 10]
  return candidates.length === 0 ? '' : ` There are: ${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`
}

/** Names of predictors and outputs: they become parts of names of series, in which `@`, `~`, `.` and `;` have a meaning. */
export const isName = (text: string): boolean => /^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(text)

export const nameRule = 'A name has from 1 to 64 letters, digits, - and _, a letter first.'

/** Names that come more than once, with where they come again. */
export function repeats(names: readonly string[]): readonly { readonly name: string; readonly at: number }[] {
  const seen = new Set<string>()
  return names.flatMap((name, at) => {
    if (seen.has(name)) return [{ name, at }]
    seen.add(name)
    return []
  })
}

/** Of a tensor: `[n, 3]`, n where it is free. */
export const shapeText = (shape: readonly number[]): string => `[${shape.map((size) => (size < 0 ? 'n' : size)).join(', ')}]`
