import type { Calibrated } from '../simulation/calibration/calibrated.ts'
import type { EngineListener } from '../simulation/engine-host.ts'
import { EngineError } from '../simulation/engine-program.ts'
import type { Json } from '../util/json.ts'
import { toFound } from './found.ts'
import { insist } from './insist.ts'
import { openInputs } from './open-inputs.ts'
import { performPrediction } from './perform-prediction.ts'
import { performSweep } from './perform-sweep.ts'
import type { Performance, Performed, PerformConfig } from './performance.ts'
import type { RunInputs } from './run-inputs.ts'
import { readInputSeries, readTargets } from './run-readings.ts'
import { createRunSink } from './run-sink.ts'
import type { RunResults } from './run.ts'

/** Does a run that was claimed. Rejects with the signal's reason, an `EngineError`, or a failure of a store. */
export async function performRun(config: PerformConfig, performance: Performance): Promise<Performed> {
  const { run, signal } = performance
  const opened = await openInputs(config, run, signal)
  if (!opened.ok) throw new EngineError(opened.code, opened.message)
  const { inputs, computer, artifacts, vantage } = opened
  const { task } = inputs
  if (task.kind === 'infer') return await performPrediction(config, performance, { inputs, task, computer, artifacts, vantage })
  if (computer.kind !== 'engine') throw new Error('Only predictors are done by runtimes.')
  const { engine } = computer
  const readings = { reads: config.telemetry.from(vantage), window: inputs.window, signal }
  const { id, isolation, cancel } = engine.describe()
  const work = {
    run: run.id, engine: { id, isolation, cancel }, program: engine.program, input: inputs.input, outputs: inputs.outputs, window: inputs.window, artifacts,
    series: inputs.series.length === 0 ? [] : await readInputSeries(inputs.series, readings),
  }
  if (task.kind === 'simulate' && run.attempts.last) await insist(() => config.readings.forgetRuns([run.id]), config.insistMs, signal) // what was lost may have stored what this attempt does not
  signal.throwIfAborted()
  if (task.kind === 'sweep') return await performSweep(config, performance, inputs, work)
  const outcome = await config.host.compute({
    ...work, task: task.kind === 'simulate' ? { kind: 'simulate', settings: [], seed: inputs.seed }
      : { kind: 'calibrate', seed: inputs.seed, problem: { variables: task.variables, targets: await readTargets(inputs, readings), method: task.method, mostRuns: task.mostRuns } },
  }, createListener(config, performance, inputs), signal)
  if (task.kind === 'simulate') return { resultHash: outcome.resultHash, results: { kpis: outcome.kpis, writes: [...new Set(inputs.outputs.map(({ twin }) => twin))], detail: null } }
  const found = outcome.detail as unknown as Calibrated
  return { resultHash: outcome.resultHash, results: { kpis: toKpis(found), writes: [], detail: toFound(found, inputs) as unknown as Json } }
}

/** What the engine tells, put where it belongs. */
function createListener(config: PerformConfig, performance: Performance, inputs: RunInputs): EngineListener {
  const { run, tracker, begun, signal } = performance
  const sink = createRunSink(config, run, inputs, signal)
  return {
    bound: begun,
    async frames(frames) {
      await sink.take(frames)
      tracker.set({ values: sink.values })
    },
    progress: tracker.onProgress,
    warning: (warning) => { tracker.onWarning(0, warning) },
    member: () => undefined,
  }
}

function toKpis({ rmse, runs, reducedChiSquare }: Calibrated): RunResults['kpis'] {
  return { rmseBefore: rmse.before, rmseAfter: rmse.after, runs, ...(reducedChiSquare !== null && { reducedChiSquare }) }
}
