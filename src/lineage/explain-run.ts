import { encodeCursor } from '../change/cursor.ts'
import type { RunInputs } from '../run/run-inputs.ts'
import type { Run } from '../run/run.ts'
import { formatInstant } from '../telemetry/instant.ts'
import { toArtifact } from './explain-artifact.ts'
import { explainBoundTwins, explainDefaults } from './explain-bound.ts'
import { explainPredictor } from './explain-predictor.ts'
import { explainReadSeries } from './explain-read-series.ts'
import { explainScenario } from './explain-scenario.ts'
import type { Ground } from './ground.ts'
import { type Cause, type Found, nodeId, type RunNode } from './lineage-node.ts'

/** A run, from all that it computed with. */
export async function explainRun(ground: Ground, run: Run): Promise<Found<RunNode>> {
  const inputs = await ground.inputsOf(run)
  return { node: toNode(run, inputs !== undefined), causes: () => causesOf(ground, run, inputs) }
}

async function causesOf(ground: Ground, run: Run, inputs: RunInputs | undefined): Promise<readonly Cause[]> {
  const read = (of: Found): Cause => ({ role: 'READ', of })
  return [
    ...await causesOfTask(ground, inputs?.task),
    ...(run.scenario ? await causesOfScenario(ground, run.scenario.id) : []),
    ...(inputs ? await explainReadSeries(ground, run, inputs) : []).map(read),
    ...explainBoundTwins(ground, run).map(read), ...explainDefaults(run).map(read),
    ...run.pin.artifacts.map((sha256) => read(toArtifact(sha256, 'A file that the run read.'))), ...(inputs ? [read(toArtifact(run.inputs, 'All that the run computed with, but for telemetry.'))] : []),
  ]
}

/** The predictor that an inference asked, and the simulation whose results it read. */
async function causesOfTask(ground: Ground, task: RunInputs['task'] | undefined): Promise<readonly Cause[]> {
  if (task?.kind !== 'infer') return []
  const simulation = task.simulation === null ? undefined : await ground.run(task.simulation)
  return [{ role: 'ASKED', of: await explainPredictor(ground, task.predictor) }, ...(simulation ? [{ role: 'READ' as const, of: await explainRun(ground, simulation) }] : [])]
}

async function causesOfScenario(ground: Ground, id: string): Promise<readonly Cause[]> {
  const scenario = await explainScenario(ground, id)
  return scenario ? [{ role: 'COMPUTED_IN', of: scenario }] : []
}

function toNode({ id, kind, phase, engine, configHash, seed, inputs, pin, createdAt, createdBy, repeats }: Run, isKept: boolean): RunNode {
  return {
    kind: 'LineageRun', id: nodeId('run', id), runId: id, runKind: kind, runState: phase.kind, engine: engine.id, engineVersion: engine.version, engineBuild: engine.build,
    configHash, resultHash: phase.kind === 'SUCCEEDED' ? phase.resultHash : null, seed,
    pin: { ...pin, inputs, cursor: encodeCursor(pin.cursor), at: new Date(pin.at).toISOString(), watermark: formatInstant(pin.watermark) },
    createdAt: new Date(createdAt).toISOString(), createdBy, rule: ruleOf(createdBy) ?? null, repeats: repeats ?? null, isKept,
  }
}

/** Rules act under their own names. */
const ruleOf = (actor: string): string | undefined => /^rule:([^:]+)/.exec(actor)?.[1]
