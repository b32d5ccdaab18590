import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { checkNames, checksOf, ruleViolation, scoreOfRow } from '../../../examples/leak-detector/checks.ts'
import { detectorModel } from '../../../examples/leak-detector/detector-model.ts'
import { columnOfFeature, featureNames, features, hourly, windowHours } from '../../../examples/leak-detector/features.ts'
import { fitDetector } from '../../../examples/leak-detector/fit.ts'
import { idle, rules } from '../../../examples/leak-detector/instruments.ts'
import { fromParameters, sha256Of, toParameters } from '../../../examples/leak-detector/parameters.ts'
import { featureInputs } from '../../../examples/leak-detector/town.ts'
import { parseFeatures } from '../../../src/prediction/features/parse-features.ts'

const kept = readFileSync(new URL('../../../examples/leak-detector/detector.json', import.meta.url), 'utf8')
const detector = fromParameters(kept)
const pu1 = rules.find(({ link }) => link === 'PU1') ?? expect.fail('PU1 has a rule')

/** A row in which everything is 0 but what is said. */
const row = (values: Readonly<Record<string, number>>): number[] => {
  const empty = features.map(() => 0)
  for (const [name, value] of Object.entries(values)) empty[columnOfFeature(name)] = value
  return empty
}
const aboutPu1 = (level: number, before: number, state: number, stateBefore: number): number =>
  ruleViolation(pu1, row({ [featureNames.level('T1')]: level, [featureNames.before(featureNames.level('T1'))]: before, [featureNames.state('PU1')]: state, [featureNames.before(featureNames.state('PU1'))]: stateBefore }))

describe('the detector of C-Town', () => {
  test('is the same file, to the byte, whenever it is built of the numbers that are kept', () => {
    const model = detectorModel(detector)
    expect(sha256Of(model)).toBe(sha256Of(detectorModel(fromParameters(toParameters(detector)))))
    expect(toParameters(detector)).toBe(kept)
    expect(sha256Of(model)).toBe(readFileSync(new URL('../../../examples/leak-detector/README.md', import.meta.url), 'utf8').match(/[0-9a-f]{64}/)?.[0])
    expect(model.length).toBeLessThan(1_000_000)
  })

  test('computes in onnxruntime what its checks are', async () => {
    const session = await InferenceSession.create(detectorModel(detector))
    const level = fc.double({ min: 0, max: 7, noNaN: true })
    const value = fc.tuple(...features.map(({ telemetry, source, aggregate }) => (aggregate === 'COUNT' ? fc.integer({ min: 1, max: windowHours + 1 }) : telemetry === 'state' ? fc.constantFrom(0, 1) : source === 'RESIDUAL' ? fc.double({ min: -5, max: 5, noNaN: true }) : level)))
    await fc.assert(fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 5 }), async (rows) => {
      const { score, contributions } = await session.run({ features: new Tensor('float64', Float64Array.from(rows.flat()), [rows.length, features.length]) })
      const [scores, parts] = [score?.data as Float64Array, contributions?.data as Float64Array]
      for (const [index, each] of rows.entries()) {
        expect(scores[index]).toBeCloseTo(scoreOfRow(detector, each), 9)
        const sum = checksOf(detector, each).reduce((total, check) => total + check, 0)
        expect(parts.subarray(index * features.length, (index + 1) * features.length).reduce((total, part) => total + part, 0) / Math.max(1, sum)).toBeCloseTo(sum / Math.max(1, sum), 9)
      }
    }), { numRuns: 30 })
    await session.release()
  })

  test('looks at the mean of six hours once there are so many', () => {
    const [inHours, tooFew] = [windowHours + 1, windowHours].map((hours) => {
      const values = row({})
      values[hourly.length + columnOfFeature(featureNames.flowResidual('PU1'))] = 3
      values[2 * hourly.length] = hours
      return scoreOfRow(detector, values)
    })
    expect(inHours).toBeGreaterThan(5)
    expect(tooFew).toBeCloseTo(scoreOfRow(detector, row({})))
  })

  test('says of every check which instrument it is about', () => {
    expect(checkNames(detector)).toHaveLength(24 + 7 + idle.length + rules.length)
    const started = row({ [featureNames.state('PU3')]: 1 })
    expect(checkNames(detector)[checksOf(detector, started).findIndex((check, index) => check > 5 && checkNames(detector)[index] === featureNames.state('PU3'))]).toBe('state PU3')
  })

  test('finds a pump that its rule would not have as it is', () => {
    expect(aboutPu1(3.5, 3.6, 0, 0)).toBeCloseTo(0.5) // shut, although the tank is below 4 m
    expect(aboutPu1(6.5, 6.2, 1, 1)).toBeCloseTo(0.2) // running, although it is above 6.3 m
    expect(aboutPu1(5, 5.2, 1, 0)).toBeCloseTo(1) // started, although it never was below 4 m
    expect(aboutPu1(5, 5.2, 0, 1)).toBeCloseTo(1.1) // stopped, although it never was above 6.3 m
    expect(aboutPu1(5, 5.2, 1, 1)).toBe(0)
    expect(aboutPu1(3.9, 4.1, 1, 0)).toBe(0)
  })
})

describe('its features and its fit', () => {
  test('read nothing later than the hour they are of', () => {
    const { specs, problems } = parseFeatures(featureInputs)
    expect(problems).toEqual([])
    expect(specs).toHaveLength(features.length)
    for (const { name, lag, of } of specs) {
      expect([name, lag]).toEqual([name, name.includes(' before') ? 3_600_000_000 : 0])
      expect(of.kind === 'telemetry' && of.source !== 'PREDICTED').toBe(true)
    }
  })

  test('weights are of the first nine months alone; the rest of the year only scales them', () => {
    const random = (seed: number) => (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
    const next = random(42)
    const year = Array.from({ length: 1_200 }, () => [...features.slice(1).map(() => next()), windowHours + 1])
    const other = [...year.slice(0, 900), ...year.slice(900).map((each) => each.map((value, column) => (column === 2 * hourly.length ? value : 3 * value)))]
    const [a, b] = [fitDetector(year), fitDetector(other)].map(({ linear }) => linear.map(({ weights, bias }) => { // by direction
      const length = Math.hypot(...weights)
      return [...weights, bias].map((each) => each / length)
    }))
    for (const [index, check] of (a ?? []).entries()) for (const [place, each] of check.entries()) expect(each).toBeCloseTo(b?.[index]?.[place] ?? NaN, 9)
    expect(fitDetector(year).linear[0]?.weights).not.toEqual(fitDetector(other).linear[0]?.weights)
  })
})
