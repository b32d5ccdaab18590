import { LinkProperty, NodeProperty, type Project } from 'epanet-js'
import type { EpanetInput } from '../../simulation/epanet/input.ts'
import type { Quantity } from '../../simulation/epanet/vocabulary.ts'
import type { BaseState } from './base-state.ts'
import { newer } from './toolkit.ts'

/** The present solution. Values of all nodes or links are fetched at once and once, until `next`. */
export interface Solution {
  nodes(property: number): readonly number[]
  links(property: number): readonly number[]
  /** Of nodes: through emitters and out of the pipes that end there. */
  leakage(): readonly number[]
  next(): void
}

export function createSolution(project: Project): Solution {
  const [nodes, links] = [new Map<number, readonly number[]>(), new Map<number, readonly number[]>()]
  const remembered = (known: Map<number, readonly number[]>, property: number, fetch: (property: number) => readonly number[]): readonly number[] => {
    const values = known.get(property) ?? fetch(property)
    known.set(property, values)
    return values
  }
  const solution: Solution = {
    nodes: (property) => remembered(nodes, property, (one) => project.getNodeValues(one)),
    links: (property) => remembered(links, property, (one) => project.getLinkValues(one)),
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

interface Column {
  readonly kind: 'node' | 'link'
  readonly code: number
  /** Which values go where, and which are to be whole. */
  readonly from: Int32Array
  readonly to: Int32Array
  readonly isWhole: Uint8Array
  /** What is taken from each: levels are heads above the floor. */
  readonly above: Float64Array
  readonly isLeakage: boolean
}

/** Fills in the outputs, in their order. Few values of many are fetched one by one. */
export function createReader(project: Project, { reads, elements }: EpanetInput, { index }: BaseState, solution: Solution): (values: Float64Array) => void {
  const columns = toColumns(project, reads, elements, index)
  return (values) => {
    for (const { kind, code, from, to, isWhole, above, isLeakage } of columns) {
      const all = isLeakage ? solution.leakage() : from.length * 4 < index.length ? undefined : kind === 'node' ? solution.nodes(code) : solution.links(code)
      for (let at = 0; at < from.length; at += 1) {
        const element = from[at] ?? 0
        const value = all ? all[element - 1] ?? Number.NaN : kind === 'node' ? project.getNodeValue(element, code) : project.getLinkValue(element, code)
        const least = above[at] ?? 0
        values[to[at] ?? 0] = isWhole[at] === 1 ? Math.round(value - least) : value - least
      }
    }
  }
}

function toColumns(project: Project, reads: EpanetInput['reads'], elements: EpanetInput['elements'], index: Int32Array): readonly Column[] {
  const byQuantity = Map.groupBy(reads.map((read, to) => ({ ...read, to })), ({ element, quantity }) => `${elements[element]?.kind} ${quantity}`)
  return [...byQuantity.values()].flatMap((some): readonly Column[] => {
    const [first] = some
    const kind = elements[first?.element ?? 0]?.kind ?? 'node'
    const code = first && (kind === 'node' ? nodeCodes : linkCodes)[first.quantity]
    if (!first || code === undefined) throw new Error(`EPANET gives no ${first?.quantity} of a ${kind}`)
    return [{
      kind, code, isLeakage: first.quantity === 'leakage', from: Int32Array.from(some, ({ element }) => index[element] ?? 0),
      to: Int32Array.from(some, ({ to }) => to), isWhole: Uint8Array.from(some, ({ isWhole }) => (isWhole ? 1 : 0)),
      above: Float64Array.from(some, ({ element, quantity }) => (quantity === 'level' ? project.getNodeValue(index[element] ?? 0, NodeProperty.Elevation) : 0)),
    }]
  })
}
