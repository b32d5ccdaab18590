import { checkKey, keyReused, toIdempotency } from '../scenario/idempotency.ts'
import { done, refused } from '../util/result.ts'
import type { OpenPredictorBook } from './predictor-book.ts'
import type { PredictorService } from './predictor-service.ts'
import type { PredictorRegistered, PredictorStore } from './predictor-store.ts'
import { prepareRegistration, type RegistrationConfig } from './register-predictor.ts'

export interface PredictorServiceConfig extends RegistrationConfig {
  readonly store: PredictorStore
  readonly book: Pick<OpenPredictorBook, 'find' | 'restaged'>
}

export function createPredictorService(config: PredictorServiceConfig): PredictorService {
  const { store, book } = config
  const toResult = (registered: PredictorRegistered): Awaited<ReturnType<PredictorService['register']>> =>
    (registered.kind === 'keyReused' ? refused(keyReused) : done({ predictor: registered.predictor, isKnown: !registered.isNew }))
  return {
    async register(request, { actor, idempotencyKey, signal }) {
      const wrongKey = checkKey(idempotencyKey)
      if (wrongKey) return refused(wrongKey)
      const idempotency = toIdempotency(idempotencyKey, ['registerPredictor', request])
      const repeated = idempotency && await store.repeated(idempotency)
      if (repeated) return toResult(repeated)
      const prepared = await prepareRegistration(config, request, actor, signal)
      return prepared.ok ? toResult(await store.register(prepared.value, idempotency)) : prepared
    },
    async setStage(id, stage) {
      const predictor = await store.setStage(id, stage)
      book.restaged()
      if (predictor) return done(predictor)
      return refused({ kind: 'NotFound', code: 'NOT_FOUND', id, path: ['id'], message: `There is no predictor ${JSON.stringify(id.slice(0, 200))}. \`predictors\` lists those there are; an id is name;version, such as "leak-detector;3".` })
    },
    find: (ids) => store.find(ids),
    named: (idOrName, signal) => book.find(idOrName, signal),
  }
}
