import { LinkProperty, NodeProperty } from 'epanet-js'
import type { Kpis } from '../../simulation/engine-program.ts'
import type { EpanetInput } from '../../simulation/epanet/input.ts'
import type { RoleName } from '../../simulation/epanet/vocabulary.ts'
import type { BaseState } from './base-state.ts'
import type { Solution } from './readings.ts'
import { newer } from './toolkit.ts'

/** The KPIs of a run, as it goes. */
export interface Tally {
  /** At the results' steps. */
  observe(): void
  /** The present solution holds for so many seconds. */
  last(seconds: number): void
  kpis(): Kpis
}

export interface TallyOptions {
  readonly leaks: boolean
  readonly hasAge: boolean
}

/** Litres a second for a second → cubic metres. */
const cubicMetres = 1e-3
const hour = 3_600

export function createTally({ elements, units, options }: EpanetInput, { index, isPda }: BaseState, solution: Solution, { leaks, hasAge }: TallyOptions): Tally {
  const of = (role: RoleName): readonly number[] => elements.flatMap((element, at) => (element.role === role ? [index[at] ?? 0] : []))
  const [junctions, reservoirs, tanks, pumps] = [of('junction'), of('reservoir'), of('tank'), of('pump')]
  const limits = tanks.map((tank) => ({ tank, floor: solution.node(tank, NodeProperty.Elevation), min: solution.node(tank, NodeProperty.MinLevel), max: solution.node(tank, NodeProperty.MaxLevel) }))
  const customers = new Set<number>()
  const below = new Set<number>()
  const running = new Map<number, boolean>()
  let [lowest, highest, fill, stored] = [Infinity, -Infinity, Infinity, Number.NaN]
  const sums = { supplied: 0, served: 0, unserved: 0, leaked: 0, energy: 0, starts: 0, out: 0 }

  return { observe, last, kpis }

  function observe(): void {
    const [pressure, demand] = [solution.nodes(NodeProperty.Pressure), solution.nodes(newer.demandFlow)]
    for (const junction of junctions) {
      const value = (pressure[junction - 1] ?? 0) * units.pressure
      if (value > highest) highest = value
      if ((demand[junction - 1] ?? 0) > 0) customers.add(junction)
      if (!customers.has(junction)) continue
      if (value < lowest) lowest = value
      if (value < options.servicePressure) below.add(junction)
    }
    for (const { tank, floor, min, max } of limits) fill = Math.min(fill, (solution.node(tank, NodeProperty.Head) - floor - min) / (max - min))
    if (Number.isNaN(stored)) stored = tanks.reduce((sum, tank) => sum + solution.node(tank, NodeProperty.TankVolume), 0) * units.volume
  }

  function last(seconds: number): void {
    const volume = seconds * units.flow * cubicMetres
    let [supply, filling] = [0, 0]
    for (const reservoir of reservoirs) supply -= solution.node(reservoir, NodeProperty.Demand)
    for (const tank of tanks) {
      const inflow = solution.node(tank, NodeProperty.Demand)
      filling += inflow
      if (inflow < 0) sums.out -= inflow * volume
    }
    const leaked = leaks ? total(solution.leakage()) : 0
    sums.supplied += supply * volume
    sums.leaked += leaked * volume
    sums.served += (supply - filling - leaked) * volume
    if (isPda) sums.unserved += total(solution.nodes(NodeProperty.DemandDeficit)) * volume
    for (const pump of pumps) {
      sums.energy += solution.link(pump, LinkProperty.Energy) * (seconds / hour)
      const isRunning = solution.link(pump, LinkProperty.Status) > 0
      if (isRunning && running.get(pump) === false) sums.starts += 1
      running.set(pump, isRunning)
    }
  }

  function kpis(): Kpis {
    const quality = hasAge ? solution.nodes(NodeProperty.Quality) : undefined
    const ages = quality ? [...customers].map((junction) => quality[junction - 1] ?? 0) : []
    return {
      ...finite({ minPressure: lowest, maxPressure: highest, minTankFill: fill, tankTurnover: sums.out / stored }),
      junctionsBelow: below.size, suppliedVolume: sums.supplied, servedVolume: sums.served, leakageVolume: sums.leaked, pumpEnergy: sums.energy, pumpStarts: sums.starts,
      ...(isPda ? { unservedVolume: sums.unserved } : {}),
      ...(ages.length > 0 ? { maxAge: ages.reduce((most, age) => Math.max(most, age), 0), meanAge: total(ages) / ages.length } : {}),
    }
  }
}

function total(values: Iterable<number>): number {
  let sum = 0
  for (const value of values) sum += value
  return sum
}

/** Where there is no tank or no customer, there is no such figure. */
const finite = (kpis: Kpis): Kpis => Object.fromEntries(Object.entries(kpis).filter(([, value]) => Number.isFinite(value)))
