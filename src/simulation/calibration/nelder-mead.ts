import type { CalibrationVariable } from '../engine-host.ts'
import type { Found, SearchOptions } from './levenberg-marquardt.ts'
import type { Trial } from './trials.ts'

/** A corner of the simplex: where it is in the box of the bounds, each side taken as 1. A trial that failed costs infinitely much. */
interface Corner {
  readonly place: readonly number[]
  readonly cost: number
}

/** Parts of the box's sides. */
const firstSize = 0.1
const smallestSize = 1e-7
/** A round that gains less, of the cost, is the last. */
const leastGain = 1e-6
const mostRounds = 20

/**
 * Nelder and Mead's simplex search with the parameters that Gao and Han fit to the number of variables (2012), corners outside the bounds moved onto them.
 * A simplex can collapse where there is no minimum, so it is made anew around the best corner, its sides turned round, until that gains nothing.
 */
export async function nelderMead(start: Trial, { variables, trials, reserve, onIteration }: SearchOptions): Promise<Found> {
  let best = start
  let iterations = 0
  const end = (ending: Found['ending'], why: string): Found => ({ best, jacobian: undefined, iterations, ending, why })
  const cost = async (place: readonly number[]): Promise<number> => {
    const trial = await trials.at(fromPlace(variables, place))
    if (trial && trial.cost < best.cost) best = trial
    return trial?.cost ?? Infinity
  }
  const isSpent = (): boolean => trials.left() - reserve < 2
  for (let round = 0; round < mostRounds; round++) {
    const before = best.cost
    let simplex = await simplexAround(toPlace(variables, best.numbers), best.cost, firstSize * (round % 2 === 0 ? 1 : -0.37), cost, isSpent)
    while (!isSpent() && !isSmall(simplex)) {
      const lowest = best.cost
      simplex = await moved(simplex, cost, isSpent)
      iterations++
      if (best.cost < lowest) onIteration(iterations, best)
    }
    if (isSpent()) return end('spent', 'The simulations that were allowed are used up.')
    if (best.cost >= before * (1 - leastGain)) return end('converged', 'A search that began anew around the best numbers found none that are better.')
  }
  return end('stuck', `The search began anew ${mostRounds} times and still gained.`)
}

const toPlace = (variables: readonly CalibrationVariable[], numbers: readonly number[]): readonly number[] =>
  variables.map(({ min, max }, i) => (max > min ? ((numbers[i] ?? min) - min) / (max - min) : 0))

const fromPlace = (variables: readonly CalibrationVariable[], place: readonly number[]): readonly number[] =>
  variables.map(({ min, max }, i) => Math.min(max, Math.max(min, min + (place[i] ?? 0) * (max - min))))

const inBox = (place: readonly number[]): readonly number[] => place.map((x) => Math.min(1, Math.max(0, x)))

type CostOf = (place: readonly number[]) => Promise<number>

async function simplexAround(place: readonly number[], ofPlace: number, size: number, cost: CostOf, isSpent: () => boolean): Promise<readonly Corner[]> {
  const corners: Corner[] = [{ place, cost: ofPlace }]
  for (const [i, x] of place.entries()) {
    if (isSpent()) break
    const side = x + size > 1 || x + size < 0 ? -size : size
    const corner = inBox(place.with(i, x + side))
    corners.push({ place: corner, cost: await cost(corner) })
  }
  return corners
}

function isSmall(simplex: readonly Corner[]): boolean {
  const [first] = simplex
  return simplex.every(({ place }) => place.every((x, i) => Math.abs(x - (first?.place[i] ?? 0)) <= smallestSize))
}

/** One move: reflect, expand, contract, or shrink. */
async function moved(simplex: readonly Corner[], cost: CostOf, isSpent: () => boolean): Promise<readonly Corner[]> {
  const sorted = simplex.toSorted((a, b) => (a.cost < b.cost ? -1 : a.cost > b.cost ? 1 : 0)) // of two that failed neither is better
  const [best, worst, second] = [sorted[0], sorted.at(-1), sorted.at(-2)]
  if (!best || !worst || !second) return sorted
  const kept = sorted.slice(0, -1)
  const n = kept.length
  const middle = best.place.map((_, i) => kept.reduce((sum, { place }) => sum + (place[i] ?? 0), 0) / n)
  const away = async (by: number): Promise<Corner> => {
    const place = inBox(middle.map((x, i) => x + by * (x - (worst.place[i] ?? 0))))
    return { place, cost: await cost(place) }
  }
  const reflected = await away(1)
  if (reflected.cost < best.cost) {
    const expanded = isSpent() ? reflected : await away(1 + 2 / Math.max(2, n))
    return [...kept, expanded.cost < reflected.cost ? expanded : reflected]
  }
  if (reflected.cost < second.cost) return [...kept, reflected]
  if (isSpent()) return sorted
  const contraction = 0.75 - 1 / (2 * Math.max(2, n))
  const contracted = await away(reflected.cost < worst.cost ? contraction : -contraction)
  if (contracted.cost < Math.min(reflected.cost, worst.cost)) return [...kept, contracted]
  return await shrunk(best, sorted, 1 - 1 / Math.max(2, n), cost, isSpent)
}

async function shrunk(best: Corner, sorted: readonly Corner[], by: number, cost: CostOf, isSpent: () => boolean): Promise<readonly Corner[]> {
  const corners: Corner[] = [best]
  for (const { place } of sorted.slice(1)) {
    if (isSpent()) break
    const nearer = best.place.map((x, i) => x + by * ((place[i] ?? 0) - x))
    corners.push({ place: nearer, cost: await cost(nearer) })
  }
  return corners
}
