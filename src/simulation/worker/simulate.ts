import type { EngineOutcome, EngineTask } from '../engine-host.ts'
import { resultHasher } from '../result-hash.ts'
import type { WorkAtHand } from './perform.ts'
import { createRunRecorder } from './run-recorder.ts'

/** One run, its frames sent on as they come. */
export async function simulate({ model, session, order }: WorkAtHand, { settings, seed }: Extract<EngineTask, { readonly kind: 'simulate' }>): Promise<EngineOutcome> {
  const hasher = resultHasher()
  const recorder = createRunRecorder({
    ...order,
    session,
    take(frames) {
      hasher.update(frames)
      return session.send({ member: undefined, ...frames })
    },
    progress: (fraction, at) => ({ fraction, at, partial: {} }),
  })
  const kpis = await recorder.run(await model.open(), settings, seed)
  return { kpis, resultHash: hasher.digest(kpis), detail: null }
}
