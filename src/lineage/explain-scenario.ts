import { calibrationOf } from '../run/apply-calibration.ts'
import type { LayeredProperty } from '../history/layered-history.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { Ground } from './ground.ts'
import { type Cause, type Found, nodeId, type ScenarioNode } from './lineage-node.ts'

/** A scenario, though it ended, from the one it branches off from; undefined where there never was one. */
export async function explainScenario(ground: Ground, id: string): Promise<Found<ScenarioNode> | undefined> {
  const scenario = await ground.scenarios.find(id, ground.signal)
  if (!scenario) return undefined
  const { parent } = scenario
  return {
    node: toNode(scenario),
    causes: parent === undefined ? undefined : async () => {
      const found = await explainScenario(ground, parent)
      return found ? [{ role: 'BRANCHES_OFF', of: found }] : []
    },
  }
}

function toNode({ id, name, base, state, createdAt, createdBy }: Scenario): ScenarioNode {
  return {
    kind: 'LineageScenario', id: nodeId('scenario', id), scenarioId: id, name, base: base === undefined ? null : new Date(base).toISOString(), scenarioState: state, createdAt: new Date(createdAt).toISOString(), createdBy,
  }
}

/** The calibration that a scenario was made of, by `applyCalibration`. */
export async function foundByCalibration(ground: Ground, scenarioId: string): Promise<readonly Cause[]> {
  const scenario = await ground.scenarios.find(scenarioId, ground.signal)
  const id = calibrationOf(scenario?.description ?? '')
  const run = id === undefined ? undefined : await ground.run(id)
  return run?.kind === 'CALIBRATION' ? [{ role: 'MADE_BY', of: await ground.explain.run(ground, run) }] : []
}

/** Of a setting that a promotion made: the scenario, and what was said there. Of several that ended in one commit, those that say something of the property. */
export async function explainPromotion(ground: Ground, asked: LayeredProperty, at: number): Promise<readonly Cause[]> {
  const causes: Cause[] = []
  for (const id of await ground.scenarioNames.promotedAt(at, ground.signal)) {
    const scenario = await ground.scenarios.find(id, ground.signal)
    if (!scenario) continue
    const inside: LayeredProperty = { ...asked, at: at - 1, chain: [scenario.number] }
    const [page] = await ground.history.page([inside], { first: 1, from: -Infinity, to: Infinity, after: undefined, signal: ground.signal })
    const [said] = page?.settings ?? []
    if (!said || !('inScenario' in said)) continue
    const found = await explainScenario(ground, id)
    causes.push(...(found ? [{ role: 'PROMOTED_FROM' as const, of: found }] : []), { role: 'PROMOTED_FROM', of: ground.explain.setting(ground, inside, said) })
  }
  return causes
}
