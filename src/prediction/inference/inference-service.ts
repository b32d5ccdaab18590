import { failure } from '../../errors.ts'
import { done, refused, type Result } from '../../util/result.ts'
import { widthOf } from '../feature.ts'
import { checkInference } from './check-inference.ts'
import { type FeatureTable, type FeatureTableConfig, type FeatureTableRequest, readFeatureTable } from './feature-table.ts'
import type { PredictRequest } from './inference-request.ts'
import { type PredictConfig, type Prediction, predictRows, predictTwins } from './predict.ts'
import { noPredictor, type Refusal, retired } from './start-inference.ts'
import { toRefusal } from '../../run/store-run.ts'

/** What is predicted at once, and what it is predicted from; runs are started by the service of runs. */
export interface InferenceService {
  predict(request: PredictRequest, signal: AbortSignal): Promise<Result<readonly Prediction[], Refusal>>
  featureTable(request: FeatureTableRequest, signal: AbortSignal): Promise<Result<FeatureTable, Refusal>>
}

const [mostTwins, mostRows] = [1_000, 10_000]

export function createInferenceService(config: PredictConfig & FeatureTableConfig): InferenceService {
  return {
    featureTable: (request, signal) => readFeatureTable(config, request, signal),
    async predict({ rows, ...request }, signal) {
      const { twins, predictor: name } = request
      if ((rows ? 1 : 0) + (twins ? 1 : 0) !== 1) throw failure('BAD_USER_INPUT', { message: 'Give `twins`, or `rows` of numbers.' })
      if (twins && twins.length > mostTwins) throw failure('BAD_USER_INPUT', { message: `At most ${mostTwins.toLocaleString('en')} twins are predicted at once, not ${twins.length.toLocaleString('en')}: startInference takes more.` })
      if (!rows) {
        const { draft, problems } = checkInference(request, config.now())
        return toRefusal(problems) ?? await predictTwins(config, request, draft, signal)
      }
      const predictor = await config.predictors.find(name, signal)
      if (!predictor) return refused(noPredictor(name, ['predictor']))
      if (predictor.stage === 'RETIRED') return refused(retired(predictor, ['predictor']))
      const width = predictor.card.features.reduce((sum, spec) => sum + widthOf(spec), 0)
      const wrong = rows.findIndex((row) => row.length !== width)
      if (rows.length > mostRows) throw failure('BAD_USER_INPUT', { message: `At most ${mostRows.toLocaleString('en')} rows are predicted at once, not ${rows.length.toLocaleString('en')}.` })
      if (wrong >= 0) throw failure('BAD_USER_INPUT', { message: `Row ${wrong} has ${rows[wrong]?.length} numbers, and the features of ${predictor.id} are ${width}: ${predictor.card.features.map((spec) => `${spec.name}${widthOf(spec) > 1 ? ` (${widthOf(spec)})` : ''}`).join(', ')}.` })
      return done(rows.length === 0 ? [] : await predictRows(config, predictor, rows, signal))
    },
  }
}
