import type { ModelCard, OutputSpec } from '../../../src/prediction/model-card.ts'
import type { FeatureSpec } from '../../../src/prediction/feature.ts'
import type { NewPredictor } from '../../../src/prediction/predictor-store.ts'
import { newId } from '../../../src/util/id.ts'

export const feature = (name: string, more: Partial<FeatureSpec> = {}): FeatureSpec => ({
  name, of: { kind: 'telemetry', name, source: 'MEASURED', window: undefined, aggregate: 'LAST', every: undefined, staleAfter: undefined },
  twin: undefined, over: [], across: 'MEAN', lag: 0, unit: undefined, encode: undefined, fill: undefined, ...more,
})

export const output = (more: Partial<OutputSpec> = {}): OutputSpec =>
  ({ name: 'score', tensor: 'y', column: 0, role: 'VALUE', of: undefined, telemetry: undefined, unit: undefined, horizon: 0, interval: undefined, level: undefined, ...more })

export const newCard = (more: Partial<ModelCard> = {}): ModelCard => ({
  description: 'Scores flows.', licence: 'MIT', features: [feature('flow')], inputs: [{ tensor: 'x', type: 'FP32', features: ['flow'] }], outputs: [output()], model: undefined,
  training: { from: 0, to: 86_400_000_000, dataSha256: 'a'.repeat(64), rows: 24, code: undefined }, metrics: { rmse: 0.31 }, reference: { flow: Array.from({ length: 40 }, (_, at) => at / 4) }, ...more,
})

/** One that no other test has, unless it is named. */
export const newPredictor = (more: Partial<NewPredictor> = {}): NewPredictor =>
  ({ name: `p-${newId()}`, runtime: 'ONNX', model: { kind: 'artifact', sha256: 'b'.repeat(64) }, card: newCard(), build: newId(), createdBy: 'ada', ...more })
