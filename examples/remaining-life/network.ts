import { onnxModel } from '../predictors/onnx-model.ts'

/** One hidden layer of rectifiers, and three numbers: what is left, and the bounds that it lies in. Rows are standardised first. */
export interface Network {
  readonly means: readonly number[]
  readonly deviations: readonly number[]
  /** Row by row: `[features, hidden]`, `[hidden, 3]`. */
  readonly hidden: readonly number[]
  readonly hiddenBias: readonly number[]
  readonly out: readonly number[]
  readonly outBias: readonly number[]
}

/** Bounds are put right where they cross what they bound, and nothing is left of less than nothing. */
export function predict({ means, deviations, hidden, hiddenBias, out, outBias }: Network, row: readonly number[]): readonly [number, number, number] {
  const width = hiddenBias.length
  const standard = row.map((value, at) => (value - (means[at] ?? 0)) / (deviations[at] ?? 1))
  const layer = hiddenBias.map((bias, unit) => Math.max(0, standard.reduce((sum, value, at) => sum + value * (hidden[at * width + unit] ?? 0), bias)))
  const [value = 0, lower = 0, upper = 0] = outBias.map((bias, head) => Math.max(0, layer.reduce((sum, given, unit) => sum + given * (out[unit * outBias.length + head] ?? 0), bias)))
  return [value, Math.min(value, lower), Math.max(value, upper)]
}

/** The same as an ONNX file: `x` [n, features] of doubles; `left`, `lower`, `upper` [n, 1]. */
export function toOnnx({ means, deviations, hidden, hiddenBias, out, outBias }: Network): Uint8Array {
  const [features, width, heads] = [means.length, hiddenBias.length, outBias.length]
  const column = (of: readonly number[], head: number): readonly number[] => of.filter((_, at) => at % heads === head)
  const constants = [
    { name: 'means', shape: [1, features], data: means }, { name: 'deviations', shape: [1, features], data: deviations }, { name: 'hidden', shape: [features, width], data: hidden },
    { name: 'hiddenBias', shape: [width], data: hiddenBias },
    ...[0, 1, 2].flatMap((head) => [{ name: `out${head}`, shape: [width, 1], data: column(out, head) }, { name: `outBias${head}`, shape: [1], data: [outBias[head] ?? 0] }]),
  ]
  return onnxModel({
    inputs: [{ name: 'x', type: 'FP64', shape: ['rows', features] }],
    outputs: ['left', 'lower', 'upper'].map((name) => ({ name, type: 'FP64' as const, shape: ['rows', 1] })),
    initializers: constants.map((constant) => ({ ...constant, type: 'FP64' as const })),
    nodes: [
      { opType: 'Sub', inputs: ['x', 'means'], outputs: ['centred'] }, { opType: 'Div', inputs: ['centred', 'deviations'], outputs: ['standard'] },
      { opType: 'Gemm', inputs: ['standard', 'hidden', 'hiddenBias'], outputs: ['sum'] }, { opType: 'Relu', inputs: ['sum'], outputs: ['layer'] },
      ...[0, 1, 2].flatMap((head) => [{ opType: 'Gemm', inputs: ['layer', `out${head}`, `outBias${head}`], outputs: [`raw${head}`] }, { opType: 'Relu', inputs: [`raw${head}`], outputs: [head === 0 ? 'left' : `bound${head}`] }]),
      { opType: 'Min', inputs: ['left', 'bound1'], outputs: ['lower'] }, { opType: 'Max', inputs: ['left', 'bound2'], outputs: ['upper'] },
    ],
  })
}
