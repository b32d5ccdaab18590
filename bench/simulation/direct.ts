import { LinkProperty, NodeProperty, Project, TimeParameter, Workspace } from 'epanet-js'
import type { WaterNetwork } from './networks.ts'

/** What is read at every report step: the values of all nodes and links, or of some, each by itself. */
export interface DirectRead {
  readonly nodeProperties: readonly number[]
  readonly linkProperties: readonly number[]
  /** Ids of elements; undefined: all. */
  readonly of?: { readonly nodes: readonly string[]; readonly links: readonly string[] }
}

/** What a user of epanet-js writes: opens the file, steps through it, and keeps what it reads at every report step. Resolves to the ms it took. */
export async function runDirectly({ file }: WaterNetwork, { horizon, step, nodeProperties, linkProperties, of }: DirectRead & { readonly horizon: number; readonly step: number }): Promise<number> {
  const workspace = await loaded()
  const start = performance.now()
  const project = new Project(workspace)
  workspace.writeFile('net.inp', file)
  project.open('net.inp', 'report.rpt', 'out.bin')
  project.setTimeParameter(TimeParameter.Duration, horizon)
  const nodes = of?.nodes.map((id) => project.getNodeIndex(id))
  const links = of?.links.map((id) => project.getLinkIndex(id))
  project.openH()
  project.initH(10)
  const kept: number[][] = []
  for (let [at, due] = [0, 0]; ;) {
    project.runH()
    if (at >= due) {
      for (const property of nodeProperties) kept.push(nodes ? nodes.map((node) => project.getNodeValue(node, property)) : project.getNodeValues(property))
      for (const property of linkProperties) kept.push(links ? links.map((link) => project.getLinkValue(link, property)) : project.getLinkValues(property))
      due = at + step
    }
    const passed = project.nextH()
    if (passed <= 0) break
    at += passed
  }
  project.closeH()
  project.close()
  return performance.now() - start
}

let workspace: Workspace | undefined

async function loaded(): Promise<Workspace> {
  if (workspace) return workspace
  workspace = new Workspace()
  await workspace.loadModule()
  return workspace
}

export const pressures: DirectRead = { nodeProperties: [NodeProperty.Pressure], linkProperties: [] }
export const everything: DirectRead = { nodeProperties: [NodeProperty.Pressure, NodeProperty.Demand], linkProperties: [LinkProperty.Flow] }
