import { noise, randomOf } from './noise.ts'

/**
 * steady: the errors have nothing to do with each other; persistent: each is four fifths of the one before, and something of its own; uneven: days are noisy and nights quiet;
 * gaps: steady, and a tenth is missing, a fortieth of it in one piece; drifting: the level wanders.
 */
export type SeasonalKind = 'steady' | 'persistent' | 'uneven' | 'gaps' | 'drifting'

/** Hours of a day and of a week, of another height in each series, with noise of deviation 1. */
export function seasonalSeries(kind: SeasonalKind, length: number, seed: number): Float64Array {
  const [random, normal] = [randomOf(seed), noise(seed + 1_000_003)]
  const [height, weekly, phase] = [2 + 3 * random(), 2 * random(), 168 * random()]
  let [level, error] = [20, 0]
  const values = Float64Array.from({ length }, (_, hour) => {
    const [ofDay, ofWeek] = [((hour + phase) / 24) * 2 * Math.PI, ((hour + phase) / 168) * 2 * Math.PI]
    if (kind === 'drifting') level += 0.1 * normal()
    error = kind === 'persistent' ? 0.8 * error + 0.6 * normal() : normal()
    return level + height * Math.sin(ofDay) + weekly * Math.sin(ofWeek) + error * (kind === 'uneven' ? 1 + 0.8 * Math.sin(ofDay) : 1)
  })
  if (kind !== 'gaps') return values
  return values.map((value, hour) => (hour > 0 && hour < length - 48 && (random() < 0.075 || hour % 400 > 389) ? NaN : value))
}
