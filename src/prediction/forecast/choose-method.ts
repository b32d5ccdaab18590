import type { Errors } from '../conformal/errors.ts'
import { type BacktestPlan, countErrors, errorsOf, fewestChosenBy, meanAbsolute } from './backtest.ts'
import { isPair, methodsOf, type Mixture, type NamedMethod, toMethod } from './methods.ts'

/** A history on a grid. */
export interface FilledHistory {
  /** With NaN in gaps. */
  readonly truths: Float64Array
  /** With gaps filled. */
  readonly values: Float64Array
}

export interface Choice {
  readonly mixture: Mixture
  /** What was compared, the best first. */
  readonly compared: readonly { readonly mixture: Mixture; readonly error: number }[]
}

/** Methods that err by so much more than the best are as good: their mean is at least as good, and depends less on which of them happened to be ahead. */
const asGood = 0.1
const mostMixed = 4

interface Candidate {
  readonly mixture: Mixture
  readonly errors: Errors
  readonly error: number
}

/**
 * The mean of the methods that did about as well as the best, by the mean absolute error over all steps and origins that choose, as far as the truth is known. Of a history that
 * all know to the end, the simplest. Undefined where too few truths are known behind those origins: nothing tells then which method is better.
 */
export function chooseMethod(history: FilledHistory, plan: BacktestPlan, steps: number, seasons: readonly number[]): Choice | undefined {
  const single = methodsOf(seasons).flatMap((method): readonly (Candidate & { readonly method: NamedMethod })[] => {
    const forecaster = toMethod(method).fit(history.values, plan.learned)
    if (!forecaster) return []
    const errors = errorsOf(forecaster, history, plan.choosing, steps)
    if (countErrors(errors) < fewestChosenBy) return []
    return [{ method, mixture: [{ of: method, weight: 1 }], errors, error: meanAbsolute(errors) }]
  })
  const pairs = single.flatMap((one) => single.filter(({ method }) => isPair(one.method, method)).map((other): Candidate => {
    const errors = { ...one.errors, values: one.errors.values.map((error, index) => (error + (other.errors.values[index] ?? NaN)) / 2) }
    return { mixture: [{ of: one.method, weight: 0.5 }, { of: other.method, weight: 0.5 }], errors, error: meanAbsolute(errors) }
  }))
  const ranked = [...single, ...pairs].toSorted((one, other) => one.error - other.error) // of equals the simpler one comes first
  if (!ranked[0]) return undefined
  const least = ranked[0].error
  const best = least > 0 ? ranked.filter(({ error }) => error <= least * (1 + asGood)).slice(0, mostMixed) : ranked.slice(0, 1)
  return { mixture: mix(best.map(({ mixture }) => mixture)), compared: ranked.map(({ mixture, error }) => ({ mixture, error })) }
}

/** Of mixtures, each weighing the same; each method once. */
function mix(mixtures: readonly Mixture[]): Mixture {
  const weights = new Map<NamedMethod, number>()
  for (const { of, weight } of mixtures.flat()) weights.set(of, (weights.get(of) ?? 0) + weight / mixtures.length)
  return [...weights].map(([of, weight]) => ({ of, weight }))
}
