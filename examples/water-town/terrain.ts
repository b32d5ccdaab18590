import type { Spot } from './plan/districts.ts'

export type Position = readonly [longitude: number, latitude: number]

/** Aldermere lies on the Dogger Bank, which has been under the North Sea for some eight thousand years. */
const origin = { longitude: 2.75, latitude: 54.9 }
/** Mean radius of the earth, metres (IUGG). */
const earthRadius = 6_371_008.8
const degree = (Math.PI / 180) * earthRadius

/** WGS 84, to 1e-7 degree (1 cm), by an equirectangular projection round the origin: exact enough for 4 km. */
export function toPosition({ x, y }: Spot): Position {
  const shrink = Math.cos((origin.latitude * Math.PI) / 180)
  return [round(origin.longitude + x / (degree * shrink), 7), round(origin.latitude + y / degree, 7)]
}

export const distance = (a: Spot, b: Spot): number => Math.hypot(a.x - b.x, a.y - b.y)

export const middle = (...spots: readonly Spot[]): Spot => ({ x: mean(spots.map(({ x }) => x)), y: mean(spots.map(({ y }) => y)) })

/** The middle of the way from `a` to `b`, and so many metres to its left. */
export function beside(a: Spot, b: Spot, left: number): Spot {
  const { x, y } = middle(a, b)
  const share = left === 0 ? 0 : left / distance(a, b)
  return { x: x - (b.y - a.y) * share, y: y + (b.x - a.x) * share }
}

/** Rising from the quay to the hill: height above datum, metres, at distances north of the quay. */
const slope: readonly (readonly [y: number, height: number])[] = [
  [-200, 3], [0, 4], [350, 10], [620, 22], [980, 36], [1300, 56], [1500, 60], [1900, 70], [2200, 74],
]

export function groundAt({ x, y }: Spot): number {
  const above = slope.findIndex(([limit]) => limit >= y)
  const [low, high] = [slope[above - 1], slope[above]]
  if (!low || !high) throw new RangeError(`no ground is known ${y} m north`)
  const height = low[1] + ((high[1] - low[1]) * (y - low[0])) / (high[0] - low[0])
  return round(height + 1.5 * Math.sin(x / 200), 1)
}

export function round(value: number, digits: number): number {
  const scale = 10 ** digits
  return Math.round(value * scale) / scale
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
