import fc from 'fast-check'
import { Matrix, solve } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { fit } from '../../../src/simulation/calibration/fit.ts'
import { EngineError } from '../../../src/simulation/engine-program.ts'
import { misra1a, thurber } from './nist.ts'
import { curve, noise, range, variable } from './problems.ts'

const signal = new AbortController().signal
const n = (numbers: readonly number[], index: number): number => numbers[index] ?? NaN

describe('Calibration finds the numbers that bring a simulation nearest to what was measured', () => {
  it('solves linear problems as the normal equations do, standard errors included', async () => {
    await fc.assert(fc.asyncProperty(fc.integer(), fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true }), async (seed, a, b) => {
      const random = noise(seed)
      const x = range(30, (i) => i / 10)
      const y = x.map((each) => a + b * each + 0.3 * random())
      const { problem, evaluate } = curve([variable('a', 1, -100, 100), variable('b', 1, -100, 100)], { x, y }, ([p = 0, q = 0], each) => p + q * each, { sigma: 0.3 })
      const design = new Matrix(x.map((each) => [1, each]))
      const normal = design.transpose().mmul(design)
      const exact = solve(normal, design.transpose().mmul(Matrix.columnVector(y))).getColumn(0)
      const variance = y.reduce((sum, each, i) => sum + (each - n(exact, 0) - n(exact, 1) * n(x, i)) ** 2, 0) / 28
      const errors = solve(normal, Matrix.eye(2)).diagonal().map((each) => Math.sqrt(each * variance))
      const fitted = await fit(problem, evaluate, { signal })
      expect(fitted.converged).toBe(true)
      for (const [i, each] of fitted.variables.entries()) {
        expect(each.value).toBeCloseTo(n(exact, i), 7)
        expect(each.standardError).toBeCloseTo(n(errors, i), 7)
      }
    }), { numRuns: 30 })
  })

  it.each([['Misra1a', misra1a, 1], ['Misra1a', misra1a, 0], ['Thurber', thurber, 0], ['Thurber', thurber, 1]] as const)('agrees with the certified values of NIST: %s', async (_, reference, begin) => {
    const starts = reference.starts[begin] ?? []
    const variables = starts.map((start, i) => variable(`b${i + 1}`, start, -20 * Math.abs(start), 20 * Math.abs(start)))
    const { problem, evaluate } = curve(variables, reference, reference.of, { method: 'LEVENBERG_MARQUARDT' })
    const fitted = await fit(problem, evaluate, { signal })
    expect(fitted).toMatchObject({ converged: true, method: 'LEVENBERG_MARQUARDT' })
    expect(fitted.cost.after / reference.residualSumOfSquares).toBeCloseTo(1, 8)
    for (const [i, { value, standardError }] of reference.certified.entries()) {
      expect((fitted.variables[i]?.value ?? NaN) / value).toBeCloseTo(1, 5)
      expect((fitted.variables[i]?.standardError ?? NaN) / standardError).toBeCloseTo(1, 3)
    }
  })

  it.each(['LEVENBERG_MARQUARDT', 'NELDER_MEAD'] as const)('follows the valley of Rosenbrock to its end: %s', async (method) => {
    const { problem, evaluate } = curve([variable('x', -1.2, -5, 5), variable('y', 1, -5, 5)], { x: [0, 1], y: [0, 0] }, ([x = 0, y = 0], which) => (which === 0 ? 10 * (y - x * x) : 1 - x), { method })
    const fitted = await fit(problem, evaluate, { signal })
    expect(fitted.converged).toBe(true)
    expect(fitted.variables.map(({ value }) => value)).toEqual([expect.closeTo(1, 4), expect.closeTo(1, 4)])
  })

  it('takes fewer simulations with Levenberg-Marquardt than with Nelder-Mead, to the same numbers', async () => {
    const random = noise(3)
    const x = range(40, (i) => i / 4)
    const y = x.map((each) => 4 * Math.exp(-0.5 * each) + 1 + 0.02 * random())
    const both = await Promise.all((['LEVENBERG_MARQUARDT', 'NELDER_MEAD'] as const).map(async (method) => {
      const { problem, evaluate } = curve([variable('a', 1, 0, 10), variable('k', 1, 0.01, 5), variable('c', 0, -5, 5)], { x, y }, ([a = 0, k = 0, c = 0], each) => a * Math.exp(-k * each) + c, { sigma: 0.02, method })
      return await fit(problem, evaluate, { signal })
    }))
    const [steep, simplex] = both
    expect(steep?.runs).toBeLessThan((simplex?.runs ?? 0) / 3)
    for (const [i, { value, standardError }] of (steep?.variables ?? []).entries()) expect(Math.abs(value - (simplex?.variables[i]?.value ?? NaN))).toBeLessThan(0.05 * (standardError ?? 0))
  })

  it('never asks for numbers outside the bounds, and says where one came to lie at its bound', async () => {
    await fc.assert(fc.asyncProperty(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: 0.1, max: 2, noNaN: true }), fc.constantFrom('AUTO', 'NELDER_MEAD'), async (min, width, method) => {
      const x = range(20, (i) => i / 5)
      const y = x.map((each) => 1 + 2 * each) // the truth: 1 and 2
      const { problem, evaluate, asked } = curve([variable('a', min + width / 2, min, min + width), variable('b', 0, -10, 10)], { x, y }, ([a = 0, b = 0], each) => a + b * each, { method })
      const [a] = (await fit(problem, evaluate, { signal })).variables
      expect(asked.every(([each = NaN, other = NaN]) => each >= min && each <= min + width && other >= -10 && other <= 10)).toBe(true)
      if (min > 1.01 || min + width < 0.99) {
        expect(a).toMatchObject({ atBound: min > 1 ? 'MIN' : 'MAX', value: expect.closeTo(min > 1 ? min : min + width, 6), standardError: null, isIdentifiable: false })
      } else if (min < 0.99 && min + width > 1.01) {
        expect(a).toMatchObject({ atBound: null, value: expect.closeTo(1, 4), isIdentifiable: true })
      }
    }), { numRuns: 40 })
  })
})

