import type { SeriesKey } from '../telemetry/reading.ts'
import { explainPredictor } from './explain-predictor.ts'
import type { Ground } from './ground.ts'
import type { Cause } from './lineage-node.ts'

/** How far a predictor's features have come from what it was trained on: the predictor, whose card has the sample that they are held against. */
export async function explainDrift(ground: Ground, { twin }: SeriesKey): Promise<readonly Cause[]> {
  const id = /^predictor:(.+)$/s.exec(twin)?.[1]
  const predictor = id === undefined ? undefined : await ground.predictor(id)
  return predictor ? [{ role: 'MADE_FROM', of: await explainPredictor(ground, predictor) }] : []
}
