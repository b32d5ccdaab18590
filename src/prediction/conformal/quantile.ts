/**
 * The least bound that holds, with probability `level`, for one more score exchangeable with these: the ceil((n + 1) level)-th smallest
 * (Papadopoulos et al., 2002; Lei et al., 2018, doi:10.1080/01621459.2017.1307116). The greatest where there are too few for the level.
 * `independent`: how many scores these are worth, where they hang together. Reorders the scores. NaN of none.
 */
export function conformalQuantile(scores: Float64Array, level: number, independent = scores.length): number {
  const { length } = scores
  if (length === 0) return NaN
  const share = level * (1 + 1 / Math.max(1, Math.min(independent, length)))
  return select(scores, Math.min(length, Math.max(1, Math.ceil(share * length - 1e-9))) - 1)
}

/** So many are needed for a level to be kept. */
export const fewestFor = (level: number): number => Math.ceil(level / (1 - level) - 1e-9)

/** The place-th smallest, by Hoare's selection. */
function select(scores: Float64Array, place: number): number {
  let [low, high] = [0, scores.length - 1]
  while (low < high) {
    const pivot = scores[(low + high) >> 1] ?? 0
    let [left, right] = [low, high]
    while (left <= right) {
      while ((scores[left] ?? 0) < pivot) left++
      while ((scores[right] ?? 0) > pivot) right--
      if (left > right) break
      const kept = scores[left] ?? 0
      scores[left++] = scores[right] ?? 0
      scores[right--] = kept
    }
    if (place <= right) high = right
    else if (place >= left) low = left
    else break
  }
  return scores[place] ?? NaN
}
