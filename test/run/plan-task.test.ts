import { describe, expect, test } from 'vitest'
import { planCalibration, planSweep } from '../../src/run/plan-task.ts'
import type { SweepRequest, VariableRequest } from '../../src/run/run-request.ts'
import { createSweepSamples, pieceSize } from '../../src/run/sweep-samples.ts'
import { type Knob, knobKey } from '../../src/simulation/engine.ts'

const pipes = Array.from({ length: 905 }, (_, index) => `pipe-${index}`)
const ground = {
  knobs: new Map<string, Knob>(pipes.map((twin) => [knobKey({ kind: 'property', twin, name: 'roughness' }), { value: 100, unit: undefined, min: 1, max: 200 }])),
  outputs: pipes.map((twin) => ({ twin, name: 'flow', kind: 'float' as const })),
}
const roughness = (rest: Partial<VariableRequest> = {}): VariableRequest => ({ property: 'roughness', twins: pipes, as: 'FACTOR', ...rest })
const sweep = (rest: Partial<SweepRequest> = {}, variable = roughness()) =>
  planSweep({ simulation: { engine: 'epanet', of: ['pipe-1'], horizon: 'PT1H' }, design: 'SOBOL', samples: 10, variables: [{ variable, from: 0.8, to: 1.2 }], ...rest }, ground)
const told = ({ problems }: ReturnType<typeof planSweep>): readonly string[] => problems.map(({ code, path }) => `${code} ${(path ?? []).join('.')}`)

describe('A sweep that would not fit is refused, before any of it is made', () => {
  test('by how much its members set, and keep', () => {
    expect(told(sweep({ samples: 22_000 }))).toEqual([])
    const [problem] = sweep({ samples: 60_000 }).problems
    expect(problem).toMatchObject({ code: 'OUT_OF_BOUNDS', path: ['input', 'variables'], message: expect.stringContaining('60000 members that set 905 things each') as string })
    const statistics = pipes.map((twin) => ({ twin, name: 'flow', reducer: 'MEAN' as const }))
    expect(told(sweep({ statistics }))).toEqual([])
    expect(told(sweep({ statistics, samples: 20_000 }))).toEqual(['OUT_OF_BOUNDS input.statistics'])
    expect(told(sweep({ statistics: [...statistics, ...statistics] }))).toEqual(['OUT_OF_BOUNDS input.statistics'])
  })

  test('by the names and twins of its variables', () => {
    expect(told(sweep({}, roughness({ name: 'n'.repeat(100) })))).toEqual([])
    expect(told(sweep({}, roughness({ name: 'n'.repeat(101) })))).toEqual(['OUT_OF_BOUNDS input.variables.0.variable.name'])
    expect(told(sweep({}, roughness({ twins: Array.from({ length: 20_001 }, (_, index) => `x-${index}`) })))).toEqual(['OUT_OF_BOUNDS input.variables.0.variable.twins'])
  })

  test('and where thousands of twins are not known, some are told, and how many more there are', () => {
    const { problems } = sweep({}, roughness({ twins: [...Array.from({ length: 5_000 }, (_, index) => `x-${index}`), 'pipe-1'] }))
    expect(problems).toHaveLength(11)
    expect(problems.at(-1)?.message).toContain('4990 more')
    expect(sweep({}, roughness({ property: 'roughnes', twins: ['pipe-1'] })).problems[0]?.message).toContain('Did you mean roughness?')
  })

  test('as a calibration of too many things is', () => {
    const targets = Array.from({ length: 1_001 }, () => ({ twin: 'pipe-1', name: 'flow' }))
    const { problems } = planCalibration({ simulation: { engine: 'epanet', of: ['pipe-1'], horizon: 'PT1H' }, variables: [{ variable: roughness(), min: 0.5, max: 1.5 }], targets }, ground, () => undefined)
    expect(problems.map(({ code, path }) => `${code} ${(path ?? []).join('.')}`)).toEqual(['OUT_OF_BOUNDS input.targets'])
  })
})

test('A piece of work of a sweep holds no more than twenty thousand settings, or one member', () => {
  const variables = [{ name: 'r', sets: pipes.map((twin) => ({ variable: { kind: 'property' as const, twin, name: 'roughness' }, of: 100 })) }]
  expect(pieceSize(60_000, 2, variables)).toBe(22)
  expect(pieceSize(60_000, 2, variables.flatMap((each) => Array.from({ length: 30 }, () => each)))).toBe(1)
  expect(pieceSize(60_000, 2, [])).toBe(200)
  expect(pieceSize(16, 2, variables)).toBe(1)
  const samples = createSweepSamples({ design: { kind: 'GRID', axes: [{ values: [0.9, 1.1] }] }, variables }, 5)
  expect(samples.count).toBe(2)
  expect(samples.of(1)).toMatchObject({ index: 1, settings: { length: 905, 0: { variable: { twin: 'pipe-0' }, value: 1.1 * 100 } } })
  expect(samples.settingsOf(1)).toEqual({ r: 1.1 })
  expect(samples.of(0).seed).not.toBe(samples.of(1).seed)
})
