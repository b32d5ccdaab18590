import { createLinearSystem } from './linear-system.ts'
import type { Link, Network } from './network.ts'

/** What the network is asked at one moment. */
export interface Circumstances {
  /** Of the junctions, in their order. */
  readonly demands: readonly number[]
  /** Of reservoirs and tanks, by node. */
  readonly heads: ReadonlyMap<number, number>
  /** Ids of the links that nothing may pass. */
  readonly shut: ReadonlySet<string>
  /** Ids of links whose flow is set by something outside of the network, such as the float valve of a tank. */
  readonly imposed: ReadonlyMap<string, number>
}

/** Heads by node, flows in the order of the links. */
export interface Hydraulics {
  readonly heads: readonly number[]
  readonly flows: readonly number[]
}

type Mode = 'open' | 'shut' | 'reducing' | 'imposed'

const mostIterations = 200
/** A flow that changes less is found: a ten-thousandth of a litre a second. */
const flowTolerance = 1e-7
const headTolerance = 1e-4
/** The least that the loss grows with the flow, in m/(m³/s): the exponent would make it 0 at no flow, and its inverse infinite. */
const leastGradient = 1e-1
const shutConductance = 1e-10
const holding = 1e8

/**
 * Heads and flows in balance, by the global gradient algorithm (Todini and Pilati, 1988) as in EPANET 2 (Rossman, EPANET 2 Users Manual, 2000, appendix D),
 * pressure reducing valves and check valves included. `guess`: flows to begin with; those of a moment ago save steps. Throws where there is no balance.
 */
export function balance(network: Network, circumstances: Circumstances, guess?: readonly number[]): Hydraulics {
  const { links, junctions } = network
  const { shut, imposed, demands } = circumstances
  const modes = links.map(({ id, reducesTo }): Mode => (shut.has(id) ? 'shut' : imposed.has(id) ? 'imposed' : reducesTo === undefined ? 'open' : 'reducing'))
  const flows = links.map((link, index) => imposed.get(link.id) ?? (modes[index] === 'shut' ? 0 : link.pump ? guess?.[index] || link.pump.ratedFlow : (guess?.[index] ?? 0.005)))
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    const heads = findHeads(network, circumstances, modes, flows)
    const change = moveFlows(links, modes, heads, flows)
    const held = holdOutlets(links, modes, flows, demands)
    if (Math.max(change, held) < flowTolerance && !changeModes(links, shut, modes, heads, flows)) return { heads, flows: flows.map((flow, index) => (modes[index] === 'shut' ? 0 : flow)) }
    if (iteration % 2 === 1) changeModes(links, shut, modes, heads, flows)
  }
  throw new RangeError(`no balance of the network of ${junctions.length} junctions is found`)
}

interface Loss {
  readonly loss: number
  readonly gradient: number
}

export function lossOf({ offset, resistance, exponent, minor }: Link, flow: number): Loss {
  const size = Math.abs(flow)
  const friction = resistance * size ** (exponent - 1)
  const gradient = exponent * friction + 2 * minor * size
  return gradient < leastGradient ? { loss: offset + leastGradient * flow, gradient: leastGradient } : { loss: offset + flow * (friction + minor * size), gradient }
}

function findHeads({ junctions, reservoirs, tanks, links }: Network, { demands, heads: given }: Circumstances, modes: readonly Mode[], flows: readonly number[]): number[] {
  const unknown = junctions.length
  const system = createLinearSystem(unknown)
  for (const [index, demand] of demands.entries()) system.addRight(index, -demand)
  for (const [index, link] of links.entries()) {
    const flow = flows[index] ?? 0
    if (modes[index] === 'imposed') pass(system, link, flow, unknown)
    else if (modes[index] === 'reducing') {
      if (link.from < unknown) system.addRight(link.from, -flow)
      system.add(link.to, link.to, holding)
      system.addRight(link.to, holding * (link.reducesTo ?? 0))
    } else {
      const { loss, gradient } = lossOf(link, flow)
      const conductance = modes[index] === 'shut' ? shutConductance : 1 / gradient
      pass(system, link, modes[index] === 'shut' ? 0 : flow - conductance * loss, unknown)
      conduct(system, link, conductance, unknown, given)
    }
  }
  const found = system.solve()
  return [...found, ...[...reservoirs, ...tanks].map(({ node }) => given.get(node) ?? 0)]
}