describe('Calibration says how well the numbers are known', () => {
  it('gives 95 % intervals that cover the truth about as often as they say', async () => {
    let covered = 0
    for (let seed = 1; seed <= 400; seed++) {
      const random = noise(seed)
      const x = range(25, (i) => i / 5)
      const y = x.map((each) => 5 * (1 - Math.exp(-0.7 * each)) + 0.1 * random())
      const { problem, evaluate } = curve([variable('a', 3, 0, 20), variable('k', 0.3, 0.01, 5)], { x, y }, ([a = 0, k = 0], each) => a * (1 - Math.exp(-k * each)), { sigma: 0.03 }) // sigma is told wrong: the residuals mend it
      const [a, k] = (await fit(problem, evaluate, { signal })).variables
      if (a?.interval95 && a.interval95[0] <= 5 && a.interval95[1] >= 5) covered++
      if (k?.interval95 && k.interval95[0] <= 0.7 && k.interval95[1] >= 0.7) covered++
    }
    expect(covered / 800).toBeGreaterThan(0.93)
    expect(covered / 800).toBeLessThan(0.97)
  })

  it('names a pair of which only the product is known, and knows the third all the same', async () => {
    const random = noise(5)
    const x = range(30, (i) => i / 3)
    const y = x.map((each) => 6 * each + 2 + 0.1 * random())
    const { problem, evaluate } = curve([variable('roughness', 2, 0.1, 10), variable('length', 2, 0.1, 10), variable('head', 0, -10, 10)], { x, y }, ([a = 0, b = 0, c = 0], each) => a * b * each + c, { sigma: 0.1 })
    const fitted = await fit(problem, evaluate, { signal })
    const [roughness, length, head] = fitted.variables
    expect((roughness?.value ?? 0) * (length?.value ?? 0)).toBeCloseTo(6, 1)
    for (const [one, other] of [[roughness, 'length'], [length, 'roughness']] as const) {
      expect(one).toMatchObject({ isIdentifiable: false, standardError: null, interval95: null })
      expect(one?.why).toContain(`combination of it with ${other}`)
      expect(one?.why).toContain(`1 less of ${other}`)
    }
    expect(head).toMatchObject({ isIdentifiable: true, value: expect.closeTo(2, 0) })
    expect(fitted.correlation[0]).toEqual([null, null, null])
  })

  it('names a variable that nothing measured depends on', async () => {
    const { problem, evaluate } = curve([variable('a', 1, 0, 10), variable('idle', 3, 0, 10)], { x: [1, 2, 3], y: [2, 4, 6.1] }, ([a = 0], each) => a * each)
    expect((await fit(problem, evaluate, { signal })).variables[1]).toMatchObject({ value: 3, isIdentifiable: false, standardError: null, why: 'Nothing that was measured changes with it.' })
  })

  it('does not call known what is known no better than its bounds said', async () => {
    const random = noise(9)
    const x = range(12, (i) => i)
    const { problem, evaluate } = curve([variable('a', 0.5, 0, 1)], { x, y: x.map(() => 0.5 + 50 * random()) }, ([a = 0]) => a, { sigma: 50 })
    const [a] = (await fit(problem, evaluate, { signal })).variables
    expect(a?.isIdentifiable).toBe(false)
  })

  it('tells of residuals that are no noise: bias, the worst, neighbours that are alike', async () => {
    const x = range(60, (i) => i)
    const { problem, evaluate } = curve([variable('a', 1, -10, 10)], { x, y: x.map((each) => 3 + Math.sin(each / 8) + (each === 40 ? 4 : 0)) }, ([a = 0]) => a)
    const fitted = await fit(problem, evaluate, { signal })
    const [target] = fitted.targets
    expect(target).toMatchObject({ n: 60, bias: expect.closeTo(0, 6), worst: { at: 40, residual: expect.closeTo(-3, 0) } })
    expect(target?.lag1).toBeGreaterThan(0.5)
    expect(target?.signRuns?.z).toBeLessThan(-3)
    expect(fitted.warnings.join()).toContain('the standard errors are too small')
  })
})

