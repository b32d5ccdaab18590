/** Readings of a window in the order of their times, without those that can never be its first any more. */
export interface OrderedQueue {
  /** Mostly later than all before it; one that comes late takes its place among them. */
  add(at: number, value: number): void
  /** The earliest of the window leaves it. */
  remove(at: number): void
  /** The value of the first; NaN where there is none. */
  first(): number
}

/**
 * `outlives(later, earlier)`: whether a later reading's value makes an earlier one's needless, as it stays longer. For the greatest it is `later >= earlier`: then
 * values descend, and the first is the greatest (the "monotone queue"). What nothing outlives is kept whole: the first is the earliest.
 */
export function createOrderedQueue(outlives: (later: number, earlier: number) => boolean): OrderedQueue {
  let [times, values, head]: [number[], number[], number] = [[], [], 0]

  const placeOf = (at: number): number => {
    let [low, high] = [head, times.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((times[middle] ?? 0) < at) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    add(at, value) {
      const end = times.length
      const place = end === head || (times[end - 1] ?? 0) < at ? end : placeOf(at)
      if (place < end && outlives(values[place] ?? 0, value)) return
      let start = place
      while (start > head && outlives(value, values[start - 1] ?? 0)) start--
      if (place === end) {
        times.length = start
        values.length = start
        times.push(at)
        values.push(value)
      } else {
        times.splice(start, place - start, at)
        values.splice(start, place - start, value)
      }
    },
    remove(at) {
      if (head >= times.length || times[head] !== at) return
      head++
      if (head > 1_024 && head * 2 > times.length) [times, values, head] = [times.slice(head), values.slice(head), 0]
    },
    first: () => (head < values.length ? values[head] ?? NaN : NaN),
  }
}
