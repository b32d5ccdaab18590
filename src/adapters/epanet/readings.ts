import { LinkProperty, NodeProperty } from 'epanet-js'
import type { EpanetInput } from '../../simulation/epanet/input.ts'
import type { Quantity } from '../../simulation/epanet/vocabulary.ts'
import type { BaseState } from './base-state.ts'
import { newer } from './toolkit.ts'
import type { Values } from './values.ts'

/** The present solution. Values of all nodes or links are fetched at once and once, until `next`. */
export interface Solution extends Omit<Values, 'close'> {
  /** Of nodes: through emitters and out of the pipes that end there. */
  leakage(): Float64Array
  next(): void
}

export function createSolution(values: Values): Solution {
  const [nodes, links] = [new Map<number, Float64Array>(), new Map<number, Float64Array>()]
  const remembered = (known: Map<number, Float64Array>, code: number, fetch: (code: number) => Float64Array): Float64Array => {
    const fetched = known.get(code) ?? fetch(code)
    known.set(code, fetched)
    return fetched
  }
  const solution: Solution = {
    node: (index, code) => values.node(index, code),
    link: (index, code) => values.link(index, code),
    nodes: (code) => remembered(nodes, code, values.nodes),
    links: (code) => remembered(links, code, values.links),
    leakage() {
      const [coefficients, flows, fromPipes] = [solution.nodes(NodeProperty.Emitter), solution.nodes(newer.emitterFlow), solution.nodes(newer.leakageFlow)]
      return flows.map((flow, at) => (coefficients[at] === 0 ? 0 : flow) + (fromPipes[at] ?? 0)) // the toolkit keeps the last flow of an emitter that is no more
    },
    next() { nodes.clear(); links.clear() },
  }
  return solution
}

const nodeCodes: Readonly<Partial<Record<Quantity, number>>> = {
  pressure: NodeProperty.Pressure, head: NodeProperty.Head, demand: newer.demandFlow, deficit: NodeProperty.DemandDeficit, leakage: newer.emitterFlow, level: NodeProperty.Head,
  inflow: NodeProperty.Demand, volume: NodeProperty.TankVolume, age: NodeProperty.Quality, trace: NodeProperty.Quality,
}
const linkCodes: Readonly<Partial<Record<Quantity, number>>> = {
  flow: LinkProperty.Flow, velocity: LinkProperty.Velocity, headloss: LinkProperty.Headloss, power: LinkProperty.Energy, speed: LinkProperty.Setting, setting: LinkProperty.Setting,
  open: LinkProperty.Status,
}

/** Outputs of one quantity. */
export interface Column {
  readonly kind: 'node' | 'link'
  readonly code: number
  /** Which values go where. */
  readonly from: Int32Array
  readonly to: Int32Array
  /** What is taken from each: levels are heads above the floor. */
  readonly above: Float64Array
  readonly isLeakage: boolean
}

/** Fills in the outputs, in their order. Few values of many are fetched one by one. */
export function createReader(columns: readonly Column[], { index }: BaseState, solution: Solution): (values: Float64Array) => void {
  return (values) => {
    for (const { kind, code, from, to, above, isLeakage } of columns) {
      const all = isLeakage ? solution.leakage() : from.length * 4 < index.length ? undefined : kind === 'node' ? solution.nodes(code) : solution.links(code)
      for (let at = 0; at < from.length; at += 1) {
        const element = from[at] ?? 0
        const value = all ? all[element - 1] ?? Number.NaN : kind === 'node' ? solution.node(element, code) : solution.link(element, code)
        values[to[at] ?? 0] = value - (above[at] ?? 0)
      }
    }
  }
}

export function toColumns({ reads, elements }: EpanetInput, { index }: BaseState, values: Values): readonly Column[] {
  const byQuantity = Map.groupBy(reads.map((read, to) => ({ ...read, to })), ({ element, quantity }) => `${elements[element]?.kind} ${quantity}`)
  return [...byQuantity.values()].flatMap((some): readonly Column[] => {
    const [first] = some
    const kind = elements[first?.element ?? 0]?.kind ?? 'node'
    const code = first && (kind === 'node' ? nodeCodes : linkCodes)[first.quantity]
    if (!first || code === undefined) throw new Error(`EPANET gives no ${first?.quantity} of a ${kind}`)
    return [{
      kind, code, isLeakage: first.quantity === 'leakage', from: Int32Array.from(some, ({ element }) => index[element] ?? 0),
      to: Int32Array.from(some, ({ to }) => to),
      above: Float64Array.from(some, ({ element, quantity }) => (quantity === 'level' ? values.node(index[element] ?? 0, NodeProperty.Elevation) : 0)),
    }]
  })
}
