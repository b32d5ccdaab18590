import { InitHydOption, LinkProperty, NodeProperty, Project } from 'epanet-js'
import { hearing, loadToolkit } from '../../../src/adapters/epanet/toolkit.ts'
import { createFindings } from '../../../src/simulation/findings.ts'
import { writeInp } from '../../../src/simulation/epanet/inp/write-inp.ts'
import { readMapping } from '../../../src/simulation/epanet/mapping.ts'
import { networkOfTwins } from '../../../src/simulation/epanet/twins-network.ts'
import type { TwinInput } from '../twin-input.ts'
import { toGraph } from './graph.ts'
import type { Network } from './network.ts'

/** What the network is asked at one moment. Flows are cubic metres a second, levels metres. */
export interface Circumstances {
  /** Of the junctions, in their order. */
  readonly demands: readonly number[]
  /** Of the tanks, in their order. */
  readonly levels: readonly number[]
  /** Ids of the pumps that run. */
  readonly running: ReadonlySet<string>
  /** Ids of links whose flow is set by something outside of the network, such as the float valve of a tank; they begin at junctions and end at tanks. */
  readonly imposed: ReadonlyMap<string, number>
}

/** Heads by node in metres, flows in the order of the links in cubic metres a second. */
export interface Hydraulics {
  readonly heads: readonly number[]
  readonly flows: readonly number[]
}

/** Heads and flows in balance. The same for the same circumstances, whatever was asked before. Throws where there is no balance. */
export type Balance = (circumstances: Circumstances) => Hydraulics

/** Warnings of EPANET that leave nothing to believe: not balanced, not stable, cut off from every source (EPANET 2.2 User Manual, appendix D). */
const fatal = new Set([1, 2, 3])

/**
 * The network in EPANET, as the server's engine binds it, so that what is measured and what is simulated there are one physics: every balance is solved from
 * the beginning, with demands, levels and pumps as they are.
 */
export async function openHydraulics(plan: readonly TwinInput[], network: Network): Promise<Balance> {
  const { project, index } = await openProject(plan)
  const [junctions, reservoirs, tanks] = [network.junctions, network.reservoirs, network.tanks].map((nodes) => nodes.map(({ id }) => project.getNodeIndex(index(id))))
  if (!junctions || !reservoirs || !tanks) throw new TypeError('A network has junctions, reservoirs and tanks.')
  const nodes = [...junctions, ...reservoirs, ...tanks]
  const links = network.links.map(({ id }) => project.getLinkIndex(index(id)))
  const apply = ({ demands, levels, running, imposed }: Circumstances): void => {
    const taken = [...demands]
    for (const [at, link] of network.links.entries()) {
      const flow = imposed.get(link.id)
      if (flow !== undefined) taken[link.from] = (taken[link.from] ?? 0) + flow // the link is shut, and what it lets into its tank is taken where it begins
      if (link.pump) setOpen(project, links[at] ?? 0, running.has(link.id) && flow === undefined)
      else if (link.mayBeThrottled) setOpen(project, links[at] ?? 0, flow === undefined)
    }
    for (const [at, node] of junctions.entries()) project.setBaseDemand(node, 1, 1_000 * (taken[at] ?? 0))
    for (const [at, tank] of tanks.entries()) project.setNodeValue(tank, NodeProperty.TankLevel, levels[at] ?? 0)
  }
  return (circumstances) => {
    apply(circumstances)
    solve(project)
    const [heads, flows] = [project.getNodeValues(NodeProperty.Head), project.getLinkValues(LinkProperty.Flow)]
    return {
      heads: nodes.map((node) => heads[node - 1] ?? 0),
      flows: links.map((link, at) => circumstances.imposed.get(network.links[at]?.id ?? '') ?? (flows[link - 1] ?? 0) / 1_000),
    }
  }
}

/** Controls are the town's own, and so are the demands of each minute. */
async function openProject(plan: readonly TwinInput[]): Promise<{ readonly project: Project; readonly index: (id: string) => string }> {
  const findings = createFindings()
  const anyTime = { from: 0, horizon: 0, step: 0 } // its patterns are not used
  const { network, names } = networkOfTwins({ network: toGraph(plan), contentOf: () => undefined, window: anyTime }, readMapping(null), findings)
  const [issue] = findings.issues
  if (issue) throw new RangeError(issue.message)
  const workspace = await loadToolkit()
  workspace.writeFile('town.inp', writeInp({ ...network, controls: [], junctions: network.junctions.map((junction) => ({ ...junction, pattern: null })) }))
  const project = new Project(workspace)
  project.open('town.inp', 'town.rpt', 'town.out')
  project.openH()
  return { project, index: (id) => names.get(id) ?? id }
}

function setOpen(project: Project, link: number, isOpen: boolean): void {
  project.setLinkValue(link, LinkProperty.InitStatus, isOpen ? 1 : 0)
}

function solve(project: Project): void {
  const warnings: number[] = []
  hearing((code) => void warnings.push(code), () => {
    project.initH(InitHydOption.InitFlow)
    project.runH()
  })
  const code = warnings.find((one) => fatal.has(one))
  if (code !== undefined) throw new RangeError(`EPANET finds no balance of the network (warning ${code})`)
}
