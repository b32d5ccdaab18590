import type { DistrictPlan, Spot, Use } from './plan/districts.ts'
import { groundAt, round } from './terrain.ts'

export interface Crossing {
  readonly id: string
  readonly name: string
  readonly spot: Spot
  readonly elevation: number
  readonly use: Use
  readonly demand: number
}
export interface Block { readonly from: string; readonly to: string; readonly name: string; readonly diameter: number }

interface Grid { readonly key: string; readonly column: number; readonly row: number }

/** The crossings of a district's streets: `north-b2` is its second avenue at its second street. */
export function crossingsOf(plan: DistrictPlan): Crossing[] {
  return gridOf(plan).flatMap(({ key, column, row }) => {
    const [avenue, street] = [plan.avenues[column], plan.streets[row]]
    if (!avenue || !street) return []
    const spot = place(plan, column, row)
    // Crossings differ by up to a fifth from the mean, always in the same way.
    const demand = round(plan.demand * (0.8 + 0.1 * ((2 * column + 3 * row) % 5)), 2)
    return [{ id: `${plan.id}-${key}`, name: `${avenue.name} / ${street.name}`, spot, elevation: groundAt(spot), use: street.use, demand }]
  })
}

/** The pipes between neighbouring crossings, laid away from where water enters the district. */
export function blocksOf(plan: DistrictPlan): Block[] {
  const grid = gridOf(plan)
  const rank = ranks(plan, grid)
  return neighbours(plan, grid).map(([a, b]) => {
    const [from, to] = (rank.get(a.key) ?? 0) <= (rank.get(b.key) ?? 0) ? [a, b] : [b, a]
    const along = a.row === b.row ? plan.streets[a.row] : plan.avenues[a.column]
    if (!along) throw new RangeError(`${plan.id}: no street at ${a.key}`)
    return { from: `${plan.id}-${from.key}`, to: `${plan.id}-${to.key}`, name: `${along.name}, ${from.key} to ${to.key}`, diameter: along.diameter }
  })
}

/** The district's outline: its corners, half a block outside the outermost streets, anticlockwise and closed. */
export function outlineOf(plan: DistrictPlan): Spot[] {
  const [east, north] = [plan.avenues.length - 0.5, plan.streets.length - 0.5]
  return [[-0.5, -0.5], [east, -0.5], [east, north], [-0.5, north], [-0.5, -0.5]].map(([column = 0, row = 0]) => place(plan, column, row))
}

function gridOf(plan: DistrictPlan): Grid[] {
  return plan.avenues.flatMap((_, column) => plan.streets.map((_, row) => ({ key: `${String.fromCharCode(97 + column)}${row + 1}`, column, row })))
}

function neighbours(plan: DistrictPlan, grid: readonly Grid[]): [Grid, Grid][] {
  const at = new Map(grid.map((point) => [`${point.column},${point.row}`, point]))
  return grid.flatMap((point) => {
    const next = [at.get(`${point.column + 1},${point.row}`), at.get(`${point.column},${point.row + 1}`)]
    return next.flatMap((other): [Grid, Grid][] => (other && !plan.gaps.includes(`${point.key}-${other.key}`) ? [[point, other]] : []))
  })
}

/** How many blocks each crossing is from the nearest entry, by breadth. */
function ranks(plan: DistrictPlan, grid: readonly Grid[]): Map<string, number> {
  const pairs = neighbours(plan, grid)
  const rank = new Map(plan.entries.map((key) => [key, 0]))
  for (const key of rank.keys()) {
    const further = (rank.get(key) ?? 0) + 1
    for (const [a, b] of pairs) {
      const other = a.key === key ? b.key : b.key === key ? a.key : undefined
      if (other !== undefined && !rank.has(other)) rank.set(other, further)
    }
  }
  return rank
}

function place({ corner, turn, block }: DistrictPlan, column: number, row: number): Spot {
  const angle = (turn * Math.PI) / 180
  const [east, north] = [column * block.x, row * block.y]
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return { x: round(corner.x + east * cos - north * sin, 1), y: round(corner.y + east * sin + north * cos, 1) }
}
