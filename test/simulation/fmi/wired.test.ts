import { describe, expect, it } from 'vitest'
import { createProcessHost } from '../../../src/adapters/process/engine-host.ts'
import type { Json } from '../../../src/util/json.ts'
import { bound, second, twin } from './binding.ts'
import { buildFmu, compiler, type Fmu, models } from './fmus.ts'
import { run, type RunSpec } from './runs.ts'

const hour = 3_600 * second

/** Tanks and their controllers as twins, related; FMUs of both versions of FMI together. */
function town(tank: Fmu, controller: Fmu, algorithm: string, tanks = ['tank-1']): RunSpec {
  return {
    twins: [...tanks.map((id, index) => twin(id, 'Tank', { leak: 0.005 + index / 1_000 })), ...tanks.map((_, index) => twin(`controller-${index + 1}`, 'Controller'))],
    relationships: tanks.map((id, index) => ({ name: 'controlledBy', from: id, to: `controller-${index + 1}` })),
    fmus: [tank, controller], window: { from: 0, horizon: hour, step: 10 * second },
    parameters: {
      models: [
        { model: 'dtmi:test:Tank;1', fmu: tank.sha256, outputs: { level: 'level' }, start: { leak: { property: 'leak' } } },
        { model: 'dtmi:test:Controller;1', fmu: controller.sha256, outputs: { open: 'open', switches: 'switches' } },
      ],
      wires: [{ over: 'controlledBy', from: 'level', to: 'level' }, { over: 'controlledBy', from: 'open', to: 'valve', reverse: true }],
      algorithm,
    },
  }
}

/** The same two models, in the same order of operations. The start level of the tank is 1 m; the controller opens below 90 cm and closes above 110 cm. */
function expected(algorithm: string, leak: number, steps: number): readonly (readonly number[])[] {
  let [level, open, switches] = [1, 0, 0]
  const rows = [[level, open, switches]]
  for (let step = 0; step < steps; step++) {
    const before = level
    level += 10 * (0.02 * open - leak * level) / 2
    const seen = (algorithm === 'JACOBI' ? before : level) * 100
    const next = seen < 90 ? 1 : seen > 110 ? 0 : open
    if (next !== open) switches++
    open = next
    rows.push([level, open, switches])
  }
  return rows
}

describe.skipIf(compiler === undefined)('FMUs that are wired along relationships', () => {
  it.each(['JACOBI', 'GAUSS_SEIDEL'])('exchange what they give with every step, across units and versions of FMI, by %s as its definition has it', async (algorithm) => {
    await using host = createProcessHost({ atOnce: 1, memoryMb: 256 })
    const [tank, controller] = [buildFmu({ ...models.tank, version: '2.0' }), buildFmu({ ...models.controller, version: '3.0' })]
    const { rows, outcome } = await run(host, town(tank, controller, algorithm))
    expect(rows).toEqual(expected(algorithm, 0.005, 360))
    expect(rows.at(-1)?.[2]).toBeGreaterThan(1) // the controller did something
    expect(outcome.kpis).toEqual({ communicationSteps: 360 })
    expect(rows).not.toEqual(expected(algorithm === 'JACOBI' ? 'GAUSS_SEIDEL' : 'JACOBI', 0.005, 360))
  })

  it('are as many as there are twins of their models, each with its own values', async () => {
    await using host = createProcessHost({ atOnce: 1, memoryMb: 256 })
    const [tank, controller] = [buildFmu({ ...models.tank, version: '3.0' }), buildFmu({ ...models.controller, version: '2.0' })]
    const { rows } = await run(host, town(tank, controller, 'JACOBI', ['tank-1', 'tank-2', 'tank-3']))
    for (const [index, leak] of [0.005, 0.006, 0.007].entries()) {
      const alone = expected('JACOBI', leak, 360)
      expect(rows.map((row) => [row[index], row[3 + 2 * index], row[4 + 2 * index]])).toEqual(alone)
    }
  })

  it('are told telemetry, the last reading until the next, in their own units', async () => {
    await using host = createProcessHost({ atOnce: 1, memoryMb: 256 })
    const from = 1_772_409_600 * second
    const tank = buildFmu({ ...models.tank, version: '2.0' })
    const parameters: Json = { components: [{ name: 'tank', fmu: tank.sha256, twin: 'tank-1', inputs: { inflow: { telemetry: 'inflow' }, valve: true }, outputs: { level: 'levelCm' }, start: { leak: 0, area: { value: 1, unit: 'squareMetre' } } }] }
    const { rows, heard } = await run(host, {
      twins: [twin('tank-1', 'Tank')], fmus: [tank], parameters, window: { from, horizon: 10 * second, step: second },
      series: [{ at: Float64Array.of(from - 5 * second, from + 2 * second, from + 4.5 * second), values: Float64Array.of(10, 20, 0) }],
    })
    const flows = [10, 10, 20, 20, 20, 0, 0, 0, 0, 0] // litres per second, of each step of a second; 4.5 s counts from the next step on
    let level = 1
    const levels = [level, ...flows.map((flow) => (level += 0.001 * flow))]
    rows.forEach(([centimetres = 0], index) => { expect(centimetres).toBeCloseTo(levels[index] ?? 0, 12) }) // in the FMU's unit: whoever stores it converts
    expect(heard.warnings.size).toBe(0)
    expect(bound({ twins: [twin('tank-1', 'Tank')], fmus: [tank], parameters }).outputs).toEqual([{ twin: 'tank-1', name: 'levelCm', kind: 'float', affine: { scale: 100, shift: 0 } }])
  })

  it('that are turned by a sweep begin anew for every member, and give what a run alone would', async () => {
    await using host = createProcessHost({ atOnce: 1, memoryMb: 256 })
    const [tank, controller] = [buildFmu({ ...models.tank, version: '2.0' }), buildFmu({ ...models.controller, version: '3.0' })]
    const spec = town(tank, controller, 'JACOBI')
    const setting = (value: number) => [{ variable: { kind: 'property', twin: 'tank-1', name: 'leak' }, value }, { variable: { kind: 'parameter', name: 'controller-1.upper' }, value: 1.2 }] as const
    const members = [0.004, 0.009, 0.004].map((value, index) => ({ index, seed: 1, settings: setting(value) }))
    const { heard } = await run(host, { ...spec, task: { kind: 'sweep', members, keep: false, statistics: [{ output: 0, reducer: 'LAST', kpi: 'last' }] } })
    const [first, second_, third] = heard.members
    expect(first?.failure).toBeUndefined()
    expect(third?.resultHash).toBe(first?.resultHash)
    expect(second_?.resultHash).not.toBe(first?.resultHash)
    const alone = await run(host, { ...spec, task: { kind: 'simulate', settings: setting(0.009), seed: 7 } })
    expect(alone.outcome.resultHash).toBe(second_?.resultHash)
    expect(alone.rows.at(-1)?.[0]).toBe(second_?.kpis?.['last'])
  })
})
