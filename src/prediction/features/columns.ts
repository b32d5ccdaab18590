/** Readings of a series that may still be needed, in the order of time: places count from the first one ever, however many were let go. */
export interface Columns {
  /** The place behind the last. */
  readonly end: number
  /** How many are kept. */
  readonly size: number
  at(place: number): number
  value(place: number): number
  /** When it was known; -Infinity: always. */
  known(place: number): number
  push(at: number, value: number, known: number): void
  /** Who reads them says from which place on they are still needed. */
  onRead(needed: () => number): void
  /** Lets go what nobody needs any more. */
  release(): void
}

export function createColumns(): Columns {
  const needs: (() => number)[] = []
  let numbers = new Float64Array(3 * 16)
  /** What is still needed; the first that is in memory. */
  let [start, held, end] = [0, 0, 0]

  const move = (room: number): void => {
    const moved = new Float64Array(3 * room)
    moved.set(numbers.subarray(3 * (start - held), 3 * (end - held)))
    numbers = moved
    held = start
  }
  return {
    get end() { return end },
    get size() { return end - start },
    at: (place) => numbers[3 * (place - held)] ?? NaN,
    value: (place) => numbers[3 * (place - held) + 1] ?? NaN,
    known: (place) => numbers[3 * (place - held) + 2] ?? NaN,
    push(at, value, known) {
      let offset = 3 * (end - held)
      if (offset === numbers.length) {
        move(Math.max(16, 2 * (end - start)))
        offset = 3 * (end - held)
      }
      numbers[offset] = at
      numbers[offset + 1] = value
      numbers[offset + 2] = known
      end++
    },
    onRead(needed) { needs.push(needed) },
    release() {
      start = needs.reduce((least, needed) => Math.min(least, needed()), end)
      if (numbers.length > 192 && 3 * (end - start) < numbers.length / 4) move(Math.max(16, 2 * (end - start)))
    },
  }
}
