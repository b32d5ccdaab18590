import { LinkProperty, NodeProperty, type Project, PumpStateType } from 'epanet-js'
import type { RunContext } from '../../simulation/engine-program.ts'
import type { EpanetInput } from '../../simulation/epanet/input.ts'
import type { BaseState } from './base-state.ts'
import type { Solution } from './readings.ts'
import { newer } from './toolkit.ts'

/** What the toolkit warned of (EPANET 2.2 User Manual, appendix D: codes 1 to 6), said of the twins that it is about. */
export function createDiagnosis(project: Project, { elements }: EpanetInput, { index }: BaseState, solution: Solution, warn: RunContext['warn']): (codes: ReadonlySet<number>) => void {
  const nodes = elements.flatMap((element, at) => (element.kind === 'node' ? [{ ...element, index: index[at] ?? 0 }] : []))
  const links = elements.flatMap((element, at) => (element.kind === 'link' ? [{ ...element, index: index[at] ?? 0 }] : []))
  const about = ({ twin }: { readonly twin: string }): { readonly twin: string | undefined } => ({ twin: twin === '' ? undefined : twin })

  /** With one warning, others may be hidden: the toolkit tells the last. */
  return (codes) => {
    if (codes.has(1)) warn({ code: 'UNBALANCED', message: 'No solution was found that balances flows and heads; results are the best that was.' })
    if (codes.has(2)) warn({ code: 'UNSTABLE', message: 'The solution is balanced, but some link was opened and shut until its state was held.' })
    if (codes.has(5)) warn({ code: 'VALVE_OUT_OF_RANGE', message: 'A valve cannot hold its flow or pressure.' })
    pumps()
    if (codes.has(3)) disconnected()
    pressures()
  }

  function pumps(): void {
    for (const link of links) {
      if (link.role !== 'pump' || solution.link(link.index, LinkProperty.PumpState) !== PumpStateType.PumpXHead || solution.link(link.index, LinkProperty.Setting) === 0) continue
      warn({ code: 'PUMP_CANNOT_LIFT', message: `Pump ${link.id} is asked for more head than it has, and delivers nothing.`, ...about(link) })
    }
  }

  function pressures(): void {
    const [pressure, demand] = [solution.nodes(NodeProperty.Pressure), solution.nodes(newer.demandFlow)]
    for (const node of nodes) {
      if (node.role !== 'junction' || !((pressure[node.index - 1] ?? 0) < 0 && (demand[node.index - 1] ?? 0) > 0)) continue
      warn({ code: 'NEGATIVE_PRESSURE', message: `The pressure at ${node.id} is below 0 while water is taken there: it would not come. With demandModel PDA less is taken.`, ...about(node) })
    }
  }

  function disconnected(): void {
    const reached = new Set(nodes.filter(({ role }) => role !== 'junction').map((node) => node.index))
    const open = links.filter((link) => solution.link(link.index, LinkProperty.Status) > 0).map((link) => project.getLinkNodes(link.index))
    for (let grown = -1; grown !== reached.size;) {
      grown = reached.size
      for (const { node1, node2 } of open) if (reached.has(node1) !== reached.has(node2)) reached.add(node1).add(node2)
    }
    const demand = solution.nodes(newer.demandFlow)
    for (const node of nodes) {
      if (reached.has(node.index) || (demand[node.index - 1] ?? 0) <= 0) continue
      warn({ code: 'DISCONNECTED', message: `No open link joins ${node.id} to a reservoir or tank.`, ...about(node) })
    }
  }
}
