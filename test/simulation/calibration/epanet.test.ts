import { describe, expect, it } from 'vitest'
import type { CalibrationProblem } from '../../../src/simulation/engine-host.ts'
import type { Setting } from '../../../src/simulation/engine-program.ts'
import { fit } from '../../../src/simulation/calibration/fit.ts'
import { bound, hours, open, type Ran, seriesOf } from '../epanet/runs.ts'
import { noise } from './problems.ts'

const window = hours(12)
const toSettings = (names: readonly string[], numbers: readonly number[]): readonly Setting[] => names.map((name, i) => ({ variable: { kind: 'parameter', name }, value: numbers[i] ?? NaN }))

const sensors = ['centre-d1', 'north-c3', 'east-b2']

async function calibrated(names: readonly string[], truth: readonly number[], sigma: number, method: CalibrationProblem['method'] = 'AUTO') {
  const to = bound({ window })
  await using opened = await open(to, { window })
  const known = sensors.filter((id) => to.outputs.some(({ twin, name }) => twin === id && name === 'pressure'))
  expect(known.length).toBeGreaterThan(1)
  const targetsOf = (ran: Ran): readonly (readonly number[])[] => [...known.map((id) => seriesOf(ran, `${id}.pressure`)), seriesOf(ran, 'main-2.flow')]
  const random = noise(11)
  const measured = targetsOf(await opened.run(toSettings(names, truth)))
  const problem: CalibrationProblem = {
    method, mostRuns: 300,
    variables: names.map((name) => ({ name, start: 1, min: 0.5, max: 2, sets: [{ variable: { kind: 'parameter', name }, of: 1 }] })),
    targets: measured.map((values, output) => ({ output, sigma, at: Float64Array.from(values, (_, i) => i * 900e6), values: Float64Array.from(values, (value) => value + sigma * random()) })),
  }
  return await fit(problem, async (numbers) => Float64Array.from(targetsOf(await opened.run(toSettings(names, numbers))).flat()), { signal: new AbortController().signal })
}

describe('EPANET is calibrated to what was measured of the demo town', () => {
  it('demands and the roughness of pipes are found again, within the errors that are told, across the jumps of flows where a pump starts a step earlier', async () => {
    const truth = [1.08, 0.9]
    const fitted = await calibrated(['demandMultiplier', 'roughnessMultiplier'], truth, 0.05)
    expect(fitted).toMatchObject({ converged: true, failedRuns: 0, method: 'NELDER_MEAD', warnings: [] })
    for (const [i, { value, standardError, isIdentifiable }] of fitted.variables.entries()) {
      expect(isIdentifiable).toBe(true)
      expect(Math.abs(value - (truth[i] ?? NaN))).toBeLessThan(4 * (standardError ?? 0))
      expect(standardError).toBeLessThan([0.001, 0.005][i] ?? NaN)
    }
    expect(fitted.reducedChiSquare).toBeGreaterThan(0.7)
    expect(fitted.reducedChiSquare).toBeLessThan(1.4)
  })

  it('by slopes alone it may end before such a jump, and then says that the fit is poor', async () => {
    const fitted = await calibrated(['demandMultiplier', 'roughnessMultiplier'], [1.08, 0.9], 0.05, 'LEVENBERG_MARQUARDT')
    expect(fitted.reducedChiSquare).toBeGreaterThan(100)
    expect(fitted.warnings).toEqual([expect.stringContaining('times as large as their sigmas')])
  })

  it('in few simulations where nothing switches', async () => {
    const fitted = await calibrated(['demandMultiplier', 'roughnessMultiplier'], [1.02, 0.97], 0.05)
    expect(fitted).toMatchObject({ converged: true, method: 'LEVENBERG_MARQUARDT' })
    expect(fitted.runs).toBeLessThan(80)
  })
})
