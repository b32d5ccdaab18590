import type { Predictor } from '../prediction/predictor.ts'
import { formatInstant } from '../telemetry/instant.ts'
import { toArtifact } from './explain-artifact.ts'
import type { Ground } from './ground.ts'
import { type Found, nodeId, type PredictorNode } from './lineage-node.ts'

/** As a run keeps it, though it may not be in the catalogue any more. */
type KeptPredictor = Pick<Predictor, 'id' | 'name' | 'version' | 'runtime' | 'model' | 'card' | 'build'>

/** A version of a predictor, from what it was made of, as far as its card says, and the file that it is. */
export async function explainPredictor(ground: Ground, kept: KeptPredictor): Promise<Found<PredictorNode>> {
  const registered = await ground.predictor(kept.id)
  const { id, name, version, runtime, model, card: { description, licence, training, metrics }, build } = kept
  const node: PredictorNode = {
    kind: 'LineagePredictor', id: nodeId('predictor', id, build), predictorId: id, name, predictorVersion: version, runtime, build, licence, description, metrics, model: modelOf(model),
    training: training ? { from: formatInstant(training.from), to: formatInstant(training.to), dataSha256: training.dataSha256 ?? null, rows: training.rows ?? null, code: training.code ?? null } : null,
    registeredAt: registered ? new Date(registered.createdAt).toISOString() : null, registeredBy: registered?.createdBy ?? null,
  }
  return { node, causes: model.kind === 'artifact' ? () => Promise.resolve([{ role: 'MADE_FROM', of: toArtifact(model.sha256, 'The model of a predictor.') }]) : undefined }
}

function modelOf(model: Predictor['model']): string {
  switch (model.kind) {
    case 'artifact': return model.sha256
    case 'remote': return `${model.url} ${model.model}${model.version === undefined ? '' : ` ${model.version}`}`
    case 'method': return model.method
  }
}
