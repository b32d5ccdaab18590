import { createHash } from 'node:crypto'
import { onnxModel } from '../../examples/predictors/onnx-model.ts'
import type { Data, TestApp } from './app.ts'

/** `score = Σ weight · feature + bias`, and what each feature makes of it, as an ONNX file. */
export const linearModel = (weights: readonly number[], bias = 0): Uint8Array => onnxModel({
  inputs: [{ name: 'x', type: 'FP32', shape: ['rows', weights.length] }],
  outputs: [{ name: 'score', type: 'FP32', shape: ['rows', 1] }, { name: 'parts', type: 'FP32', shape: ['rows', weights.length] }],
  initializers: [{ name: 'w', shape: [weights.length, 1], data: weights }, { name: 'row', shape: [1, weights.length], data: weights }, { name: 'b', shape: [1], data: [bias] }],
  nodes: [{ opType: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['score'] }, { opType: 'Mul', inputs: ['x', 'row'], outputs: ['parts'] }],
})

/** Keeps it, and gives the name it has. */
export async function putArtifact({ url }: Pick<TestApp, 'url'>, bytes: Uint8Array): Promise<string> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const response = await fetch(`${url}/artifacts/${sha256}`, { method: 'PUT', body: new Blob([new Uint8Array(bytes)]) })
  if (!response.ok) throw new Error(await response.text())
  return sha256
}

export async function registerPredictor(app: TestApp, input: Readonly<Record<string, unknown>>): Promise<Data> {
  const { registerPredictor: answer } = await app.data(`mutation ($input: RegisterPredictorInput!) { registerPredictor(input: $input) {
    __typename ... on RegisterPredictorSuccess { isKnown predictor { id name version stage build } } ... on Problem { code message path } ... on Invalid { problems { code path message twin } } } }`, { input })
  return answer as Data
}

/** Registers and makes it the one that is meant by its name; gives its id. */
export async function activePredictor(app: TestApp, input: Readonly<Record<string, unknown>>): Promise<string> {
  const answer = await registerPredictor(app, input)
  if (answer['__typename'] !== 'RegisterPredictorSuccess') throw new Error(JSON.stringify(answer))
  const { id } = (answer['predictor'] as { readonly id: string })
  await app.data('mutation ($id: ID!) { setPredictorStage(id: $id, stage: ACTIVE) { __typename } }', { id })
  return id
}

export async function startInference(app: TestApp, input: Readonly<Record<string, unknown>>): Promise<Data> {
  const { startInference: answer } = await app.data(`mutation ($input: StartInferenceInput!) { startInference(input: $input) {
    __typename ... on StartInferenceSuccess { isKnown run { id kind configHash } } ... on Problem { code message path } ... on Invalid { problems { code path message twin } } } }`, { input })
  return answer as Data
}

/** The id of the run. */
export async function startedInference(app: TestApp, input: Readonly<Record<string, unknown>>): Promise<string> {
  const answer = await startInference(app, input)
  if (answer['__typename'] !== 'StartInferenceSuccess') throw new Error(JSON.stringify(answer))
  return (answer['run'] as { readonly id: string }).id
}
