import { PredictorError, type StatisticsMethod } from '../../prediction/runtime.ts'
import type { Signature, TensorType } from '../../prediction/tensor.ts'

interface Option {
  readonly least: number
  readonly most: number
  readonly isWhole: boolean
  /** Undefined: it must be given. Null: it may be left out. */
  readonly usual: number | null | undefined
}

interface Entry {
  readonly options: Readonly<Record<string, Option>>
  /** Each as long as this option says, as the history, or of one number. */
  readonly outputs: readonly { readonly name: string; readonly type: TensorType & ('FP64' | 'BOOL'); readonly length: 'horizon' | 'history' | 'one' }[]
}

const horizon: Option = { least: 1, most: 1_000, isWhole: true, usual: 1 }
const level: Option = { least: 0.05, most: 0.999, isWhole: false, usual: 0.9 }
const forecast: Entry['outputs'] = (['mean', 'lower', 'upper'] as const).map((name) => ({ name, type: 'FP64', length: 'horizon' }))

/**
 * | method | it is | options |
 * |---|---|---|
 * | MSTL | seasonal-trend decomposition by loess for several seasons, its trend forecast by ETS (Bandara et al., 2021) | season, season2: in values of the history; horizon, level |
 * | ETS | exponential smoothing without seasons, its form chosen by AICc (Hyndman et al., 2008) | horizon, level |
 * | CHANGEPOINT | Bayesian online changepoint detection of mean and variance (Adams and MacKay, 2007) | runLength: as long as runs are expected to be; after: values behind a point that it is judged by |
 * | OUTLIER_MAD | the distance of the last value from the median, in median absolute deviations (Iglewicz and Hoaglin, 1993) | threshold |
 */
const catalogue: Readonly<Record<StatisticsMethod, Entry>> = {
  MSTL: { options: { horizon, level, season: { least: 2, most: 5_000, isWhole: true, usual: undefined }, season2: { least: 3, most: 5_000, isWhole: true, usual: null } }, outputs: forecast },
  ETS: { options: { horizon, level }, outputs: forecast },
  CHANGEPOINT: {
    options: { runLength: { least: 2, most: 1e6, isWhole: false, usual: 250 }, after: { least: 1, most: 100, isWhole: true, usual: 8 } },
    outputs: [{ name: 'probability', type: 'FP64', length: 'history' }, { name: 'isChangepoint', type: 'BOOL', length: 'history' }],
  },
  OUTLIER_MAD: { options: { threshold: { least: 0.1, most: 1_000, isWhole: false, usual: 3.5 } }, outputs: [{ name: 'score', type: 'FP64', length: 'one' }, { name: 'isOutlier', type: 'BOOL', length: 'one' }] },
}

export const outputsOf = (method: StatisticsMethod): Entry['outputs'] => catalogue[method].outputs

/** Options as they hold, with those that were left out. Throws PredictorError BAD_MODEL. */
export function checkOptions(method: StatisticsMethod, given: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const { options } = catalogue[method]
  const names = Object.keys(options)
  const unknown = Object.keys(given).find((name) => !names.includes(name))
  if (unknown !== undefined) throw new PredictorError('BAD_MODEL', `${method} has no option ${JSON.stringify(unknown.slice(0, 60))}. It has ${names.join(', ')}.`)
  return Object.fromEntries(Object.entries(options).flatMap(([name, { least, most, isWhole, usual }]): readonly [string, number][] => {
    const value = Object.hasOwn(given, name) ? given[name] : usual
    if (value === undefined) throw new PredictorError('BAD_MODEL', `${method} needs the option ${name}: from ${least} to ${most}.`)
    if (value === null) return []
    if (!(value >= least && value <= most && (!isWhole || Number.isInteger(value)))) throw new PredictorError('BAD_MODEL', `The option ${name} of ${method} is ${isWhole ? 'a whole number ' : ''}from ${least} to ${most}, not ${value}.`)
    return [[name, value]]
  }))
}

export function signatureOf(method: StatisticsMethod, options: Readonly<Record<string, number>>): Signature {
  const { horizon: steps = 1 } = options
  return {
    inputs: [{ name: 'history', type: 'FP64', shape: [-1, -1] }],
    outputs: catalogue[method].outputs.map(({ name, type, length }) => ({ name, type, shape: [-1, length === 'horizon' ? steps : length === 'one' ? 1 : -1] })),
  }
}
