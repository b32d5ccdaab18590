import type { PredictorService } from './predictor-service.ts'
import { seriesNameOf } from './inference/plan-results.ts'

/** Of a series that a predictor keeps under a name of its own, such as `loss@water-balance` or a bound of it, the unit that the card of its ACTIVE version gives; null where nobody says. */
export async function unitOfOwnSeries(name: string, predictors: Pick<PredictorService, 'named'>, signal?: AbortSignal): Promise<string | null> {
  const [, series, predictor] = /^([^~]*@([^@~]+))(?:~(?:lower|upper))?$/.exec(name) ?? []
  const found = predictor === undefined ? undefined : await predictors.named(predictor, signal)
  return found?.card.outputs.find((output) => output.role === 'VALUE' && seriesNameOf(output, found.name) === series)?.unit ?? null
}
