import { autoregression } from './method/autoregression.ts'
import { combination } from './method/combination.ts'
import type { Method, MethodName } from './method/method.ts'
import { drift, lastValue, seasonalNaive } from './method/naive.ts'
import { smoothing } from './method/smoothing.ts'

/** Forecasts of the same history by another version are other forecasts. */
export const methodsVersion = 1

const makers: Readonly<Record<Exclude<MethodName, 'PREDICTOR'>, (seasons: readonly number[]) => Method>> = {
  LAST_VALUE: () => lastValue,
  DRIFT: () => drift,
  SEASONAL_NAIVE: ([season = 1]) => seasonalNaive(season),
  SMOOTHING: smoothing,
  AUTOREGRESSION: autoregression,
  COMBINATION: (seasons) => combination(smoothing(seasons), autoregression(seasons)),
}

export const toMethod = (name: Exclude<MethodName, 'PREDICTOR'>, seasons: readonly number[]): Method => makers[name](seasons)

/** All that a series of these seasons may be forecast by, simpler ones first. */
export function methodsOf(seasons: readonly number[]): readonly Method[] {
  const sets = [[], ...seasons.map((season) => [season]), ...(seasons.length > 1 ? [seasons] : [])]
  const learned = (['SMOOTHING', 'AUTOREGRESSION', 'COMBINATION'] as const).flatMap((name) => sets.map((set) => toMethod(name, set)))
  return [lastValue, drift, ...seasons.map(seasonalNaive), ...learned]
}
