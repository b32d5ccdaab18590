import { PredictorError } from './runtime.ts'
import type { Signature, Tensor, TensorSignature, TensorType } from './tensor.ts'

/** Bytes of one number. */
export const tensorBytes: Readonly<Record<TensorType, number>> = { FP32: 4, FP64: 8, INT32: 4, INT64: 8, BOOL: 1 }

export const tensorTypes = Object.keys(tensorBytes) as readonly TensorType[]

export const isTensorType = (name: unknown): name is TensorType => typeof name === 'string' && Object.hasOwn(tensorBytes, name)

/** How many numbers a shape holds; undefined: it is none, as a dimension is negative, broken or too large. */
export function sizeOf(shape: readonly number[]): number | undefined {
  let size = 1
  for (const dimension of shape) {
    if (!Number.isSafeInteger(dimension) || dimension < 0) return undefined
    size *= dimension
  }
  return Number.isSafeInteger(size) ? size : undefined
}

/**
 * What goes into a model is what its signature says: the same names, each once, of the same types, with shapes that fit, and data as many as the shape holds.
 * Throws `PredictorError` WRONG_SHAPE, WRONG_TYPE. Of a model that does not say what it takes, only shapes and data are compared.
 */
export function checkInputs(signature: Signature, inputs: readonly Tensor[]): void {
  const given = new Map(inputs.map((tensor) => [tensor.name, tensor]))
  if (given.size < inputs.length) throw wrongShape(`A tensor is given twice: ${inputs.map(({ name }) => name).join(', ')}.`)
  for (const tensor of inputs) checkData(tensor)
  if (signature.inputs === null) return
  const known = new Map(signature.inputs.map((input) => [input.name, input]))
  for (const { name } of inputs) if (!known.has(name)) throw wrongShape(`The model takes no tensor ${JSON.stringify(name)}. It takes ${listOf(signature.inputs)}.`)
  for (const input of signature.inputs) {
    const tensor = given.get(input.name)
    if (tensor === undefined) throw wrongShape(`The model takes the tensor ${describe(input)}, which is not given.`)
    checkTensor('takes', input, tensor)
  }
}

/** The same of what came out; throws MODEL_FAILED. Outputs that are not in the signature are let through. */
export function checkOutputs(signature: Signature, outputs: readonly Tensor[]): void {
  const given = new Map(outputs.map((tensor) => [tensor.name, tensor]))
  for (const output of signature.outputs ?? []) {
    const tensor = given.get(output.name)
    if (tensor === undefined) throw new PredictorError('MODEL_FAILED', `The model says that it gives ${describe(output)}, and did not.`)
    try {
      checkTensor('gives', output, tensor)
    } catch (error) {
      throw new PredictorError('MODEL_FAILED', error instanceof Error ? error.message : String(error), { cause: error })
    }
  }
}

function checkData({ name, shape, data }: Tensor): void {
  const size = sizeOf(shape)
  if (size === undefined) throw wrongShape(`The tensor ${name} has the shape [${shape.join(', ')}], which is none.`)
  if (size !== data.length) throw wrongShape(`The tensor ${name} has ${data.length} numbers; its shape [${shape.join(', ')}] holds ${size}.`)
}

function checkTensor(verb: string, expected: TensorSignature, { name, type, shape }: Tensor): void {
  if (type !== expected.type) throw new PredictorError('WRONG_TYPE', `The tensor ${name} is ${type}; the model ${verb} ${describe(expected)}.`)
  if (expected.shape === null) return
  const fits = shape.length === expected.shape.length && expected.shape.every((dimension, index) => dimension === -1 || dimension === shape[index])
  if (!fits) throw wrongShape(`The tensor ${name} has the shape [${shape.join(', ')}]; the model ${verb} ${describe(expected)}.`)
}

/** `x FP32 [-1, 3]`. */
const describe = ({ name, type, shape }: TensorSignature): string => `${name} ${type}${shape === null ? '' : ` [${shape.join(', ')}]`}`

const mostListed = 20

const listOf = (list: readonly TensorSignature[]): string =>
  (list.length === 0 ? 'none' : list.slice(0, mostListed).map(describe).join(', ') + (list.length > mostListed ? ` and ${list.length - mostListed} more` : ''))

const wrongShape = (message: string): PredictorError => new PredictorError('WRONG_SHAPE', message)
