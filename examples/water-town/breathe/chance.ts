/** A number from 0 to below 1 for a purpose and a count: always the same one for the same two, as if thrown for others. */
export type Chance = (what: string, index: number) => number

/** All chance of the town comes from one seed, so that the same seed gives the same town at the same instant, whenever and in whatever order it is asked. */
export function createChance(seed: number): Chance {
  const start = scramble(seed | 0)
  return (what, index) => {
    // A count beyond 32 bits is taken in two halves.
    const high = Math.floor(index / 2 ** 32) | 0
    return scramble(scramble(scramble(start ^ hash(what)) ^ high) ^ (index | 0)) / 2 ** 32
  }
}

/** FNV-1a (Fowler, Noll, Vo; public domain) over UTF-16 code units. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return value
}

/** A bijection of 32-bit integers whose every output bit hangs on every input bit: triple32 by Chris Wellons, "Prospecting for Hash Functions", 2018 (public domain). */
function scramble(value: number): number {
  let mixed = value
  mixed = Math.imul(mixed ^ (mixed >>> 17), 0xed5ad4bb)
  mixed = Math.imul(mixed ^ (mixed >>> 11), 0xac4c1b51)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x31848bab)
  return (mixed ^ (mixed >>> 14)) >>> 0
}

/** Of mean 0 and standard deviation 1, never beyond 3: the sum of three uniform numbers, which is nearly normal (Irwin-Hall). */
export function jitter(chance: Chance, what: string, index: number): number {
  return 2 * (chance(what, index * 3) + chance(what, index * 3 + 1) + chance(what, index * 3 + 2)) - 3
}

/** Wanders between -1 and 1, changing its mind every `period`: value noise, smooth between its knots. */
export function wander(chance: Chance, what: string, time: number, period: number): number {
  const knot = Math.floor(time / period)
  const between = time / period - knot
  const [left, right] = [chance(what, knot) * 2 - 1, chance(what, knot + 1) * 2 - 1]
  return left + (right - left) * between * between * (3 - 2 * between)
}
