import type { RunInputs } from '../run/run-inputs.ts'
import type { Run } from '../run/run.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import { seriesOfFeatures } from './explain-features.ts'
import { explainManySeries, type ReadSeries } from './explain-many-series.ts'
import type { Ground } from './ground.ts'
import type { LineageVantage } from './lineage-ports.ts'
import { type Found, nodeId } from './lineage-node.ts'
import { vantageOfPin } from './pin-vantage.ts'

/** The telemetry that a run read. */
export async function explainReadSeries(ground: Ground, run: Run, inputs: RunInputs): Promise<readonly Found[]> {
  const from = await vantageOfPin(ground, run)
  return await explainManySeries(ground, nodeId('inputs', run.id, 'SERIES'), inputs.task.kind === 'infer' ? seriesOfFeatures(inputs.task, inputs.window, from) : readSeries(inputs, from))
}

function readSeries({ series, task, window: { from, horizon } }: RunInputs, looked: LineageVantage): readonly ReadSeries[] {
  const to: Microseconds = from + horizon + 1
  const common = { from: looked, isLastOnly: false }
  return [
    ...series.map(({ key, withBefore }): ReadSeries => ({ key, window: { from: withBefore ? undefined : from, to }, ...common })),
    ...(task.kind === 'calibrate' ? task.targets.map(({ key }): ReadSeries => ({ key, window: { from, to }, ...common })) : []),
  ]
}
