import { vantageOf } from '../domain/find-vantage.ts'
import { presentVantage } from '../domain/vantage.ts'
import { vantageOfRun } from '../run/run-readings.ts'
import type { Run } from '../run/run.ts'
import type { Ground } from './ground.ts'
import type { LineageVantage } from './lineage-ports.ts'

/** From where a run looked: the graph as of its pin, its scenario as it was by then, and what was received by its watermark. */
export async function vantageOfPin(ground: Ground, { scenario: of, pin }: Pick<Run, 'scenario' | 'pin'>): Promise<LineageVantage> {
  const scenario = of && await ground.scenarios.find(of.id, ground.signal)
  const vantage = vantageOfRun(scenario ? vantageOf(scenario) : presentVantage, pin.watermark)
  return { ...vantage, at: Math.min(vantage.at ?? Infinity, pin.at), scenario: of?.id, saidUntil: of && pin.at }
}
