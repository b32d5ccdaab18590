import type { Predictor, PredictorBook } from './predictor.ts'
import type { PredictorStore } from './predictor-store.ts'

/** Numbers of references that are remembered, about 8 bytes each; a card without any counts as so many. */
const [mostNumbers, leastNumbers] = [2_000_000, 1_000]

/**
 * Predictors that were asked for, in memory. A version never changes but for its stage, which the store is asked for each time, in one read of a few bytes: nobody
 * predicts with a predictor that another process has just retired.
 */
export function createPredictorBook(store: Pick<PredictorStore, 'find' | 'head'>): PredictorBook {
  const known = new Map<string, Predictor>()
  let numbers = 0
  const forget = (predictor: Predictor): void => {
    if (known.delete(predictor.id)) numbers -= weight(predictor)
  }
  const remember = (predictor: Predictor): void => {
    forget(predictor)
    known.set(predictor.id, predictor)
    numbers += weight(predictor)
    for (const oldest of known.values()) {
      if (numbers <= mostNumbers) break
      forget(oldest)
    }
  }
  return {
    async find(idOrName, signal) {
      const head = await store.head(idOrName, signal)
      if (!head) return undefined
      const found = known.get(head.id) ?? (await store.find([head.id], signal))[0]
      if (!found) return undefined
      remember(found)
      return { ...found, stage: head.stage, stagedAt: head.stagedAt }
    },
  }
}

const weight = ({ card: { reference } }: Predictor): number => Object.values(reference).reduce((sum, { length }) => sum + length, leastNumbers)
