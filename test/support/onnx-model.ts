import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onnxModel } from '../../examples/predictors/onnx-model.ts'
import type { ModelRef } from '../../src/prediction/runtime.ts'

/** Files of models in a folder of their own. */
export interface ModelFiles extends AsyncDisposable {
  put(bytes: Uint8Array): Promise<ModelRef & { readonly kind: 'artifact' }>
}

export async function createModelFiles(): Promise<ModelFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'twinfold-onnx-'))
  return {
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const path = join(folder, sha256)
      await writeFile(path, bytes)
      return { kind: 'artifact', sha256, path }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** x [rows, 3] gives sum [rows, 1] = x0 + 2 x1 + 3 x2 + 0.5, and root [rows, 3] = sqrt(x^2 + 1). */
export const plainModel = (): Uint8Array => onnxModel({
  inputs: [{ name: 'x', type: 'FP32', shape: ['rows', 3] }],
  outputs: [{ name: 'sum', type: 'FP32', shape: ['rows', 1] }, { name: 'root', type: 'FP32', shape: ['rows', 3] }],
  initializers: [{ name: 'w', shape: [3, 1], data: [1, 2, 3] }, { name: 'b', shape: [1], data: [0.5] }, { name: 'one', shape: [], data: [1] }],
  nodes: [
    { opType: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['sum'] },
    { opType: 'Mul', inputs: ['x', 'x'], outputs: ['square'] },
    { opType: 'Add', inputs: ['square', 'one'], outputs: ['more'] },
    { opType: 'Sqrt', inputs: ['more'], outputs: ['root'] },
  ],
})

const types = ['FP32', 'FP64', 'INT32', 'INT64', 'BOOL'] as const

/** Of each type a tensor [rows] that comes back as it went in, under its name with `same_` before it. */
export const echoModel = (): Uint8Array => onnxModel({
  inputs: types.map((type) => ({ name: type, type, shape: ['rows'] })),
  outputs: types.map((type) => ({ name: `same_${type}`, type, shape: ['rows'] })),
  nodes: types.map((type) => ({ opType: 'Identity', inputs: [type], outputs: [`same_${type}`] })),
})

/** x [1] gives y [1], after so many steps, each of them a sine: what takes as long as it is told, or never ends. */
export const loopModel = (steps: number): Uint8Array => onnxModel({
  inputs: [{ name: 'x', type: 'FP32', shape: [1] }],
  outputs: [{ name: 'y', type: 'FP32', shape: [1] }],
  initializers: [{ name: 'steps', type: 'INT64', shape: [], data: [steps] }, { name: 'on', type: 'BOOL', shape: [], data: [1] }],
  nodes: [{
    opType: 'Loop', inputs: ['steps', 'on', 'x'], outputs: ['y'],
    attributes: {
      body: {
        graph: {
          inputs: [{ name: 'step', type: 'INT64', shape: [] }, { name: 'was', type: 'BOOL', shape: [] }, { name: 'from', type: 'FP32', shape: [1] }],
          outputs: [{ name: 'is', type: 'BOOL', shape: [] }, { name: 'to', type: 'FP32', shape: [1] }],
          nodes: [{ opType: 'Identity', inputs: ['was'], outputs: ['is'] }, { opType: 'Sin', inputs: ['from'], outputs: ['to'] }],
        },
      },
    },
  }],
})

/** n [1] numbers are made: what takes as much memory as it is told. */
export const wideModel = (): Uint8Array => onnxModel({
  inputs: [{ name: 'n', type: 'INT64', shape: [1] }],
  outputs: [{ name: 'y', type: 'FP32', shape: ['n'] }],
  initializers: [{ name: 'one', shape: [1], data: [1] }],
  nodes: [{ opType: 'Expand', inputs: ['one', 'n'], outputs: ['y'] }],
})
