/**
 * The test of Page (Biometrika 41, 1954) and Hinkley (1971) for a change of the mean, both ways, as numbers come: how far the sum of what lies beyond the mean so far,
 * less a tolerance each, has risen above its least. Plain JSON, so that it can be kept and gone on with.
 */
export interface PageHinkley {
  /** Numbers that the mean is of. */
  readonly count: number
  readonly mean: number
  readonly up: Excursion
  readonly down: Excursion
}

interface Excursion {
  readonly sum: number
  readonly least: number
}

const still: Excursion = { sum: 0, least: 0 }

/**
 * `mean` of `count` numbers that were seen before, such as in training. `excursion`: what the test had come to, where nothing else is left of it: it goes on both ways, of which the
 * wrong one falls back with every number.
 */
export const startPageHinkley = (mean = 0, count = 0, excursion = 0): PageHinkley => ({ count, mean, up: { sum: excursion, least: 0 }, down: { sum: excursion, least: 0 } })

/** From then on as if nothing had changed: the mean stays. */
export const resetPageHinkley = ({ count, mean }: PageHinkley): PageHinkley => ({ count, mean, up: still, down: still })

/** `count` numbers of the mean `value`; of several at once what lies between the first and the last is not looked at. `tolerance`: changes of the mean that are none. */
export function advance({ count, mean, up, down }: PageHinkley, value: number, tolerance: number, times = 1): PageHinkley {
  const all = count + times
  const next = mean + ((value - mean) * times) / all
  const go = ({ sum, least }: Excursion, beyond: number): Excursion => ({ sum: sum + beyond * times, least: Math.min(least, sum + beyond * times) })
  return { count: all, mean: next, up: go(up, value - next - tolerance), down: go(down, next - value - tolerance) }
}

/** What is compared with a threshold: in units of the numbers. */
export const excursionOf = ({ up, down }: PageHinkley): number => Math.max(up.sum - up.least, down.sum - down.least)
