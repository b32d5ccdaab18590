import type { InferenceSession } from 'onnxruntime-node'
import { PredictorError } from '../../prediction/runtime.ts'
import type { Signature, TensorSignature, TensorType } from '../../prediction/tensor.ts'

/** The runtime's names of types, and ours. */
export const typeOf: ReadonlyMap<string, TensorType> = new Map([['float32', 'FP32'], ['float64', 'FP64'], ['int32', 'INT32'], ['int64', 'INT64'], ['bool', 'BOOL']])
export const typeTo: Readonly<Record<TensorType, 'float32' | 'float64' | 'int32' | 'int64' | 'bool'>> = { FP32: 'float32', FP64: 'float64', INT32: 'int32', INT64: 'int64', BOOL: 'bool' }

/** What a model takes and gives. Throws `PredictorError` BAD_MODEL for what is no tensor, or of another type. */
export const toSignature = ({ inputMetadata, outputMetadata }: Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>): Signature =>
  ({ inputs: inputMetadata.map((each) => toTensorSignature('input', each)), outputs: outputMetadata.map((each) => toTensorSignature('output', each)) })

function toTensorSignature(side: string, value: InferenceSession.ValueMetadata): TensorSignature {
  if (!value.isTensor) throw refused(side, value.name, 'no tensor (a list or a map)')
  const type = typeOf.get(value.type)
  if (type === undefined) throw refused(side, value.name, `of the type ${value.type}`)
  // The runtime shows a tensor of any shape as it shows one number: as no dimensions.
  return { name: value.name, type, shape: value.shape.length === 0 ? null : value.shape.map((each) => (typeof each === 'number' ? each : -1)) }
}

const refused = (side: string, name: string, what: string): PredictorError =>
  new PredictorError('BAD_MODEL', `The ${side} ${JSON.stringify(name)} of the model is ${what}; it can be a tensor of ${[...typeOf.keys()].join(', ')}. Convert it within the model, such as with Cast, or leave the output out.`)
