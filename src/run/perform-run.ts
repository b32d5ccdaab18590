import { presentVantage } from '../domain/vantage.ts'
import { vantageOf } from '../domain/find-vantage.ts'
import type { Calibrated } from '../simulation/calibration/calibrated.ts'
import type { Engine } from '../simulation/engine.ts'
import type { EngineListener, EngineWork } from '../simulation/engine-host.ts'
import { EngineError } from '../simulation/engine-program.ts'
import type { Json } from '../util/json.ts'
import { decodeInputs, type RunInputs } from './run-inputs.ts'
import { toFound } from './found.ts'
import { performSweep } from './perform-sweep.ts'
import type { Performance, Performed, PerformConfig } from './performance.ts'
import { readInputSeries, readTargets, vantageOfRun } from './run-readings.ts'
import { createRunSink } from './run-sink.ts'
import type { Run, RunResults } from './run.ts'

/** Does a run that was claimed. Rejects with the signal's reason, an `EngineError`, or a failure of a store. */
export async function performRun(config: PerformConfig, performance: Performance): Promise<Performed> {
  const { run, signal } = performance
  const inputs = await readInputs(config, run)
  const work = await prepare(config, run, inputs, signal)
  signal.throwIfAborted()
  const { task } = inputs
  if (task.kind === 'sweep') return await performSweep(config, performance, inputs, work)
  const outcome = await config.host.compute({
    ...work, task: task.kind === 'simulate' ? { kind: 'simulate', settings: [], seed: inputs.seed }
      : { kind: 'calibrate', seed: inputs.seed, problem: { variables: task.variables, targets: await readTargets(inputs, await readingFrom(config, run, signal)), method: task.method, mostRuns: task.mostRuns } },
  }, createListener(config, performance, inputs), signal)
  if (task.kind === 'simulate') return { resultHash: outcome.resultHash, results: { kpis: outcome.kpis, writes: [...new Set(inputs.outputs.map(({ twin }) => twin))], detail: null } }
  const found = outcome.detail as unknown as Calibrated
  return { resultHash: outcome.resultHash, results: { kpis: toKpis(found), writes: [], detail: toFound(found, inputs) as unknown as Json } }
}

async function readInputs({ engines, artifacts }: PerformConfig, { inputs: name, engine: stamp }: Run): Promise<RunInputs> {
  const engine = engines.get(stamp.id)
  if (!engine) throw new EngineError('ENGINE_GONE', `This server has no engine ${JSON.stringify(stamp.id)} any more.`)
  const { build, version } = engine.describe()
  if (build !== stamp.build) throw new EngineError('ENGINE_CHANGED', `The run was made for ${stamp.id} ${stamp.version}, and this server has another build, ${version}: its results would not be the same. Start it anew.`)
  const bytes = await artifacts.read(name)
  if (!bytes) throw new EngineError('INPUTS_GONE', 'What the run computes with is not kept any more. Start it anew.')
  return decodeInputs(bytes)
}

async function prepare(config: PerformConfig, run: Run, inputs: RunInputs, signal: AbortSignal): Promise<Omit<EngineWork, 'task'>> {
  const paths = await Promise.all(inputs.artifacts.map(async (name) => [name, await config.artifacts.path(name)] as const))
  const missing = paths.find(([, path]) => path === undefined)
  if (missing) throw new EngineError('INPUTS_GONE', `The artifact ${missing[0]} is not kept any more. PUT it again, and retry the run.`)
  const engine = config.engines.get(inputs.engine.id) as Engine // readInputs found it
  const { id, isolation, cancel } = engine.describe()
  return {
    run: run.id, engine: { id, isolation, cancel }, program: engine.program, input: inputs.input, outputs: inputs.outputs, window: inputs.window,
    artifacts: new Map(paths.map(([name, path]) => [name, path ?? ''])),
    series: inputs.series.length === 0 ? [] : await readInputSeries(inputs.series, await readingFrom(config, run, signal)),
  }
}

async function readingFrom({ scenarios, telemetry }: PerformConfig, { scenario, pin, window }: Run, signal: AbortSignal): Promise<Parameters<typeof readTargets>[1]> {
  const found = scenario && await scenarios.find(scenario.id, signal)
  if (scenario && found?.state !== 'OPEN') throw new EngineError('INPUTS_GONE', `The scenario ${JSON.stringify(scenario.id)} has ended, and its telemetry with it.`)
  const vantage = found ? vantageOf(found) : presentVantage
  return { reads: telemetry.from(vantageOfRun(vantage, pin.watermark)), window, signal }
}

/** What the engine tells, put where it belongs. `piece`: of a run in several pieces of work. */
export function createListener(config: PerformConfig, performance: Performance, inputs: RunInputs, piece = 0): EngineListener {
  const { run, tracker, begun, signal } = performance
  const sink = createRunSink(config, run, inputs, signal)
  return {
    bound: begun,
    async frames(frames) {
      await sink.take(frames)
      tracker.set({ values: sink.values })
    },
    progress: tracker.onProgress,
    warning: (warning) => { tracker.onWarning(piece, warning) },
    member: () => undefined,
  }
}

function toKpis({ rmse, runs, reducedChiSquare }: Calibrated): RunResults['kpis'] {
  return { rmseBefore: rmse.before, rmseAfter: rmse.after, runs, ...(reducedChiSquare !== null && { reducedChiSquare }) }
}
