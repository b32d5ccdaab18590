import { onnxModel, type OnnxTensor } from '../../examples/predictors/onnx-model.ts'

/** A model of a size that is met, with weights that are as good as any for measuring. */
export interface BenchModel {
  readonly name: string
  readonly bytes: Uint8Array
  /** Of a row of `x`. */
  readonly shape: readonly number[]
  /** Rows of a batch. */
  readonly rows: number
}

/** Small and different, so that nothing grows or dies out on its way through the layers. */
const weights = (name: string, ...shape: readonly number[]): OnnxTensor => {
  const size = shape.reduce((product, each) => product * each, 1)
  return { name, shape, data: Float32Array.from({ length: size }, (_, index) => Math.sin(index * 12.9898) * 0.15) }
}
const dense = (name: string, from: number, to: number): readonly OnnxTensor[] => [weights(`${name}w`, from, to), weights(`${name}b`, to)]

const mlp: BenchModel = {
  name: 'MLP 48-64-64-24', shape: [48], rows: 4_096,
  bytes: onnxModel({
    inputs: [{ name: 'x', type: 'FP32', shape: ['rows', 48] }], outputs: [{ name: 'y', type: 'FP32', shape: ['rows', 24] }],
    initializers: [...dense('1', 48, 64), ...dense('2', 64, 64), ...dense('3', 64, 24)],
    nodes: [
      { opType: 'Gemm', inputs: ['x', '1w', '1b'], outputs: ['1'] }, { opType: 'Relu', inputs: ['1'], outputs: ['1r'] },
      { opType: 'Gemm', inputs: ['1r', '2w', '2b'], outputs: ['2'] }, { opType: 'Relu', inputs: ['2'], outputs: ['2r'] },
      { opType: 'Gemm', inputs: ['2r', '3w', '3b'], outputs: ['y'] },
    ],
  }),
}

/** Rows are 30 steps of 24 numbers; the operator wants steps first. Of ONNX's LSTM: W [1, 4 hidden, inputs], R [1, 4 hidden, hidden], B [1, 8 hidden]. */
const lstm: BenchModel = {
  name: 'LSTM-64, 30 × 24', shape: [30, 24], rows: 256,
  bytes: onnxModel({
    inputs: [{ name: 'x', type: 'FP32', shape: ['rows', 30, 24] }], outputs: [{ name: 'y', type: 'FP32', shape: ['rows', 1] }],
    initializers: [weights('w', 1, 256, 24), weights('r', 1, 256, 64), weights('b', 1, 512), ...dense('o', 64, 1), { name: 'first', type: 'INT64', shape: [1], data: [0] }],
    nodes: [
      { opType: 'Transpose', inputs: ['x'], outputs: ['steps'], attributes: { perm: [1, 0, 2] } },
      { opType: 'LSTM', inputs: ['steps', 'w', 'r', 'b'], outputs: ['', 'last'], attributes: { hidden_size: 64 } },
      { opType: 'Squeeze', inputs: ['last', 'first'], outputs: ['state'] },
      { opType: 'Gemm', inputs: ['state', 'ow', 'ob'], outputs: ['y'] },
    ],
  }),
}

const halving = { kernel_shape: [4], strides: [2], pads: [1, 1] }

const autoencoder: BenchModel = {
  name: 'conv autoencoder 43 × 64', shape: [43, 64], rows: 256,
  bytes: onnxModel({
    inputs: [{ name: 'x', type: 'FP32', shape: ['rows', 43, 64] }], outputs: [{ name: 'y', type: 'FP32', shape: ['rows', 43, 64] }],
    initializers: [weights('1w', 32, 43, 4), weights('2w', 16, 32, 4), weights('3w', 16, 32, 4), weights('4w', 32, 43, 4)],
    nodes: [
      { opType: 'Conv', inputs: ['x', '1w'], outputs: ['1'], attributes: halving }, { opType: 'Relu', inputs: ['1'], outputs: ['1r'] },
      { opType: 'Conv', inputs: ['1r', '2w'], outputs: ['2'], attributes: halving }, { opType: 'Relu', inputs: ['2'], outputs: ['2r'] },
      { opType: 'ConvTranspose', inputs: ['2r', '3w'], outputs: ['3'], attributes: halving }, { opType: 'Relu', inputs: ['3'], outputs: ['3r'] },
      { opType: 'ConvTranspose', inputs: ['3r', '4w'], outputs: ['y'], attributes: halving },
    ],
  }),
}

export const benchModels: readonly BenchModel[] = [mlp, lstm, autoencoder]
