import { monotonicMs } from '../util/clock.ts'
import type { Predictor, PredictorBook } from './predictor.ts'
import type { PredictorHead, PredictorStore } from './predictor-store.ts'

export interface OpenPredictorBook extends PredictorBook {
  /** Stages were changed here: they are looked up again at once. */
  restaged(): void
}

/** Numbers of references that are remembered, about 8 bytes each; a card without any counts as so many. */
const [mostNumbers, leastNumbers] = [2_000_000, 1_000]

/**
 * Predictors that were asked for, in memory. A version never changes but for its stage; that is believed for `believedMs`, as a read of it takes 2 to 10 ms of a busy
 * store, and a prediction less: for so long another process may go on with a predictor that was retired.
 */
export function createPredictorBook(store: Pick<PredictorStore, 'find' | 'head'>, { believedMs = 1_000, now = monotonicMs }: { readonly believedMs?: number; now?(): number } = {}): OpenPredictorBook {
  const known = new Map<string, Predictor>()
  let numbers = 0
  const heads = new Map<string, PredictorHead>()
  let [headsSince, restagings] = [-Infinity, 0]

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
  /** All that are believed are of the same second, so that forgetting them takes no bookkeeping. */
  const headOf = async (idOrName: string, signal: AbortSignal | undefined): Promise<PredictorHead | undefined> => {
    if (now() - headsSince >= believedMs) {
      heads.clear()
      headsSince = now()
    }
    const believed = heads.get(idOrName)
    if (believed) return believed
    const [since, before] = [headsSince, restagings]
    const head = await store.head(idOrName, signal)
    if (head && since === headsSince && before === restagings) heads.set(idOrName, head)
    return head
  }
  return {
    async find(idOrName, signal) {
      const head = await headOf(idOrName, signal)
      if (!head) return undefined
      const found = known.get(head.id) ?? (await store.find([head.id], signal))[0]
      if (!found) return undefined
      remember(found)
      return { ...found, stage: head.stage, stagedAt: head.stagedAt }
    },
    restaged() {
      restagings++
      heads.clear()
    },
  }
}

const weight = ({ card: { reference } }: Predictor): number => Object.values(reference).reduce((sum, { length }) => sum + length, leastNumbers)
