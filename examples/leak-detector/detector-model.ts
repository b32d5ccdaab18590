import { onnxModel, type OnnxNode, type OnnxTensor } from '../predictors/onnx-model.ts'
import { checkNames, type Detector, type LinearCheck, ruleColumns } from './checks.ts'
import { columnOfFeature, features, hourly, windowHours } from './features.ts'
import { rules } from './instruments.ts'

/**
 * The detector as an ONNX file: `features` [rows, 201] in; `score` [rows, 1], the greatest of the checks, and `contributions` [rows, 201], each check with the feature it
 * stands for, out. In double precision, so that it computes what fitting computed.
 */
export function detectorModel(detector: Detector): Uint8Array {
  const { linear, windowed, ruleScale } = detector
  const [wide, checks] = [features.length, linear.length + rules.length]
  const columns = rules.map(ruleColumns)
  const initializers = [
    ...sums('hour', linear), ...sums('window', windowed),
    tensor('zero', [1], [0]), tensor('one', [1], [1]), tensor('window_hours', [1], [windowHours]),
    tensor('start_below', [rules.length], rules.map(({ startBelow }) => startBelow)),
    tensor('stop_above', [rules.length], rules.map(({ stopAbove }) => stopAbove)),
    tensor('rule_scale', [rules.length], ruleScale),
    ...(['level', 'levelBefore', 'state', 'stateBefore'] as const).map((name) => indexes(`${name}_columns`, columns.map((each) => each[name]))),
    indexes('parts', [hourly.length, hourly.length, 1]), indexes('linear_parts', [windowed.length, linear.length - windowed.length]),
    tensor('places', [checks, wide], checkNames(detector).flatMap((name) => features.map((_, column) => (column === columnOfFeature(name) ? 1 : 0)))),
  ]
  return onnxModel({
    name: 'leak-detector', initializers, nodes: [...linearNodes, ...ruleNodes, ...scoreNodes],
    inputs: [{ name: 'features', type: 'FP64', shape: ['rows', wide] }],
    outputs: [{ name: 'score', type: 'FP64', shape: ['rows', 1] }, { name: 'contributions', type: 'FP64', shape: ['rows', wide] }],
  })
}

const sums = (name: string, checks: readonly LinearCheck[]): readonly OnnxTensor[] => [
  tensor(`${name}_weights`, [hourly.length, checks.length], hourly.flatMap((_, column) => checks.map(({ weights }) => weights[column] ?? NaN))),
  tensor(`${name}_biases`, [checks.length], checks.map(({ bias }) => bias)),
]
const tensor = (name: string, shape: readonly number[], data: readonly number[]): OnnxTensor => ({ name, type: 'FP64', shape, data })
const indexes = (name: string, data: readonly number[]): OnnxTensor => ({ name, type: 'INT64', shape: [data.length], data })
const node = (opType: string, inputs: readonly string[], output: string, attributes: OnnxNode['attributes'] = {}): OnnxNode => ({ opType, inputs, outputs: [output], attributes })
const column = (name: string): OnnxNode => node('Gather', ['features', `${name}_columns`], name, { axis: 1 })

const linearNodes: readonly OnnxNode[] = [
  { opType: 'Split', inputs: ['features', 'parts'], outputs: ['hour', 'window', 'hours'], attributes: { axis: 1 } },
  node('Gemm', ['hour', 'hour_weights', 'hour_biases'], 'hour_sums'), node('Abs', ['hour_sums'], 'hour_checks'),
  { opType: 'Split', inputs: ['hour_checks', 'linear_parts'], outputs: ['both', 'idle'], attributes: { axis: 1 } },
  node('Sub', ['hours', 'window_hours'], 'beyond'), node('Relu', ['beyond'], 'whole'), // 1 where the window and the one an hour before are whole
  node('Gemm', ['window', 'window_weights', 'window_biases'], 'window_sums'), node('Abs', ['window_sums'], 'window_all'), node('Mul', ['window_all', 'whole'], 'window_checks'),
  node('Max', ['both', 'window_checks'], 'greater'), node('Concat', ['greater', 'idle'], 'linear', { axis: 1 }),
]

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
