import { LinkProperty, NodeProperty, Project, TimeParameter, Workspace } from 'epanet-js'
import type { WaterNetwork } from './networks.ts'

export interface DirectRun {
  readonly ms: number
  readonly cpuMs: number
  readonly values: number
}

/** What a user of epanet-js writes: opens the file, steps through it, and keeps what it reads at every report step. */
export async function runDirectly({ file }: WaterNetwork, { horizon, step, nodeProperties, linkProperties }: { readonly horizon: number; readonly step: number; readonly nodeProperties: readonly number[]; readonly linkProperties: readonly number[] }): Promise<DirectRun> {
  const workspace = await loaded()
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  const project = new Project(workspace)
  workspace.writeFile('net.inp', file)
  project.open('net.inp', 'report.rpt', 'out.bin')
  project.setTimeParameter(TimeParameter.Duration, horizon)
  project.openH()
  project.initH(10)
  const kept: number[][] = []
  for (let [at, due] = [0, 0]; ;) {
    project.runH()
    if (at >= due) {
      for (const property of nodeProperties) kept.push(project.getNodeValues(property))
      for (const property of linkProperties) kept.push(project.getLinkValues(property))
      due = at + step
    }
    const passed = project.nextH()
    if (passed <= 0) break
    at += passed
  }
  project.closeH()
  project.close()
  const { user, system } = process.cpuUsage(cpu)
  return { ms: performance.now() - start, cpuMs: (user + system) / 1_000, values: kept.reduce((sum, values) => sum + values.length, 0) }
}

let workspace: Workspace | undefined

async function loaded(): Promise<Workspace> {
  if (workspace) return workspace
  workspace = new Workspace()
  await workspace.loadModule()
  return workspace
}

export const pressures = { nodeProperties: [NodeProperty.Pressure], linkProperties: [] }
export const everything = { nodeProperties: [NodeProperty.Pressure, NodeProperty.Demand], linkProperties: [LinkProperty.Flow] }
export const flowsOnly = { nodeProperties: [], linkProperties: [LinkProperty.Flow] }
