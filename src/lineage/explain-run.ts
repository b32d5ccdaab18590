import { encodeCursor } from '../change/cursor.ts'
import type { RunInputs } from '../run/run-inputs.ts'
import type { Run } from '../run/run.ts'
import { formatInstant } from '../telemetry/instant.ts'
import { explainBoundTwins, explainDefaults } from './explain-bound.ts'
import { explainReadSeries } from './explain-read-series.ts'
import { explainScenario } from './explain-scenario.ts'
import type { Ground } from './ground.ts'
import { type ArtifactNode, type Cause, type Found, nodeId, type RunNode } from './lineage-node.ts'

/** A run, from all that it computed with. */
export async function explainRun(ground: Ground, run: Run): Promise<Found<RunNode>> {
  const inputs = await ground.inputsOf(run)
  return { node: toNode(run, inputs !== undefined), causes: () => causesOf(ground, run, inputs) }
}

async function causesOf(ground: Ground, run: Run, inputs: RunInputs | undefined): Promise<readonly Cause[]> {
  const scenario = run.scenario && await explainScenario(ground, run.scenario.id)
  const read = (of: Found): Cause => ({ role: 'READ', of })
  return [
    ...(scenario ? [{ role: 'COMPUTED_IN' as const, of: scenario }] : []),
    ...(inputs ? await explainReadSeries(ground, run, inputs) : []).map(read),
    ...explainBoundTwins(ground, run).map(read), ...explainDefaults(run).map(read),
    ...run.pin.artifacts.map((sha256) => read(toArtifact(sha256, 'A file that the run read.'))), ...(inputs ? [read(toArtifact(run.inputs, 'All that the run computed with, but for telemetry.'))] : []),
  ]
}

const toArtifact = (sha256: string, use: string): Found<ArtifactNode> => ({ node: { kind: 'LineageArtifact', id: nodeId('artifact', sha256), sha256, use } })

function toNode({ id, kind, phase, engine, configHash, seed, inputs, pin, createdAt, createdBy, repeats }: Run, isKept: boolean): RunNode {
  return {
    kind: 'LineageRun', id: nodeId('run', id), runId: id, runKind: kind, runState: phase.kind, engine: engine.id, engineVersion: engine.version, engineBuild: engine.build,
    configHash, resultHash: phase.kind === 'SUCCEEDED' ? phase.resultHash : null, seed,
    pin: { ...pin, inputs, cursor: encodeCursor(pin.cursor), at: new Date(pin.at).toISOString(), watermark: formatInstant(pin.watermark) },
    createdAt: new Date(createdAt).toISOString(), createdBy, rule: ruleOf(createdBy) ?? null, repeats: repeats ?? null, isKept,
  }
}

const ruleOf = (actor: string): string | undefined => (actor.startsWith('rule:') ? actor.slice(5) : undefined)
