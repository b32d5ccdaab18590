import type { Vantage } from '../domain/vantage.ts'
import { featureReads } from '../prediction/inference/feature-reads.ts'
import type { InferenceTask } from '../prediction/inference/inference-task.ts'
import { performInference } from '../prediction/inference/perform-inference.ts'
import { performStream } from '../prediction/inference/perform-stream.ts'
import { openModel } from '../prediction/open-model.ts'
import type { Computer } from './open-inputs.ts'
import type { Performance, Performed, PerformConfig } from './performance.ts'
import type { RunInputs } from './run-inputs.ts'

interface OpenPrediction {
  readonly inputs: RunInputs
  readonly task: InferenceTask
  readonly computer: Computer
  readonly artifacts: ReadonlyMap<string, string>
  readonly vantage: Vantage
}

/** An inference: over instants that are known, or over what arrives. */
export async function performPrediction(config: PerformConfig, performance: Performance, { inputs, task, computer, artifacts, vantage }: OpenPrediction): Promise<Performed> {
  if (computer.kind !== 'runtime') throw new Error('Predictors are done by runtimes.')
  const { runtime } = computer
  const { predictor, instants, knowledge } = task
  const model = await openModel(predictor, { path: (sha256) => Promise.resolve(artifacts.get(sha256)) })
  const scorer = { runtime, card: predictor.card, model }
  if (instants.kind === 'stream') return await performStream(config, performance, { ...scorer, inputs, task, instants, tail: config.telemetry.tail, received: config.telemetry.store, reads: config.telemetry.from({ ...vantage, knownUntil: undefined }) })
  // of one instant what was known then can be read as it was, replaced since or not
  const knownUntil = instants.kind === 'at' && knowledge === 'RECEIVED' ? Math.min(instants.at, vantage.knownUntil ?? Infinity) : vantage.knownUntil
  return await performInference(config, performance, { ...scorer, inputs, task, reads: featureReads((each) => config.telemetry.from(each), { ...vantage, knownUntil }) })
}
