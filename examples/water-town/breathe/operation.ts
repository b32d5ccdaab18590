import type { Chance } from './chance.ts'
import { demandAt } from './demand.ts'
import type { Balance, Hydraulics } from './hydraulics.ts'
import { type Leak, leakAt } from './leak.ts'
import type { Link, Network, Tank } from './network.ts'

/** The town at one minute. Flows are cubic metres a second, heads and levels metres. */
export interface Moment extends Hydraulics {
  /** Milliseconds since 1970, a whole minute. */
  readonly at: number
  /** In the order of the junctions. */
  readonly demands: readonly number[]
  /** In the order of the tanks. */
  readonly levels: readonly number[]
  /** Ids of the pumps that run. */
  readonly running: ReadonlySet<string>
}

/** What one minute leaves to the next. */
interface Before {
  readonly levels: readonly number[]
  readonly running: ReadonlySet<string>
}

export const minute = 60_000
const [hour, day] = [3_600_000, 86_400_000]
/** At night current is cheap: from 22:00 the pump on duty fills its tank, whose float valve then holds it full until 05:00. */
const [nightBegins, nightEnds] = [22 * hour, 5 * hour]

/** What the town is made of. */
export interface Works {
  readonly network: Network
  readonly balance: Balance
  readonly chance: Chance
  readonly leaks?: readonly Leak[]
}

export interface Town extends Works {
  /** The town at the minute in which the instant lies. The same for the same plan, seed and minute, in whatever order one asks. */
  readonly at: (instant: number) => Moment
}

/**
 * As every night ends with full tanks, a day begins at 05:00 in a known state: any minute follows from at most 1,440 before it, without any beginning of
 * time. The last minute asked for is kept, so that going on from it is one step.
 */
export function createTown(works: Works): Town {
  const { network } = works
  let last: Moment | undefined
  return {
    ...works,
    at(instant) {
      const wanted = Math.floor(instant / minute) * minute
      const dawn = Math.floor((wanted - nightEnds) / day) * day + nightEnds
      let moment = last && last.at >= dawn && last.at <= wanted ? last : momentAt(works, dawn, atDawn(network))
      while (moment.at < wanted) moment = momentAt(works, moment.at + minute, after(network, moment))
      last = moment
      return moment
    },
  }
}

/** All tanks full, and no pump running. */
export const atDawn = (network: Network): Before => ({ levels: network.tanks.map((tank) => fullLevel(network, tank)), running: new Set() })

/** The level at which the pump on duty stops. */
const fullLevel = ({ links }: Network, { id }: Tank): number => links.find(({ pump, status }) => pump?.tank === id && status === 'RUNNING')?.pump?.stopAbove ?? 0

/** What the minute leaves: tanks hold what flowed in and not out. */
export function after(network: Network, { levels, flows, running, at }: Moment): Before {
  const next = levels.map((level, index) => {
    const tank = network.tanks[index]
    if (!tank) throw new RangeError('a level without a tank')
    const risen = level + (netInflow(network, tank, flows) * 60) / tank.area
    const full = fullLevel(network, tank)
    return isNight(at) && Math.abs(risen - full) < 1e-9 ? full : risen
  })
  return { levels: next, running }
}

/** A flow that changes less is found: a millionth of a litre a second. */
const settled = 1e-9

/** `before`: levels are those at `at`. */
export function momentAt({ network, balance, chance, leaks = [] }: Works, at: number, before: Before): Moment {
  const demands = network.junctions.map((junction) => demandAt(junction, at, chance))
  const running = switchPumps(network, at, before)
  const taken = network.junctions.map(({ id }, index) => (demands[index] ?? 0) + leakAt(leaks, id, at)) // no meter counts what leaks
  const circumstances = { demands: taken, running, levels: before.levels }
  let imposed: ReadonlyMap<string, number> = new Map()
  let found = balance({ ...circumstances, imposed })
  const natural = found.flows
  // What a float valve lets in hangs on what its tank gives to the next one: a few rounds settle it.
  for (let round = 0; isNight(at) && round < 10; round++) {
    const throttled = new Map([...imposed, ...floatValves(network, before.levels, found.flows, natural, running)])
    if ([...throttled].every(([id, flow]) => Math.abs((imposed.get(id) ?? Infinity) - flow) < settled)) break
    imposed = throttled
    found = balance({ ...circumstances, imposed })
  }
  return { at, demands, levels: before.levels, running, ...found }
}

const isNight = (at: number): boolean => at % day >= nightBegins || at % day < nightEnds

/** A pump in service or in reserve runs from where its tank falls below one level until it rises above another; at night the one on duty fills it. */
function switchPumps({ links, tanks }: Network, at: number, { levels, running }: Before): ReadonlySet<string> {
  const runs = ({ id, pump, status }: Link): boolean => {
    if (!pump || (status !== 'RUNNING' && status !== 'STANDBY')) return false
    const level = levels[tanks.findIndex((tank) => tank.id === pump.tank)] ?? 0
    if (isNight(at) && status === 'RUNNING') return true
    return level < pump.startBelow || (level < pump.stopAbove && running.has(id))
  }
  return new Set(links.filter(runs).map(({ id }) => id))
}

/** At night, links into tanks that would overflow the level at which their pump stops, with the flow that just fills them. */
function floatValves(network: Network, levels: readonly number[], flows: readonly number[], natural: readonly number[], running: ReadonlySet<string>): ReadonlyMap<string, number> {
  const throttled = new Map<string, number>()
  for (const [index, tank] of network.tanks.entries()) {
    const inlet = network.links.findIndex(({ id, to, mayBeThrottled }) => to === tank.node && (mayBeThrottled || running.has(id)))
    const link = network.links[inlet]
    if (!link) continue
    const outflow = (flows[inlet] ?? 0) - netInflow(network, tank, flows)
    const wanted = Math.max(0, outflow + ((fullLevel(network, tank) - (levels[index] ?? 0)) * tank.area) / 60)
    if (wanted < (natural[inlet] ?? 0)) throttled.set(link.id, wanted)
  }
  return throttled
}

export function netInflow({ links }: Network, { node }: Tank, flows: readonly number[]): number {
  return links.reduce((sum, { from, to }, index) => sum + (to === node ? (flows[index] ?? 0) : from === node ? -(flows[index] ?? 0) : 0), 0)
}