type System = ReturnType<typeof createLinearSystem>

/** A flow that does not hang on the heads. */
function pass(system: System, { from, to }: Link, flow: number, unknown: number): void {
  if (from < unknown) system.addRight(from, -flow)
  if (to < unknown) system.addRight(to, flow)
}

function conduct(system: System, { from, to }: Link, conductance: number, unknown: number, given: ReadonlyMap<number, number>): void {
  for (const [node, other] of [[from, to], [to, from]] as const) {
    if (node >= unknown) continue
    system.add(node, node, conductance)
    if (other >= unknown) system.addRight(node, conductance * (given.get(other) ?? 0))
  }
  if (from < unknown && to < unknown) system.add(from, to, -conductance)
}

/** Newton's step; the greatest change of a flow. */
function moveFlows(links: readonly Link[], modes: readonly Mode[], heads: readonly number[], flows: number[]): number {
  let greatest = 0
  for (const [index, link] of links.entries()) {
    if (modes[index] !== 'open') continue
    const flow = flows[index] ?? 0
    const { loss, gradient } = lossOf(link, flow)
    const step = ((heads[link.from] ?? 0) - (heads[link.to] ?? 0) - loss) / gradient
    flows[index] = flow + step
    greatest = Math.max(greatest, Math.abs(step))
  }
  return greatest
}

/** Through a reducing valve passes what its outlet passes on; the greatest change of it. */
function holdOutlets(links: readonly Link[], modes: readonly Mode[], flows: number[], demands: readonly number[]): number {
  let greatest = 0
  for (const [valve, { to: outlet }] of links.entries()) {
    if (modes[valve] !== 'reducing') continue
    let flow = demands[outlet] ?? 0
    for (const [index, { from, to }] of links.entries()) {
      if (index !== valve && modes[index] !== 'shut') flow += from === outlet ? (flows[index] ?? 0) : to === outlet ? -(flows[index] ?? 0) : 0
    }
    greatest = Math.max(greatest, Math.abs(flow - (flows[valve] ?? 0)))
    flows[valve] = flow
  }
  return greatest
}

/** Whether any valve opened or shut. */
function changeModes(links: readonly Link[], shut: ReadonlySet<string>, modes: Mode[], heads: readonly number[], flows: number[]): boolean {
  let changed = false
  for (const [index, link] of links.entries()) {
    const mode = modes[index] ?? 'open'
    if (mode === 'imposed' || shut.has(link.id)) continue
    const next = link.reducesTo !== undefined ? reducing(link, link.reducesTo, mode, heads, flows[index] ?? 0) : link.isOneWay ? oneWay(link, mode, heads, flows[index] ?? 0) : mode
    if (next === mode) continue
    changed = true
    modes[index] = next
    if (next === 'shut') flows[index] = 0
    else if (mode === 'shut') flows[index] = 0.001
  }
  return changed
}

function oneWay({ from, to, offset }: Link, mode: Mode, heads: readonly number[], flow: number): Mode {
  if (mode === 'open') return flow < -flowTolerance ? 'shut' : 'open'
  return (heads[from] ?? 0) - (heads[to] ?? 0) - offset > headTolerance ? 'open' : 'shut'
}

function reducing({ from, to }: Link, head: number, mode: Mode, heads: readonly number[], flow: number): Mode {
  const [before, behind] = [heads[from] ?? 0, heads[to] ?? 0]
  if (mode !== 'shut' && flow < -flowTolerance) return 'shut'
  if (mode === 'reducing') return before < head - headTolerance ? 'open' : 'reducing'
  if (mode === 'open') return behind > head + headTolerance ? 'reducing' : 'open'
  return before > head + headTolerance && behind < head - headTolerance ? 'reducing' : before < head - headTolerance && before > behind + headTolerance ? 'open' : 'shut'
}
