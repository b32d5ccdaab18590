import type { SeenReading } from '../telemetry/series-reads.ts'
import { explainOwnProperties } from './explain-bound.ts'
import { explainFeatures } from './explain-features.ts'
import type { SeenSeries } from './explain-reading.ts'
import type { Ground } from './ground.ts'
import type { Cause } from './lineage-node.ts'
import { memberOf } from './member-of.ts'

/** What a run says of a twin: the run, and what it was told of this very twin, and of a prediction at this very instant. */
export async function explainResult(ground: Ground, { key }: SeenSeries, reading: SeenReading, runId: string): Promise<readonly Cause[]> {
  const run = await ground.run(memberOf(runId).run)
  if (!run) return []
  const made: Cause = { role: 'MADE_BY', of: await ground.explain.run(ground, run) }
  const inputs = await ground.inputsOf(run)
  const told = inputs?.task.kind === 'infer' ? await explainFeatures(ground, run, inputs, { key, reading }) : await explainOwnProperties(ground, run, key.twin)
  return [made, ...told]
}
