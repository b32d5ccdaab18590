import type { FeatureSpec } from '../feature.ts'
import { addTo, type ExactSum, meanOf, roundSum } from './exact-sum.ts'

/** Beyond, a sum may be no float. */
const greatest = 1e290

/** What several twins say as one number; NaN among them says nothing. The same in whatever order they come. Of nothing: COUNT is 0, all others are missing. */
export function putTogether(across: FeatureSpec['across'], numbers: readonly number[]): number {
  const known = numbers.filter((number) => !Number.isNaN(number))
  if (across === 'COUNT') return known.length
  if (known.length === 0) return NaN
  if (across === 'MIN') return known.reduce((least, number) => Math.min(least, number), Infinity)
  if (across === 'MAX') return known.reduce((most, number) => Math.max(most, number), -Infinity)
  const sum: ExactSum = []
  for (const number of known) {
    if (Math.abs(number) > greatest) return NaN
    addTo(sum, number)
  }
  return across === 'SUM' ? roundSum(sum) : meanOf(sum, known.length)
}
