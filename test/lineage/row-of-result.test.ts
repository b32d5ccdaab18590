import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowOfResult } from '../../src/lineage/row-of-result.ts'
import { checkHorizons } from '../../src/prediction/inference/check-horizons.ts'
import type { Instants, ResultColumn } from '../../src/prediction/inference/inference-task.ts'
import { listInstants } from '../../src/prediction/inference/instants.ts'
import { output } from '../prediction/catalogue/new-predictor.ts'

const twins = ['p1', 'p2']
const distinct = fc.uniqueArray(fc.nat({ max: 12 }), { minLength: 1, maxLength: 4 })
const range = fc.record({ from: fc.integer({ min: -20, max: 20 }), every: fc.integer({ min: 1, max: 6 }), count: fc.integer({ min: 1, max: 8 }) })
  .map(({ from, every, count }): Extract<Instants, { readonly kind: 'range' }> => ({ kind: 'range', from, to: from + (count - 1) * every + 1, every }))

/** Of each twin each horizon, to one series. */
const planOf = (horizons: readonly number[]): { readonly outputs: readonly { readonly twin: string; readonly name: string }[]; readonly results: readonly (readonly ResultColumn[])[] } => ({
  outputs: twins.flatMap((twin) => horizons.map(() => ({ twin, name: 'flow' }))),
  results: twins.map((_, place) => horizons.map((horizon, index) => ({ output: place * horizons.length + index, of: index, part: 'value' as const, from: { kind: 'value' as const, output: index, plus: 0 }, horizon }))),
})
const cardOf = (horizons: readonly number[]): { readonly outputs: readonly ReturnType<typeof output>[] } => ({ outputs: horizons.map((horizon) => output({ name: `ahead-${horizon}`, telemetry: 'flow', horizon })) })

describe('a result of a predictor with several horizons', () => {
  it('is of the row that was asked, its twin and its instant, wherever a range was not refused', () => {
    fc.assert(fc.property(distinct, range, fc.nat({ max: 1 }), (horizons, instants, twin) => {
      const said = listInstants(instants).flatMap((at) => horizons.map((horizon) => ({ at, about: at + horizon })))
      const isTwice = new Set(said.map(({ about }) => about)).size < said.length
      expect(checkHorizons(cardOf(horizons), instants).length > 0).toBe(isTwice)
      if (!isTwice) for (const { at, about } of said) expect(rowOfResult({ ...planOf(horizons), instants }, planOf(horizons).outputs, { twin: twins[twin] ?? '', name: 'flow' }, { at: about, receivedAt: 1_000 })).toEqual({ twin, at })
    }))
  })

  it('is of the one instant, or in a stream of the row next to when it was received', () => {
    const { outputs, results } = planOf([0, 60, 3_600])
    const key = { twin: 'p2', name: 'flow' }
    expect(rowOfResult({ results, instants: { kind: 'at', at: 1_000 } }, outputs, key, { at: 4_600, receivedAt: 9_000 })).toEqual({ twin: 1, at: 1_000 })
    expect(rowOfResult({ results, instants: { kind: 'stream', from: 0, maxLag: 1 } }, outputs, key, { at: 4_600, receivedAt: 4_542 })).toEqual({ twin: 1, at: 4_540 })
    expect(rowOfResult({ results, instants: { kind: 'at', at: 1_000 } }, outputs, { ...key, name: 'power' }, { at: 1_000, receivedAt: 0 })).toBeUndefined()
  })

  it('may be asked of at a single instant, in a stream, and where each has a series of its own', () => {
    const range = { kind: 'range', from: 0, to: 100, every: 10 } as const
    const two = [output({ name: 'a', telemetry: 'flow', horizon: 10 }), output({ name: 'b', telemetry: 'flow', horizon: 30 })]
    expect(checkHorizons({ outputs: two }, range)).toEqual([{ code: 'UNSUPPORTED', path: ['range', 'every'], message: expect.stringMatching(/a predicts flow .* and b /) as unknown }])
    expect([checkHorizons({ outputs: two }, { kind: 'at', at: 0 }), checkHorizons({ outputs: two }, { kind: 'stream', from: 0, maxLag: 1 })]).toEqual([[], []])
    expect(checkHorizons({ outputs: two.map((each, index) => ({ ...each, telemetry: index === 0 ? 'flow' : 'power' })) }, range)).toEqual([])
    expect(checkHorizons({ outputs: two.map((each) => ({ ...each, telemetry: undefined })) }, range)).toEqual([])
  })
})