describe('Calibration takes simulations as they are', () => {
  const exponential = (a: number, each: number): number => Math.exp(a * each)

  it.each([['throws', () => { throw new EngineError('NO_CONVERGENCE', 'It does not converge.') }], ['gives no number', () => NaN]] as const)('takes no step to where the simulation %s', async (_, broken) => {
    const x = range(10, (i) => i / 5)
    const { problem, evaluate } = curve([variable('a', -2, -3, 3)], { x, y: x.map((each) => exponential(0.5, each)) }, ([a = 0], each) => (a > 0.6 ? broken() : exponential(a, each)))
    const fitted = await fit(problem, evaluate, { signal })
    expect(fitted.variables[0]?.value).toBeCloseTo(0.5, 5)
    expect(fitted.failedRuns).toBeGreaterThan(0)
  })

  it('goes on without slopes where they lead nowhere', async () => {
    const { problem, evaluate } = curve([variable('a', 2, 0, 10)], { x: [0, 1], y: [7.3, 7.3] }, ([a = 0], each) => Math.round(a * 20) / 20 + (each + 1) * 1e-4 * Math.sin(a * 1e4), { method: 'AUTO' })
    const fitted = await fit(problem, evaluate, { signal })
    expect(fitted.method).toBe('NELDER_MEAD')
    expect(fitted.variables[0]?.value).toBeCloseTo(7.3, 1)
  })

  it('runs no more simulations than it may, and says that it did not get there', async () => {
    for (const mostRuns of [1, 2, 3, 7, 20]) {
      const { problem, evaluate, asked } = curve([variable('x', -1.2, -5, 5), variable('y', 1, -5, 5)], { x: [0, 1], y: [0, 0] }, ([a = 0, b = 0], which) => (which === 0 ? 10 * (b - a * a) : 1 - a), { mostRuns })
      const fitted = await fit(problem, evaluate, { signal })
      expect(asked.length).toBeLessThanOrEqual(mostRuns)
      expect(fitted).toMatchObject({ converged: false, runs: asked.length })
      expect(fitted.cost.after).toBeLessThanOrEqual(fitted.cost.before)
    }
  })

  it('ends between two simulations when it is cancelled', async () => {
    const cancelled = new AbortController()
    const { problem, evaluate, asked } = curve([variable('a', 1, 0, 10)], misra1a, ([a = 0], each) => a * each)
    const cancelling = async (numbers: readonly number[]): Promise<Float64Array> => {
      if (asked.length === 2) cancelled.abort(new Error('enough'))
      return await evaluate(numbers)
    }
    await expect(fit(problem, cancelling, { signal: cancelled.signal })).rejects.toThrow('enough')
    expect(asked.length).toBe(3)
  })

  it('passes on what is no fault of the numbers, and says so where they cannot even be begun with', async () => {
    const { problem } = curve([variable('a', 1, 0, 10)], misra1a, () => 0)
    const lost = new EngineError('ENGINE_CRASHED', 'It is gone.', { isRetryable: true })
    await expect(fit(problem, async () => { throw lost }, { signal })).rejects.toBe(lost)
    await expect(fit(problem, async () => { throw new EngineError('NO_CONVERGENCE', 'It does not converge.') }, { signal })).rejects.toMatchObject({ code: 'START_FAILED' })
    await expect(fit({ ...problem, targets: [] }, async () => new Float64Array(), { signal })).rejects.toMatchObject({ code: 'NOTHING_TO_FIT' })
  })

  it('ends, within its bounds and its runs and no worse than it began, whatever the simulation does', async () => {
    const bound = fc.oneof(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.constantFrom(0, 1e-300, -1e-300, 1e15, -1e15, 1))
    const variables = fc.array(fc.tuple(bound, bound, fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 4 })
    const shapes = [Math.sin, Math.exp, Math.sqrt, Math.log, Math.round, Math.tan, (x: number) => x * x, (x: number) => 1 / x, () => 1, (x: number) => x * 1e200]
    const terms = fc.array(fc.constantFrom(...shapes), { minLength: 1, maxLength: 3 })
    await fc.assert(fc.asyncProperty(variables, terms, fc.integer({ min: 1, max: 150 }), fc.constantFrom('AUTO', 'NELDER_MEAD', 'LEVENBERG_MARQUARDT'), async (given, of, mostRuns, method) => {
      const named = given.map(([a, b, share], i) => variable(`v${i}`, Math.min(a, b) + share * Math.abs(a - b), Math.min(a, b), Math.max(a, b)))
      const { problem, evaluate, asked } = curve(named, { x: [1, 2, 3, 4], y: [1, 0, 2, 1] }, (numbers, x) => of.reduce((sum, shape, i) => sum + shape(n(numbers, i % numbers.length) * x), n(numbers, 0)), { mostRuns, method })
      const fitted = await fit(problem, evaluate, { signal }).catch((error: unknown) => error)
      expect(asked.length).toBeLessThanOrEqual(mostRuns)
      for (const numbers of asked) for (const [i, { min, max }] of named.entries()) expect(n(numbers, i) >= min && n(numbers, i) <= max).toBe(true)
      if (fitted instanceof EngineError) expect(fitted.code).toBe('START_FAILED')
      else expect(fitted).toMatchObject({ runs: asked.length, why: expect.any(String), cost: expect.toSatisfy(({ before, after }: { before: number; after: number }) => after <= before) })
      JSON.stringify(fitted, (name, value: unknown) => {
        if (typeof value === 'number') expect(value, name).toSatisfy(Number.isFinite)
        return value
      })
    }), { numRuns: 300 })
  }, 30_000)

  it('is plain JSON, so that it can be kept', async () => {
    const { problem, evaluate } = curve([variable('a', 1, 0, 10)], { x: [1], y: [2] }, ([a = 0], each) => a * each)
    const fitted = await fit(problem, evaluate, { signal })
    expect(JSON.parse(JSON.stringify(fitted))).toEqual(fitted)
    expect(fitted).toMatchObject({ degreesOfFreedom: 0, reducedChiSquare: null })
  })
})
