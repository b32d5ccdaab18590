import type { FeatureAggregate } from '../feature.ts'
import { addProduct, addProductOfSums, addTo, type ExactSum, meanOf, roundSum } from './exact-sum.ts'
import { createOrderedQueue } from './ordered-queue.ts'

/** A number about the readings that are in a window, while readings come and go. It depends on which there are, and on nothing else. */
export interface Measure {
  add(at: number, value: number): void
  /** The earliest one leaves. */
  remove(at: number, value: number): void
  /** NaN: missing. */
  value(): number
}

/** Values beyond have squares whose sum may be no float: of windows with one, sums, means, deviations and slopes are missing. */
const greatest = 1e140

/** One for each aggregate; their meaning is `FeatureAggregate`'s. */
export const measures: Readonly<Record<FeatureAggregate, () => Measure>> = {
  LAST: createLast,
  MIN: () => createExtreme((later, earlier) => later <= earlier),
  MAX: () => createExtreme((later, earlier) => later >= earlier),
  COUNT: createCount,
  DELTA: createDelta,
  SUM: () => createSums({ powers: 1, least: 1, toValue: ({ values }) => roundSum(values) }),
  MEAN: () => createSums({ powers: 1, least: 1, toValue: ({ values }, count) => meanOf(values, count) }),
  STDDEV: () => createSums({ powers: 2, least: 2, toValue: deviationOf }),
  SLOPE: () => createSums({ powers: 'times', least: 2, toValue: slopeOf }),
}

/** Of what leaves in order of time, the last one leaves last. */
export interface Last extends Measure {
  at(): number
}

export function createLast(): Last {
  let [last, of] = [-Infinity, NaN]
  return {
    add(at, value) { if (at > last) [last, of] = [at, value] },
    remove(at) { if (at === last) [last, of] = [-Infinity, NaN] },
    value: () => of,
    at: () => last,
  }
}

function createExtreme(outlives: (later: number, earlier: number) => boolean): Measure {
  const queue = createOrderedQueue(outlives)
  return { add: queue.add, remove: queue.remove, value: queue.first }
}

function createCount(): Measure {
  let count = 0
  return { add() { count++ }, remove() { count-- }, value: () => count }
}

function createDelta(): Measure {
  const [first, last] = [createOrderedQueue(() => false), createLast()]
  return {
    add(at, value) {
      first.add(at, value)
      last.add(at, value)
    },
    remove(at, value) {
      first.remove(at)
      last.remove(at, value)
    },
    value: () => last.value() - first.first(),
  }
}

/** Exact, of all readings in the window: values, their squares; times in microseconds, their squares, and times times values. */
interface Sums {
  readonly values: ExactSum
  readonly squares: ExactSum
  readonly times: ExactSum
  readonly timeSquares: ExactSum
  readonly crossed: ExactSum
}

interface SumsConfig {
  /** What is summed up: values, their squares too, or what a slope is made of. */
  readonly powers: 1 | 2 | 'times'
  /** Of fewer readings there is none. */
  readonly least: number
  toValue(sums: Sums, count: number): number
}

function createSums({ powers, least, toValue }: SumsConfig): Measure {
  const sums: Sums = { values: [], squares: [], times: [], timeSquares: [], crossed: [] }
  let [count, huge] = [0, 0]
  const change = (at: number, value: number, sign: 1 | -1): void => {
    count += sign
    if (Math.abs(value) > greatest) {
      huge += sign
      return
    }
    addTo(sums.values, sign * value)
    if (powers === 2) addProduct(sums.squares, sign * value, value)
    if (powers !== 'times') return
    addTo(sums.times, sign * at)
    addProduct(sums.timeSquares, sign * at, at)
    addProduct(sums.crossed, sign * at, value)
  }
  return {
    add(at, value) { change(at, value, 1) },
    remove(at, value) { change(at, value, -1) },
    value: () => (huge > 0 || count < least ? NaN : toValue(sums, count)),
  }
}

/** `√((n Σx² - (Σx)²) / (n (n - 1)))`: exact but for the last steps, so that nothing cancels out. */
const deviationOf = ({ values, squares }: Sums, count: number): number => Math.sqrt(spread(squares, values, values, count) / (count * (count - 1)))

/** Least squares: `(n Σtx - Σt Σx) / (n Σt² - (Σt)²)`, a second. */
const slopeOf = ({ values, times, timeSquares, crossed }: Sums, count: number): number =>
  (spread(crossed, times, values, count) / spread(timeSquares, times, times, count)) * 1_000_000

/** `n Σab - Σa Σb`. */
function spread(products: ExactSum, one: ExactSum, other: ExactSum, count: number): number {
  const exact: ExactSum = []
  for (const part of products) addProduct(exact, part, count)
  addProductOfSums(exact, one, other, -1)
  return roundSum(exact)
}
