import { onnxModel } from '../../predictors/onnx-model.ts'

/**
 * What comes to a junction by the pipes that feed it, less what leaves it by those it feeds, less what its customers use: in litres a second, what is lost there.
 * Nothing is trained: the graph says which flows are to be added, and which to be taken away.
 */
export const waterBalance = {
  name: 'water-balance',
  runtime: 'ONNX',
  card: {
    description: 'Water that comes to a junction and is not accounted for.', licence: 'Apache-2.0', model: 'dtmi:watertown:Junction;1',
    features: [
      { name: 'inflow', from: 'flow', over: [{ name: 'feeds', direction: 'IN' }], across: 'SUM', window: 'PT10M', aggregate: 'MEAN', unit: 'litrePerSecond' },
      { name: 'outflow', from: 'flow', over: [{ name: 'feeds', direction: 'OUT' }], across: 'SUM', window: 'PT10M', aggregate: 'MEAN', unit: 'litrePerSecond', fill: 0 },
      { name: 'demand', from: 'demand', window: 'PT10M', aggregate: 'MEAN', unit: 'litrePerSecond' },
    ],
    inputs: [{ tensor: 'flows', type: 'FP32', features: ['inflow', 'outflow', 'demand'] }],
    outputs: [
      { name: 'loss', tensor: 'loss', unit: 'litrePerSecond' },
      { name: 'parts', tensor: 'parts', role: 'CONTRIBUTIONS', of: 'loss' },
    ],
    metrics: {},
  },
} as const

/** `inflow - outflow - demand`, and its three parts. */
export const waterBalanceModel = (): Uint8Array => onnxModel({
  inputs: [{ name: 'flows', type: 'FP32', shape: ['rows', 3] }],
  outputs: [{ name: 'loss', type: 'FP32', shape: ['rows', 1] }, { name: 'parts', type: 'FP32', shape: ['rows', 3] }],
  initializers: [{ name: 'signs', shape: [1, 3], data: [1, -1, -1] }, { name: 'sum', shape: [3, 1], data: [1, 1, 1] }],
  nodes: [{ opType: 'Mul', inputs: ['flows', 'signs'], outputs: ['parts'] }, { opType: 'MatMul', inputs: ['parts', 'sum'], outputs: ['loss'] }],
})

/** More than the errors of the meters make up together, which are at most 1.6 % of what flows in (measured over a week: docs/prediction.md). */
export const leakRule = {
  name: 'leak', severity: 'CRITICAL', description: 'Water is lost at a junction: look at the pipes around it.',
  when: { threshold: { series: 'loss@water-balance', source: 'PREDICTED', model: 'Junction', above: 3, clearBelow: 1.5 } },
  for: 'PT5M', over: ['feeds'], depth: 6,
} as const
