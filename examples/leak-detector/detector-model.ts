import { onnxModel, type OnnxNode, type OnnxTensor } from '../predictors/onnx-model.ts'
import { checkNames, type Detector, ruleColumns } from './checks.ts'
import { columnOfFeature, features } from './features.ts'
import { rules } from './instruments.ts'

/**
 * The detector as an ONNX file: `features` [rows, 100] in; `score` [rows, 1], the greatest of the checks, and `contributions` [rows, 100], each check with the feature it
 * stands for, out. In double precision, so that it computes what fitting computed.
 */
export function detectorModel(detector: Detector): Uint8Array {
  const { linear, ruleScale } = detector
  const [wide, checks] = [features.length, linear.length + rules.length]
  const columns = rules.map(ruleColumns)
  const initializers = [
    tensor('weights', [wide, linear.length], features.flatMap((_, column) => linear.map(({ weights }) => weights[column] ?? NaN))),
    tensor('biases', [linear.length], linear.map(({ bias }) => bias)),
    tensor('zero', [1], [0]), tensor('one', [1], [1]),
    tensor('start_below', [rules.length], rules.map(({ startBelow }) => startBelow)),
    tensor('stop_above', [rules.length], rules.map(({ stopAbove }) => stopAbove)),
    tensor('rule_scale', [rules.length], ruleScale),
    ...(['level', 'levelBefore', 'state', 'stateBefore'] as const).map((name): OnnxTensor => ({ name: `${name}_columns`, type: 'INT64', shape: [rules.length], data: columns.map((each) => each[name]) })),
    tensor('places', [checks, wide], checkNames(detector).flatMap((name) => features.map((_, column) => (column === columnOfFeature(name) ? 1 : 0)))),
  ]
  return onnxModel({
    name: 'leak-detector', initializers, nodes: [...linearNodes, ...ruleNodes, ...scoreNodes],
    inputs: [{ name: 'features', type: 'FP64', shape: ['rows', wide] }],
    outputs: [{ name: 'score', type: 'FP64', shape: ['rows', 1] }, { name: 'contributions', type: 'FP64', shape: ['rows', wide] }],
  })
}

const tensor = (name: string, shape: readonly number[], data: readonly number[]): OnnxTensor => ({ name, type: 'FP64', shape, data })
const node = (opType: string, inputs: readonly string[], output: string, attributes: OnnxNode['attributes'] = {}): OnnxNode => ({ opType, inputs, outputs: [output], attributes })
const column = (name: string): OnnxNode => node('Gather', ['features', `${name}_columns`], name, { axis: 1 })

const linearNodes: readonly OnnxNode[] = [node('Gemm', ['features', 'weights', 'biases'], 'sums'), node('Abs', ['sums'], 'linear')]

/** As `ruleViolation` of checks.ts. */
const ruleNodes: readonly OnnxNode[] = [
  ...['level', 'levelBefore', 'state', 'stateBefore'].map(column),
  node('Min', ['level', 'levelBefore'], 'lowest'), node('Max', ['level', 'levelBefore'], 'highest'),
  node('Sub', ['one', 'state'], 'shut'), node('Sub', ['start_below', 'level'], 'lacking'), node('Mul', ['shut', 'lacking'], 'shut_although_low'),
  node('Sub', ['level', 'stop_above'], 'excess'), node('Mul', ['state', 'excess'], 'open_although_high'),
  node('Sub', ['state', 'stateBefore'], 'change'), node('Relu', ['change'], 'started'), node('Sub', ['lowest', 'start_below'], 'above_start'), node('Mul', ['started', 'above_start'], 'started_too_high'),
  node('Neg', ['change'], 'change_back'), node('Relu', ['change_back'], 'stopped'), node('Sub', ['stop_above', 'highest'], 'below_stop'), node('Mul', ['stopped', 'below_stop'], 'stopped_too_low'),
  node('Max', ['zero', 'shut_although_low', 'open_although_high', 'started_too_high', 'stopped_too_low'], 'violation'), node('Div', ['violation', 'rule_scale'], 'rules'),
]

const scoreNodes: readonly OnnxNode[] = [
  node('Concat', ['linear', 'rules'], 'checks', { axis: 1 }),
  node('ReduceMax', ['checks'], 'score', { axes: [1], keepdims: 1 }),
  node('MatMul', ['checks', 'places'], 'contributions'),
]
