import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createProcessHost } from '../../../src/adapters/process/engine-host.ts'
import { buildFmu, compiler, models } from './fmus.ts'
import { run, type RunSpec } from './runs.ts'
import { second, twin } from './binding.ts'

const folder = '../shared/data/fmi/reference'
const isThere = existsSync(folder)
if (!isThere) console.warn(`Skipped: the reference outputs are not at ${folder}.`)

/** `time,h,v` and a line a time, as printed by the reference. */
const readReference = (name: string): readonly (readonly number[])[] => readFileSync(`${folder}/${name}_out.csv`, 'utf8').trim().split('\n').slice(1).map((line) => line.split(',').map(Number))

const cases = [
  { name: 'BouncingBall', spec: models.bouncingBall, outputs: ['h', 'v'], step: 10_000, horizon: 3 * second },
  { name: 'VanDerPol', spec: models.vanDerPol, outputs: ['x0', 'x1'], step: 10_000, horizon: 20 * second },
  { name: 'Dahlquist', spec: models.dahlquist, outputs: ['x'], step: 100_000, horizon: 10 * second },
] as const

describe.skipIf(!isThere || compiler === undefined)('Co-simulation of one FMU', () => {
  it.each(cases.flatMap((each) => [{ ...each, version: '2.0' as const }, { ...each, version: '3.0' as const }]))('gives the outputs of the Reference FMU $name to the bit, by FMI $version, and again in a second run', async ({ name, spec, outputs, step, horizon, version }) => {
    await using host = createProcessHost({ atOnce: 1, memoryMb: 256 })
    const fmu = buildFmu({ ...spec, version })
    const names = ['x', 'y']
    const request: RunSpec = {
      twins: [twin('thing-1', 'Thing')], fmus: [fmu], window: { from: 0, horizon, step },
      parameters: { components: [{ name: 'one', fmu: fmu.sha256, twin: 'thing-1', outputs: Object.fromEntries(outputs.map((output, index) => [output, names[index] ?? ''])) }] },
    }
    const reference = readReference(name)
    const { rows, times, outcome } = await run(host, request)
    expect(times).toEqual(reference.map(([time = 0]) => Math.round(time * second)))
    expect(rows).toEqual(reference.map(([, ...values]) => values))
    expect((await run(host, request)).outcome.resultHash).toBe(outcome.resultHash)
  })
})
