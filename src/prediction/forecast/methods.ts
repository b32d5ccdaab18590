import { autoregression } from './method/autoregression.ts'
import { combination, type Weighted } from './method/combination.ts'
import type { Method, MethodName } from './method/method.ts'
import { drift, lastValue, seasonalNaive } from './method/naive.ts'
import { smoothing } from './method/smoothing.ts'

/** Forecasts of the same history by another version are other forecasts. */
export const methodsVersion = 3

/** A method by what it is called and the seasons that it knows, in steps. */
export interface NamedMethod {
  readonly name: Exclude<MethodName, 'PREDICTOR' | 'COMBINATION'>
  readonly seasons: readonly number[]
}

/** What a forecast is made by: the mean of its parts. */
export type Mixture = readonly Weighted<NamedMethod>[]

const makers: Readonly<Record<NamedMethod['name'], (seasons: readonly number[]) => Method>> = {
  LAST_VALUE: () => lastValue,
  DRIFT: () => drift,
  SEASONAL_NAIVE: ([season = 1]) => seasonalNaive(season),
  SMOOTHING: smoothing,
  AUTOREGRESSION: autoregression,
}

export const toMethod = ({ name, seasons }: NamedMethod): Method => makers[name](seasons)

export function mixed(mixture: Mixture): Method {
  const [only, ...more] = mixture
  return only && more.length === 0 ? toMethod(only.of) : combination(mixture.map(({ of, weight }) => ({ of: toMethod(of), weight })))
}

/** All that a series of these seasons may be forecast by, simpler ones first. */
export function methodsOf(seasons: readonly number[]): readonly NamedMethod[] {
  const sets = [[], ...seasons.map((season) => [season]), ...(seasons.length > 1 ? [seasons] : [])]
  const named = (name: NamedMethod['name'], some: readonly (readonly number[])[]): readonly NamedMethod[] => some.map((each) => ({ name, seasons: each }))
  return [...named('LAST_VALUE', [[]]), ...named('DRIFT', [[]]), ...named('SEASONAL_NAIVE', seasons.map((season) => [season])), ...named('SMOOTHING', sets), ...named('AUTOREGRESSION', sets)]
}

/** Whose mean is tried: they know the same seasons, and learn them in different ways. */
export const isPair = (one: NamedMethod, other: NamedMethod): boolean => one.name === 'SMOOTHING' && other.name === 'AUTOREGRESSION' && String(one.seasons) === String(other.seasons)
