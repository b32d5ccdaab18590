import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFeatures } from '../../../src/prediction/features/parse-features.ts'
import { createFeatureSpecsHash } from '../../../src/prediction/features/specs-hash.ts'
import { checkCardInputs, toTensors } from '../../../src/prediction/features/to-tensors.ts'
import type { FeatureRows } from '../../../src/prediction/features/bound-features.ts'

const { specs } = parseFeatures([
  { name: 'a', from: 'flow' }, { name: 'steps', from: 'flow', window: 'PT3H', every: 'PT1H' }, { name: 'b', from: 'level', fill: 0 }, { name: 'more', from: 'level', window: 'PT3H', every: 'PT1H' },
])
const width = 8
/** Row r has the numbers 10 r, 10 r + 1 … */
const rowsOf = (count: number, change: (row: number, number: number) => number | undefined = () => undefined): FeatureRows => ({
  twins: Uint32Array.from({ length: count }, (_, row) => Math.floor(row / 2)), at: Float64Array.from({ length: count }, (_, row) => 1_000 * row), width,
  values: Float64Array.from({ length: count * width }, (_, index) => change(Math.floor(index / width), index % width) ?? 10 * Math.floor(index / width) + index % width),
})

describe('Rows as tensors', () => {
  test('single numbers are columns, one row of numbers is a row, and several are steps of one number each', () => {
    const inputs = [{ tensor: 'x', type: 'FP32', features: ['b', 'a'] }, { tensor: 'one', type: 'FP64', features: ['steps'] }, { tensor: 'several', type: 'FP64', features: ['steps', 'more'] }] as const
    const { tensors, kept, missing } = toTensors({ features: specs, inputs }, rowsOf(2))
    expect([...kept]).toEqual([0, 1])
    expect(missing).toEqual([])
    expect(tensors).toEqual([
      { name: 'x', type: 'FP32', shape: [2, 2], data: Float32Array.of(4, 0, 14, 10) },
      { name: 'one', type: 'FP64', shape: [2, 3], data: Float64Array.of(1, 2, 3, 11, 12, 13) },
      { name: 'several', type: 'FP64', shape: [2, 3, 2], data: Float64Array.of(1, 5, 2, 6, 3, 7, 11, 15, 12, 16, 13, 17) },
    ])
  })

  test('rows that lack a number are left out, and what they lack is counted by feature and twin', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.tuple(fc.nat(5), fc.nat(width - 1)), { selector: String }), (holes) => {
      const isHole = new Set(holes.map(String))
      const { tensors, kept, missing } = toTensors({ features: specs, inputs: [{ tensor: 'x', type: 'FP64', features: ['a'] }] }, rowsOf(6, (row, number) => (isHole.has(`${row},${number}`) ? NaN : undefined)))
      const whole = [0, 1, 2, 3, 4, 5].filter((row) => !holes.some(([at]) => at === row))
      expect([...kept]).toEqual(whole)
      expect(tensors.flatMap(({ data }) => Array.from(data, Number))).toEqual(whole.map((row) => 10 * row))
      const features = [0, 1, 1, 1, 2, 3, 3, 3]
      const lacking = new Set(holes.map(([row, number]) => `${row} ${features[number]}`))
      expect(missing.reduce((sum, { count }) => sum + count, 0)).toBe(lacking.size)
      for (const { feature, twin, count, at } of missing) {
        const rows = [0, 1, 2, 3, 4, 5].filter((row) => Math.floor(row / 2) === twin && lacking.has(`${row} ${feature}`))
        expect([count, at]).toEqual([rows.length, 1_000 * (rows[0] ?? NaN)])
      }
    }))
  })

  test('whole numbers and booleans are such; a row with another number is left out, and told by its feature, twin and instant', () => {
    type Type = 'INT64' | 'INT32' | 'BOOL' | 'FP32'
    const fill = (type: Type, ...given: readonly number[]) => toTensors({ features: specs, inputs: [{ tensor: 'x', type, features: ['a'] }] }, rowsOf(given.length, (row, number) => (number === 0 ? given[row] : undefined)))
    expect(fill('INT64', -7).tensors[0]).toEqual({ name: 'x', type: 'INT64', shape: [1, 1], data: BigInt64Array.of(-7n) })
    expect(fill('BOOL', 1).tensors[0]).toEqual({ name: 'x', type: 'BOOL', shape: [1, 1], data: Uint8Array.of(1) })
    const { tensors, kept, missing } = fill('INT64', 3, 2.5, 4, NaN, 5, 6.5)
    expect([[...kept], tensors[0]?.data]).toEqual([[0, 2, 4], BigInt64Array.of(3n, 4n, 5n)])
    expect(missing).toEqual([
      { feature: 0, twin: 0, count: 1, at: 1_000, wrong: 'is 2.5, which is no INT64, as the tensor x takes' }, { feature: 0, twin: 1, count: 1, at: 3_000 },
      { feature: 0, twin: 2, count: 1, at: 5_000, wrong: 'is 6.5, which is no INT64, as the tensor x takes' },
    ])
    for (const [type, value] of [['INT32', 2 ** 31], ['BOOL', 2], ['FP32', 1e39]] as const) expect(fill(type, value).missing).toMatchObject([{ feature: 0, wrong: expect.stringContaining(`no ${type}`) }])
  })

  test('inputs that do not go together with the features are told, each by its place', () => {
    const check = (inputs: Parameters<typeof checkCardInputs>[0]['inputs']) => checkCardInputs({ features: specs, inputs }).map(({ path, message }) => [path?.join('.'), message])
    expect(check([{ tensor: 'x', type: 'FP32', features: ['a', 'b'] }, { tensor: 'y', type: 'FP32', features: ['steps', 'more'] }])).toEqual([])
    expect(check([])).toEqual([['inputs', expect.stringContaining('at least one input')]])
    expect(check([{ tensor: 'x', type: 'FP32', features: ['a', 'stebs'] }, { tensor: 'x', type: 'FP32', features: [] }, { tensor: 'z', type: 'FP32', features: ['a', 'steps'] }])).toEqual([
      ['inputs.0.features.1', 'The card has no feature "stebs". Did you mean steps?'], ['inputs.1.tensor', expect.stringContaining('filled by another input')],
      ['inputs.1.features', 'The tensor x has no feature that fills it.'], ['inputs.2.features', expect.stringContaining('1 (a), 3 (steps)')],
    ])
  })

  test('equal features have equal hashes, however they were written', () => {
    const hashOf = (window: string): string => createFeatureSpecsHash(parseFeatures([{ name: 'a', window, from: 'flow' }]).specs)
    expect(hashOf('PT60M')).toBe(hashOf('PT1H'))
    expect(hashOf('PT61M')).not.toBe(hashOf('PT1H'))
  })
})

