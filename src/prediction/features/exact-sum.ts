/**
 * A sum that nothing was rounded of: numbers that do not overlap, the least first (J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust
 * Geometric Predicates", 1997). So what was added can be taken away again without a trace, and a sum is the same in whatever order its numbers came and went.
 */
export type ExactSum = number[]

/** Adds a number that is finite, where the sum stays below the greatest of all floats. */
export function addTo(sum: ExactSum, number: number): void {
  let carried = number
  let kept = 0
  for (let place = 0; place < sum.length; place++) { // plain, as millions of readings come through here
    const part = sum[place] ?? 0
    const isLarger = Math.abs(part) > Math.abs(carried)
    const large = isLarger ? part : carried
    const small = isLarger ? carried : part
    carried = large + small
    const rest = small - (carried - large)
    if (rest !== 0) sum[kept++] = rest
  }
  if (carried !== 0) sum[kept++] = carried
  if (sum.length !== kept) sum.length = kept
}

/** 2^27 + 1 cuts a float in two halves whose products are exact (Veltkamp). */
const splitter = 134_217_729

/** Adds `one × other`, exactly (Dekker): for magnitudes whose product is from 1e-290 to 1e290, or 0. */
export function addProduct(sum: ExactSum, one: number, other: number): void {
  const product = one * other
  const [oneCut, otherCut] = [splitter * one, splitter * other]
  const [oneHigh, otherHigh] = [oneCut - (oneCut - one), otherCut - (otherCut - other)]
  const [oneLow, otherLow] = [one - oneHigh, other - otherHigh]
  addTo(sum, oneLow * otherLow - (product - oneHigh * otherHigh - oneLow * otherHigh - oneHigh * otherLow))
  addTo(sum, product)
}

/** Adds `one × other × factor`, exactly; the factor is 1 or -1. */
export function addProductOfSums(sum: ExactSum, one: ExactSum, other: ExactSum, factor: 1 | -1): void {
  for (const left of one) for (const right of other) addProduct(sum, factor * left, right)
}

/** The float that is nearest to the sum, of two the even one, as Python's `math.fsum` has it. */
export function roundSum(sum: ExactSum): number {
  let place = sum.length - 1
  let [rounded, rest] = [sum[place] ?? 0, 0]
  while (place > 0 && rest === 0) {
    const part = sum[--place] ?? 0
    const before = rounded
    rounded = before + part
    rest = part - (rounded - before)
  }
  const below = sum[place - 1] ?? 0
  if (rest !== 0 && Math.sign(rest) === Math.sign(below)) { // half way between two floats, but for what is below
    const twice = rest * 2
    const next = rounded + twice
    if (next - rounded === twice) return next
  }
  return rounded
}

/** `sum / count`, off by no more than the last bit; of equal numbers that number. */
export function meanOf(sum: ExactSum, count: number): number {
  const mean = roundSum(sum) / count
  const rest = [...sum]
  addProduct(rest, -mean, count)
  return mean + roundSum(rest) / count
}
