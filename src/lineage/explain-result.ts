import { memberOf } from './member-of.ts'
import type { SeenReading } from '../telemetry/series-reads.ts'
import { explainOwnProperties } from './explain-bound.ts'
import type { SeenSeries } from './explain-reading.ts'
import type { Ground } from './ground.ts'
import type { Cause } from './lineage-node.ts'

/** What a run says of a twin: the run, and what it was told of this very twin. */
export async function explainResult(ground: Ground, { key }: SeenSeries, _reading: SeenReading, runId: string): Promise<readonly Cause[]> {
  const run = await ground.run(memberOf(runId).run)
  if (!run) return []
  const made: Cause = { role: 'MADE_BY', of: await ground.explain.run(ground, run) }
  return [made, ...await explainOwnProperties(ground, run, key.twin)]
}