describe('Features as clients write them', () => {
  const wrong = (...features: Parameters<typeof parseFeatures>[0]): readonly (readonly [string | undefined, string])[] => parseFeatures(features).problems.map(({ path, message }) => [path?.join('.'), message])

  test('become features, with what is usual where nothing is said', () => {
    const parsed = parseFeatures([
      { name: 'mean', from: 'motor.temperature', window: 'PT1H', unit: 'kelvin', over: [{ name: 'feeds' }, { name: 'feeds', direction: 'IN' }], lag: 'PT5M' }, { name: 'hour', calendar: 'HOUR_OF_DAY' },
      { name: 'score', from: 'score@leak-detector', source: 'PREDICTED' }, { name: 'state', from: 'state', encode: { on: 1, __proto__: 3 } },
    ])
    expect(parsed.problems).toEqual([])
    expect(parsed.specs[0]).toEqual({
      name: 'mean', of: { kind: 'telemetry', name: 'motor.temperature', source: 'MEASURED', window: 3_600_000_000, aggregate: 'MEAN', every: undefined, staleAfter: undefined },
      twin: undefined, over: [{ name: 'feeds', direction: 'OUT' }, { name: 'feeds', direction: 'IN' }], across: 'MEAN', lag: 300_000_000, unit: 'kelvin', encode: undefined, fill: undefined,
    })
    expect(parsed.specs.slice(1).map(({ of }) => of.kind)).toEqual(['calendar', 'telemetry', 'telemetry'])
  })

  test('that contradict themselves are told, by their fields', () => {
    expect(wrong({ name: 'x' }, { name: 'y', from: 'flow', calendar: 'DAY_OF_WEEK' })).toEqual([['features.0', expect.stringContaining('give `from`')], ['features.1', expect.stringContaining('one of the two')]])
    expect(wrong({ name: 'x', from: 'flow', aggregate: 'MEAN' })).toEqual([['features.0.aggregate', 'The feature "x": MEAN is of the readings of a window: give `window`, such as "PT1H".']])
    expect(wrong({ name: 'x', from: 'flow', window: 'PT1H', every: 'PT7M' })).toEqual([['features.0.every', 'The feature "x": parts of PT7M do not go into a window of PT1H without a rest.']])
    expect(wrong({ name: 'x', from: 'flow', lag: '-PT1S' })).toEqual([['features.0.lag', expect.stringContaining('into the future')]])
    expect(wrong({ name: 'x', from: 'flow', window: 'P1M' }, { name: 'y', from: 'flow', window: 'PT0S' }).map(([path]) => path)).toEqual(['features.0.window', 'features.1.window'])
    expect(wrong({ name: 'x', from: 'flow', window: 'PT1H', staleAfter: 'PT1M' }).map(([path]) => path)).toEqual(['features.0.staleAfter'])
    expect(wrong({ name: 'x', from: 'flow', across: 'SUM' }, { name: 'y', from: 'flow', over: [] }).map(([path]) => path)).toEqual(['features.0.across', 'features.1.over'])
    expect(wrong({ name: 'x', calendar: 'HOUR_OF_DAY', unit: 'hour', window: 'PT1H' }).map(([path]) => path)).toEqual(['features.0.window', 'features.0.unit'])
    expect(wrong({ name: 'x', from: 'flow', unit: 'parsnip' }, { name: 'y', from: 'flow', unit: 'metre', encode: { a: 1 } }, { name: 'z', from: 'flow', encode: { a: 'b' } }, { name: 'w', from: 'fl ow' }).map(([path]) => path))
      .toEqual(['features.0.unit', 'features.1.unit', 'features.2.encode', 'features.3.from'])
    expect(wrong({ name: 'x', from: 'flow', window: 'P30D', every: 'PT1S' })).toEqual([['features.0.every', expect.stringContaining('2,592,000 numbers')]])
    expect(wrong(...Array.from({ length: 11 }, (_, index) => ({ name: `f${index}`, from: 'flow', window: 'PT1000S', every: 'PT1S' })))).toEqual([['features', expect.stringContaining('11,000 numbers a row')]])
  })
})
