import type { ArtifactStore } from '../artifact/artifact-store.ts'
import { openModel } from './open-model.ts'
import type { Predictor, PredictorBook } from './predictor.ts'
import { type ModelRef, PredictorError, type PredictorRuntime, type RuntimeId } from './runtime.ts'
import type { Signature, Tensor } from './tensor.ts'

/** A model that is served. */
export interface ServedModel {
  readonly name: string
  readonly version: string
  /** Those that are known. */
  readonly versions: readonly string[]
  /** As OIP calls it, `<project>_<format>`, such as `onnx_onnxv1`. */
  readonly platform: string
  readonly signature: Signature
  /** Asks whatever computes it, now. Rejects where that cannot compute, as `infer` does. */
  ready(signal: AbortSignal): Promise<void>
  /** Rejects with `PredictorError`s, and with the signal's reason. */
  infer(inputs: readonly Tensor[], signal: AbortSignal): Promise<readonly Tensor[]>
}

/** Finds them; without a version, the one that is meant by the name alone. Undefined: there is none. */
export type FindServedModel = (name: string, version: string | undefined, signal: AbortSignal) => Promise<ServedModel | undefined>

export interface ServedModelsConfig {
  readonly book: PredictorBook
  readonly runtimes: ReadonlyMap<RuntimeId, PredictorRuntime>
  readonly artifacts: Pick<ArtifactStore, 'path'>
}

const mostSignatures = 1_000
const platforms: Readonly<Record<RuntimeId, string>> = { ONNX: 'onnx_onnxv1', OIP: 'remote_oipv2', STATISTICS: 'twinfold_statistics' }

/** Registered predictors as the Open Inference Protocol serves them: rows in, and what the model makes of them, without features and twins. */
export function createServedModels({ book, runtimes, artifacts }: ServedModelsConfig): FindServedModel {
  /** By build, which never changes. */
  const signatures = new Map<string, Signature>()
  const inspect = async ({ build }: Predictor, runtime: PredictorRuntime, model: ModelRef, signal: AbortSignal): Promise<Signature> => {
    const found = signatures.get(build) ?? await runtime.inspect(model, signal)
    if (signatures.size >= mostSignatures) signatures.clear()
    signatures.set(build, found)
    return found
  }
  return async (name, version, signal) => {
    const predictor = await book.find(version === undefined ? name : `${name};${version}`, signal)
    if (!predictor || predictor.stage === 'RETIRED') return undefined
    const runtime = runtimes.get(predictor.runtime)
    if (!runtime) throw new PredictorError('RUNTIME_UNAVAILABLE', `This server has no runtime ${predictor.runtime}.`)
    const model = await openModel(predictor, artifacts)
    return {
      name: predictor.name, version: String(predictor.version), versions: [String(predictor.version)], platform: platforms[predictor.runtime], signature: await inspect(predictor, runtime, model, signal),
      ready: async (asLongAs) => { await runtime.inspect(model, asLongAs) },
      infer: (inputs, asLongAs) => runtime.infer(model, inputs, asLongAs),
    }
  }
}
