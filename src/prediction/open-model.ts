import type { ArtifactStore } from '../artifact/artifact-store.ts'
import type { Predictor, StoredModel } from './predictor.ts'
import { type ModelRef, PredictorError } from './runtime.ts'

/** Where artifacts are on this machine. */
type Paths = Pick<ArtifactStore, 'path'>

/** A stored model as runtimes take it; undefined: its artifact is not kept. */
export async function findModel(model: StoredModel, artifacts: Paths): Promise<ModelRef | undefined> {
  if (model.kind !== 'artifact') return model
  const path = await artifacts.path(model.sha256)
  return path === undefined ? undefined : { ...model, path }
}

/** Likewise; throws `PredictorError` BAD_MODEL where its artifact is not kept. */
export async function openModel({ id, model }: Pick<Predictor, 'id' | 'model'>, artifacts: Paths): Promise<ModelRef> {
  const found = await findModel(model, artifacts)
  if (!found) throw new PredictorError('BAD_MODEL', `The artifact${model.kind === 'artifact' ? ` ${model.sha256}` : ''} of ${id} is not kept any more. PUT it again.`)
  return found
}
