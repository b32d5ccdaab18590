import type { ProblemCode } from '../../problem.ts'
import type { FeatureSpec } from '../feature.ts'
import type { FeatureProblem } from './bound-features.ts'

/** What is wrong, by feature and twin. */
export interface BindProblems {
  readonly count: number
  /** `twin`, `spec`: undefined where it is not about one. */
  add(code: ProblemCode, about: { readonly spec?: Pick<FeatureSpec, 'name'> | undefined; readonly twin?: string | undefined }, message: string): void
  /** At most a thousand; of those beyond how many they are. */
  all(): readonly FeatureProblem[]
}

const mostTold = 1_000

export function createBindProblems(): BindProblems {
  const told: FeatureProblem[] = []
  let count = 0
  return {
    get count() { return count },
    add(code, { spec, twin }, message) {
      count++
      if (told.length >= mostTold) return
      const about = [...(spec ? [`the feature ${JSON.stringify(spec.name.slice(0, 100))}`] : []), ...(twin === undefined ? [] : [JSON.stringify(twin.slice(0, 100))])].join(' of ')
      told.push({ code, message: about === '' ? message : `${about.charAt(0).toUpperCase()}${about.slice(1)}: ${message}`, ...(twin !== undefined && { twin }), ...(spec && { property: spec.name }) })
    },
    all: () => (count > told.length ? [...told, { code: 'INVALID_INPUT', message: `There are ${(count - told.length).toLocaleString('en')} more problems of this kind. Mend those that are told first.` }] : told),
  }
}
