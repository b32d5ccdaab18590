import { sha256 } from '../../util/sha256.ts'
import { fit } from '../calibration/fit.ts'
import type { CalibrationProblem, EngineOutcome, EngineTask } from '../engine-host.ts'
import type { Setting } from '../engine-program.ts'
import type { Json } from '../../util/json.ts'
import type { WorkAtHand } from './perform.ts'
import { createRunRecorder } from './run-recorder.ts'
import { createTargetReader } from './target-reader.ts'

/** Fits the model's numbers to what was measured: run after run on the one open model, all with one seed, so that chance does not look like a slope. */
export async function calibrate({ model, session, order }: WorkAtHand, { problem, seed }: Extract<EngineTask, { readonly kind: 'calibrate' }>): Promise<EngineOutcome> {
  const reader = createTargetReader(problem.targets)
  let runs = 0
  const recorder = createRunRecorder({
    ...order,
    session,
    take: (frames) => { reader.update(frames) },
    progress: (fraction) => ({ fraction: Math.min(1, (runs + fraction) / problem.mostRuns), at: undefined, partial: { runs } }),
  })
  const evaluate = async (numbers: readonly number[]): Promise<Float64Array> => {
    reader.restart()
    await recorder.run(await model.open(), toSettings(problem, numbers), seed)
    runs++
    await session.pulse(() => ({ fraction: Math.min(1, runs / problem.mostRuns), at: undefined, partial: { runs } }))
    return reader.values()
  }
  const calibrated = await fit(problem, evaluate, { signal: session.signal })
  const detail = JSON.stringify(calibrated)
  return {
    kpis: { runs: calibrated.runs, rmse: calibrated.rmse.after },
    resultHash: sha256(detail),
    detail: JSON.parse(detail) as Json, // what was written as JSON
  }
}

const toSettings = ({ variables }: CalibrationProblem, numbers: readonly number[]): readonly Setting[] =>
  variables.flatMap(({ sets }, index) => sets.map(({ variable, of }) => ({ variable, value: (numbers[index] ?? NaN) * of })))
