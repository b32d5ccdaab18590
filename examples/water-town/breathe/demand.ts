import { type Chance, wander } from './chance.ts'
import type { Junction } from './network.ts'

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

/** What a Saturday and a Sunday are to a working day: how much is used, and how many hours later. Our own, shaped like what such customers use. */
const weekEnds: Readonly<Record<string, readonly { readonly share: number; readonly later: number }[]>> = {
  RESIDENTIAL: [{ share: 1.08, later: 1.25 }, { share: 1.05, later: 1.75 }],
  COMMERCIAL: [{ share: 0.85, later: 0.5 }, { share: 0.45, later: 1 }],
  INDUSTRIAL: [{ share: 0.6, later: 0 }, { share: 0.45, later: 0 }],
}

/** Cubic metres a second that a junction's customers take: its daily pattern, week-ends, the season, and chance. `at`: milliseconds since 1970; the town keeps UTC. */
export function demandAt({ id, district, use, baseDemand, pattern }: Junction, at: number, chance: Chance): number {
  if (baseDemand === 0) return 0
  const weekday = (Math.floor(at / day) + 4) % 7 // 1970 began on a Thursday
  const { share, later } = weekEnds[use]?.[weekday === 6 ? 0 : weekday === 0 ? 1 : 2] ?? { share: 1, later: 0 }
  const season = 1 + 0.06 * Math.cos((2 * Math.PI * (at / day - 196)) / 365.25) // most in the middle of July
  const neighbours = 1 + 0.07 * wander(chance, `${district} weather`, at, 3 * hour)
  const own = 1 + 0.14 * wander(chance, `${id} demand`, at, 25 * minute) + 0.06 * wander(chance, `${id} taps`, at, 2 * minute)
  return baseDemand * multiplier(pattern, at / hour - later) * share * season * neighbours * own
}

/** Each hour's multiplier holds in its middle, with lines in between. */
function multiplier(pattern: readonly number[], hours: number): number {
  const before = Math.floor(hours - 0.5)
  const between = hours - 0.5 - before
  const of = (index: number): number => pattern[((index % 24) + 24) % 24] ?? 1
  return of(before) * (1 - between) + of(before + 1) * between
}
