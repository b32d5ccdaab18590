import { describe, expect, it } from 'vitest'
import { checkCard } from '../../../src/prediction/check-card.ts'
import type { FeatureSource, FeatureSpec } from '../../../src/prediction/feature.ts'
import { feature, newCard, output } from './new-predictor.ts'

const minute = 60_000_000
const said = (name: string, more: Partial<FeatureSpec> = {}): FeatureSpec =>
  feature('before', { of: { ...feature('before').of, name, source: 'PREDICTED' } as FeatureSource, ...more })
const problemsOf = (spec: FeatureSpec, of = output()) => checkCard(newCard({ features: [spec], inputs: [{ tensor: 'x', type: 'FP32', features: ['before'] }], outputs: [of], reference: {} }), {
  name: 'leak', signature: undefined, registry: { get: () => undefined, models: new Map() }, checkInputs: () => [],
}).map(({ code, path }) => `${code} ${path?.join('.')}`)

describe('a predictor that reads what it says itself', () => {
  it('is refused where that is said of the same instant', () => {
    const refused = ['OUT_OF_BOUNDS card.features.0.lag']
    expect(problemsOf(said('score@leak'))).toEqual(refused)
    expect(problemsOf(said('score@leak~upper'))).toEqual(refused)
    expect(problemsOf(said('pressure~score@leak'))).toEqual(refused)
    expect(problemsOf(said('flow'), output({ telemetry: 'flow' }))).toEqual(refused)
  })

  it('is taken where it was said before, or by another', () => {
    expect(problemsOf(said('score@leak', { lag: minute }))).toEqual([])
    expect(problemsOf(said('score@leak'), output({ horizon: minute }))).toEqual([])
    expect(problemsOf(said('score@burst'))).toEqual([])
    expect(problemsOf(feature('before'))).toEqual([])
  })
})
