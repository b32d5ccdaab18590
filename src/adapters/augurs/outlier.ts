import { medianOf } from './scaled.ts'

/** Of a normal distribution the standard deviation is so many median absolute deviations; mean absolute deviations, where more than half are equal. */
const [perMedian, perMean] = [1.4826, 1.2533]

/** How far the last value lies from the median of all, in robust standard deviations; signed. 0 where nothing ever changed. */
export function scoreLast(values: Float64Array): number {
  const middle = medianOf(values)
  const deviations = values.map((value) => Math.abs(value - middle))
  const spread = perMedian * medianOf(deviations) || perMean * deviations.reduce((sum, deviation) => sum + deviation / deviations.length, 0)
  return spread === 0 ? 0 : ((values.at(-1) ?? middle) - middle) / spread
}
