import { findChangepoints } from './changepoints.ts'
import { scoreLast } from './outlier.ts'
import type { StatisticsAnswer, StatisticsJob } from './statistics-job.ts'
import { forecastWith } from './wasm-models.ts'

/** What the methods take at least, of known values. */
const fewest = 10

/** A row: gaps are carried over from the value before them; those at the beginning are left out, and so in what is said of each value it is of no changepoint. */
export function doJob({ method, options, history }: StatisticsJob): StatisticsAnswer {
  const first = history.findIndex((value) => !Number.isNaN(value))
  const known = history.reduce((count, value) => (Number.isNaN(value) ? count : count + 1), 0)
  if (known < fewest) return { code: 'WRONG_SHAPE', message: `${method} takes a history of at least ${fewest} numbers; of the ${history.length} given ${known} are numbers.` }
  if (history.some((value) => Math.abs(value) === Infinity)) return { code: 'WRONG_SHAPE', message: 'The history has infinite numbers. Give finite ones, and NaN in gaps.' }
  const values = carried(history.subarray(first))
  const { season = 1, season2, horizon = 1, level = 0.9, runLength = 250, after = 8, threshold = 3.5 } = options
  switch (method) {
    case 'MSTL': {
      const seasons = season2 === undefined ? [season] : [season, season2]
      const longest = Math.max(...seasons)
      if (values.length < 2 * longest) return { code: 'WRONG_SHAPE', message: `MSTL takes a history of at least two seasons: ${2 * longest} numbers from the first that is known, not ${values.length}.` }
      return forecastWith({ values, seasons: seasons.toSorted((one, other) => one - other), horizon, level })
    }
    case 'ETS': return forecastWith({ values, seasons: [], horizon, level })
    case 'CHANGEPOINT': {
      const found = findChangepoints(values, { runLength, after })
      return { rows: [found.probability, found.isChangepoint].map((row) => Float64Array.of(...new Float64Array(first), ...row)) }
    }
    case 'OUTLIER_MAD': {
      if (Number.isNaN(history.at(-1))) return { code: 'WRONG_SHAPE', message: 'OUTLIER_MAD judges the last number of a history, and it is missing.' }
      const score = scoreLast(values)
      return { rows: [Float64Array.of(score), Float64Array.of(Math.abs(score) > threshold ? 1 : 0)] }
    }
  }
}

function carried(history: Float64Array): Float64Array {
  const values = history.slice()
  for (let at = 1; at < values.length; at++) if (Number.isNaN(values[at])) values[at] = values[at - 1] ?? 0
  return values
}
