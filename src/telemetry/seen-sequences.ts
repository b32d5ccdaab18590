/** The sequence numbers that one origin gave to one series, as ranges: a device that counts up is one range, however long it runs. */
export interface Seen {
  /** First and last of each range, ascending, with gaps between them: `[0, 41, 43, 99]`. */
  readonly ranges: number[]
  /** The greatest time it gave. */
  greatestAt: number
}

/**
 * Ranges that are kept where the store keeps them; more are forgotten, the oldest first, and a redelivery of what was forgotten is stored again in its own
 * place, which changes nothing. Few, because a gateway that counts its messages over all its devices leaves a gap for each message on every series.
 */
export const mostStoredRanges = 32
/** So many may be too many before the oldest go: they go together, as moving the others takes time. */
const slack = 32

export const nothingSeen = (): Seen => ({ ranges: [], greatestAt: -Infinity })

export const copySeen = ({ ranges, greatestAt }: Seen): Seen => ({ ranges: [...ranges], greatestAt })

/** Does the number come after all that were seen? Then taking note of it changes the end only. */
export const isNext = ({ ranges }: Seen, sequence: number): boolean => ranges.length === 0 || sequence > (ranges.at(-1) ?? 0)

/** Will taking note of one more number drop the oldest? */
export const isFull = ({ ranges }: Seen, most: number): boolean => ranges.length >= 2 * (most + slack)

/**
 * Takes note of a message's number; false where it is a redelivery. A number seen before with a time later than all is none: the device has begun to count
 * anew, as after a restart.
 */
export function notice(seen: Seen, sequence: number, at: number, most = mostStoredRanges): boolean {
  const { ranges } = seen
  const last = ranges.length - 1
  if (last < 0 || sequence > (ranges[last] ?? 0)) { // the usual: one more
    if (last >= 0 && ranges[last] === sequence - 1) ranges[last] = sequence
    else ranges.push(sequence, sequence)
  } else {
    const place = firstEndingAtOrAfter(ranges, sequence)
    if (sequence >= (ranges[place] ?? 0)) {
      if (at <= seen.greatestAt) return false
      ranges.splice(0, ranges.length, sequence, sequence)
    } else insert(ranges, place, sequence)
  }
  if (ranges.length > 2 * (most + slack)) ranges.splice(0, ranges.length - 2 * most)
  if (at > seen.greatestAt) seen.greatestAt = at
  return true
}

/** Index of the start of the first range whose end is not before the number. */
function firstEndingAtOrAfter(ranges: readonly number[], sequence: number): number {
  let [low, high] = [0, ranges.length / 2 - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ranges[middle * 2 + 1] ?? 0) < sequence) low = middle + 1
    else high = middle
  }
  return low * 2
}

/** Puts a number into the gap before the range at `place`, joining what it touches. */
function insert(ranges: number[], place: number, sequence: number): void {
  const joinsAfter = ranges[place] === sequence + 1
  const joinsBefore = place > 0 && ranges[place - 1] === sequence - 1
  if (joinsAfter && joinsBefore) ranges.splice(place - 1, 2)
  else if (joinsAfter) ranges[place] = sequence
  else if (joinsBefore) ranges[place - 1] = sequence
  else ranges.splice(place, 0, sequence, sequence)
}
