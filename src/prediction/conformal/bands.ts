import type { Errors } from './errors.ts'
import { conformalQuantile } from './quantile.ts'

/** How far from what is expected the truth lies at most, with the probability of the level. */
export interface Bands {
  /** Of one step ahead, two …, in units of the usual spread at the phase. */
  readonly radii: Float64Array
  /** How spread errors are at each phase of the season, 1 in the mean; empty: everywhere the same. */
  readonly spreads: Float64Array
}

/** Errors that a quantile is taken of; neighbouring steps are taken together where there are fewer. */
const enough = 120
/** Errors of a phase that count as much as what all phases have in common. */
const shrinkage = 24
/** Below so many errors a phase, phases are not told apart. */
const leastOfPhase = 12

/**
 * Split-conformal bands, a step ahead each, symmetric around what is expected. `season`: errors are measured in units of what is usual at the same phase of it,
 * so that a band is narrow at night where nights are quiet (normalised conformal prediction; Papadopoulos et al., 2008).
 */
export function conformalBands(errors: Errors, level: number, season: number | undefined): Bands {
  const { origins, steps } = errors
  const spreads = season === undefined ? new Float64Array(0) : spreadsOf(errors, season)
  const radii = new Float64Array(steps)
  const span = origins.length === 0 ? 0 : (origins.at(-1) ?? 0) - (origins[0] ?? 0) + 1
  const reach = origins.length === 0 ? 0 : Math.min(steps, Math.max(0, Math.ceil((enough / origins.length - 1) / 2)))
  const pool = new Float64Array(origins.length * (2 * reach + 1))
  for (let step = 0; step < steps; step++) {
    const from = Math.max(0, Math.min(step - reach, steps - 1 - 2 * reach))
    const filled = gather(errors, spreads, from, Math.min(steps - 1, from + 2 * reach), pool)
    const known = filled / Math.max(1, origins.length * (1 + Math.min(steps - 1, from + 2 * reach) - from))
    radii[step] = conformalQuantile(pool.subarray(0, filled), level, independentOf(known * span, step))
  }
  return { radii, spreads }
}

/** How far the band reaches on either side of what is expected `step` (0 …) ahead of `origin`. */
export const radiusOf = ({ radii, spreads }: Bands, origin: number, step: number): number =>
  (radii[step] ?? NaN) * (spreads.length === 0 ? 1 : spreads[(origin + step) % spreads.length] ?? 1)

/**
 * How many errors those of one step are worth. Forecasts that look j steps ahead from origins l apart share j - l of what they do not know: their errors correlate by up to
 * (j - l) / j, the sizes of the errors by about the square of that, which leaves 1.5 for every j steps of time. `span`: of the origins, as far as truths are known.
 */
const independentOf = (span: number, step: number): number => (1.5 * span) / (step + 1)

const scoreOf = (error: number, spreads: Float64Array, at: number): number => Math.abs(error) / (spreads.length === 0 ? 1 : spreads[at % spreads.length] ?? 1)

function gather({ origins, steps, values }: Errors, spreads: Float64Array, from: number, to: number, pool: Float64Array): number {
  let filled = 0
  for (let row = 0; row < origins.length; row++) {
    for (let step = from; step <= to; step++) {
      const error = values[row * steps + step] ?? NaN
      if (Number.isNaN(error)) continue
      pool[filled++] = scoreOf(error, spreads, (origins[row] ?? 0) + step)
    }
  }
  return filled
}

/** Mean absolute errors by phase, each step's in units of its own mean, drawn towards 1 where they are few. */
function spreadsOf({ origins, steps, values }: Errors, season: number): Float64Array {
  const usual = meansByStep(values, origins.length, steps)
  const [sums, counts] = [new Float64Array(season), new Float64Array(season)]
  let total = 0
  for (let row = 0; row < origins.length; row++) {
    for (let step = 0; step < steps; step++) {
      const [error, scale] = [values[row * steps + step] ?? NaN, usual[step] ?? 0]
      if (Number.isNaN(error) || scale === 0) continue
      const phase = ((origins[row] ?? 0) + step) % season
      sums[phase] = (sums[phase] ?? 0) + Math.abs(error) / scale
      counts[phase] = (counts[phase] ?? 0) + 1
      total++
    }
  }
  if (total < leastOfPhase * season) return new Float64Array(0)
  return sums.map((sum, phase) => (sum + shrinkage) / ((counts[phase] ?? 0) + shrinkage))
}

function meansByStep(values: Float32Array, rows: number, steps: number): Float64Array {
  const [sums, counts] = [new Float64Array(steps), new Float64Array(steps)]
  for (let index = 0; index < rows * steps; index++) {
    const error = values[index] ?? NaN
    if (Number.isNaN(error)) continue
    const step = index % steps
    sums[step] = (sums[step] ?? 0) + Math.abs(error)
    counts[step] = (counts[step] ?? 0) + 1
  }
  return sums.map((sum, step) => sum / Math.max(1, counts[step] ?? 1))
}
