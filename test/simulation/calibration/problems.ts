import type { CalibrationProblem, CalibrationVariable } from '../../../src/simulation/engine-host.ts'
import type { Evaluate } from '../../../src/simulation/calibration/trials.ts'
import { createRandomStreams } from '../../../src/simulation/random-stream.ts'

export const variable = (name: string, start: number, min: number, max: number): CalibrationVariable => ({
  name, start, min, max, sets: [{ variable: { kind: 'parameter', name }, of: 1 }],
})

export interface Measured {
  readonly x: readonly number[]
  readonly y: readonly number[]
}

/** A curve fitted to points, as a calibration: one target, its times the points' numbers. */
export function curve(variables: readonly CalibrationVariable[], { x, y }: Measured, of: (numbers: readonly number[], x: number) => number, options: Partial<Pick<CalibrationProblem, 'method' | 'mostRuns'>> & { sigma?: number } = {}): { problem: CalibrationProblem; evaluate: Evaluate; asked: (readonly number[])[] } {
  const asked: (readonly number[])[] = []
  return {
    asked,
    problem: {
      variables, method: options.method ?? 'AUTO', mostRuns: options.mostRuns ?? 2_000,
      targets: [{ output: 0, sigma: options.sigma ?? 1, at: Float64Array.from(y, (_, i) => i), values: Float64Array.from(y) }],
    },
    evaluate: async (numbers) => {
      asked.push(numbers)
      return Float64Array.from(x, (each) => of(numbers, each))
    },
  }
}

/** Normal deviates, reproducible by the seed. */
export const noise = (seed: number): (() => number) => createRandomStreams(seed)('noise').normal

export const range = (count: number, of: (i: number) => number): number[] => Array.from({ length: count }, (_, i) => of(i))
