import { sensorName, sensors } from './engines.ts'

/** A cycle is a flight; here they are flown one a day. */
const daySeconds = 86_400
const [short, long] = [10, 30]

/** As `registerPredictor` takes them: of each sensor the mean of ten flights and the slope of thirty, and how many flights there were. */
export const featureInputs = [
  ...sensors.map((sensor) => ({ name: `${sensorName(sensor)} mean`, from: sensorName(sensor), window: `P${short}D`, aggregate: 'MEAN' })),
  ...sensors.map((sensor) => ({ name: `${sensorName(sensor)} slope`, from: sensorName(sensor), window: `P${long}D`, aggregate: 'SLOPE', fill: 0 })),
  { name: 'flights', from: sensorName(2), window: 'P1000D', aggregate: 'COUNT' },
]

export const featureNames = featureInputs.map(({ name }) => name)

/** The same of an engine's cycles up to and with one: what training reads without a server. */
export function rowAt(cycles: readonly (readonly number[])[], last: number): readonly number[] {
  const [recent, longer] = [cycles.slice(Math.max(0, last + 1 - short), last + 1), cycles.slice(Math.max(0, last + 1 - long), last + 1)]
  const means = sensors.map((_, place) => mean(recent.map((values) => values[place] ?? NaN)))
  return [...means, ...sensors.map((_, place) => slope(longer.map((values) => values[place] ?? NaN))), last + 1]
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Least squares, a second; 0 of one value. */
function slope(values: readonly number[]): number {
  if (values.length < 2) return 0
  const [middle, level] = [(values.length - 1) / 2, mean(values)]
  const [products, squares] = values.reduce<readonly [number, number]>(([xy, xx], value, at) => [xy + (at - middle) * (value - level), xx + (at - middle) ** 2], [0, 0])
  return products / squares / daySeconds
}
