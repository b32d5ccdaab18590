/** What was predicted, and what came. */
export interface Outcome {
  readonly predicted: number
  readonly measured: number
  readonly bounds: { readonly lower: number; readonly upper: number } | undefined
}

/** Sums over outcomes: those of several series add up. */
export interface SkillSums {
  readonly count: number
  readonly error: number
  readonly absolute: number
  readonly square: number
  readonly bounded: number
  readonly inside: number
  readonly width: number
  /** Of what lies outside, how far. */
  readonly outside: number
}

export interface Skill {
  /** Outcomes that there were. */
  readonly count: number
  /** Mean absolute error, root mean square error, and mean of predicted minus measured; null without outcomes. */
  readonly mae: number | null
  readonly rmse: number | null
  readonly bias: number | null
  /** Share of outcomes within their bounds, bounds included; null where none has bounds. */
  readonly coverage: number | null
  /** Of the bounds, in the mean. */
  readonly width: number | null
  /** Null where no level is known. */
  readonly intervalScore: number | null
}

export const noOutcome: SkillSums = { count: 0, error: 0, absolute: 0, square: 0, bounded: 0, inside: 0, width: 0, outside: 0 }

export function sumOutcomes(outcomes: Iterable<Outcome>, from: SkillSums = noOutcome): SkillSums {
  const sums = { ...from }
  for (const { predicted, measured, bounds } of outcomes) {
    const error = predicted - measured
    sums.count++
    sums.error += error
    sums.absolute += Math.abs(error)
    sums.square += error ** 2
    if (!bounds) continue
    const beyond = Math.max(0, bounds.lower - measured, measured - bounds.upper)
    sums.bounded++
    sums.inside += beyond === 0 ? 1 : 0
    sums.width += bounds.upper - bounds.lower
    sums.outside += beyond
  }
  return sums
}

export const addSums = (one: SkillSums, other: SkillSums): SkillSums => ({
  count: one.count + other.count, error: one.error + other.error, absolute: one.absolute + other.absolute, square: one.square + other.square,
  bounded: one.bounded + other.bounded, inside: one.inside + other.inside, width: one.width + other.width, outside: one.outside + other.outside,
})

/**
 * `level`: the probability that bounds were given with. The interval score (Gneiting and Raftery, JASA 102, 2007, eq. 43) is the width, and 2 / (1 - level) times how far
 * outcomes lie outside: least in the mean for the true quantiles, so that neither wide nor bold bounds are rewarded. It is 2 / (1 - level) times the pinball losses of both bounds.
 */
export function toSkill({ count, error, absolute, square, bounded, inside, width, outside }: SkillSums, level: number | undefined): Skill {
  const mean = (sum: number, of: number): number | null => (of === 0 ? null : sum / of)
  return {
    count, mae: mean(absolute, count), rmse: count === 0 ? null : Math.sqrt(square / count), bias: mean(error, count), coverage: mean(inside, bounded), width: mean(width, bounded),
    intervalScore: level === undefined ? null : mean(width + (2 / (1 - level)) * outside, bounded),
  }
}
