import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createThreadHost } from '../../../src/adapters/thread/thread-host.ts'
import type { OutputSeries } from '../../../src/simulation/engine.ts'
import { createOutputStatistics } from '../../../src/simulation/worker/output-statistics.ts'
import { fileRequest, hasWaterData, waterData } from '../epanet/files.ts'
import { bound, engine, hours, open, seriesOf, sha256 } from '../epanet/runs.ts'
import { listen, never } from '../host/work.ts'

const statistics = (['MEAN', 'MIN', 'MAX', 'LAST'] as const).map((reducer) => ({ output: 0, reducer, kpi: reducer }))

const reduced = (output: Omit<OutputSeries, 'twin' | 'name'>, numbers: readonly number[]) => {
  const tallies = createOutputStatistics(statistics, [{ twin: 'a', name: 'level', ...output }])
  tallies.update({ at: Float64Array.from(numbers, (_, i) => i), values: Float64Array.from(numbers) })
  return tallies.kpis()
}

describe('Statistics of a sweep are what the series of its members would give', () => {
  test('in the unit of the series, the least being the least there, even where a unit runs the other way', () => {
    expect(reduced({ kind: 'float', affine: { scale: -2, shift: 10 } }, [1, NaN, 4, 2])).toEqual({ MEAN: 10 - 2 * (7 / 3), MIN: 2, MAX: 8, LAST: 6 })
  })

  test('of whole numbers and booleans as they are stored', () => {
    expect(reduced({ kind: 'integer', affine: { scale: 10, shift: 0 } }, [0.11, 0.26])).toEqual({ MEAN: 2, MIN: 1, MAX: 3, LAST: 3 })
    expect(reduced({ kind: 'boolean' }, [0, 2, 0, 1])).toEqual({ MEAN: 0.5, MIN: 0, MAX: 1, LAST: 1 })
  })

  test.skipIf(!hasWaterData)('of a file in gallons and psi, whose pressures the series tell in metres', async () => {
    const file = waterData('epanet/Net1.inp')
    const window = hours(2, 1)
    const to = bound({ ...fileRequest(file, {}, { pressure: 'metre' }), window })
    const output = to.outputs.findIndex(({ twin, name }) => twin === 'n-22' && name === 'pressure')
    await using opened = await open(to, { window, files: [file] })
    const pressures = seriesOf(await opened.run(), 'n-22.pressure')

    const folder = await mkdtemp(join(tmpdir(), 'sweep-'))
    await writeFile(join(folder, 'model'), file)
    await using host = createThreadHost({ atOnce: 1, memoryMb: 512, folder })
    const heard = listen()
    const task = { kind: 'sweep' as const, keep: false, members: [{ index: 0, seed: 0, settings: [] }], statistics: [{ output, reducer: 'MEAN' as const, kpi: 'mean' }, { output, reducer: 'LAST' as const, kpi: 'last' }] }
    const { id, isolation, cancel } = engine.describe()
    await host.compute({ run: 'us', engine: { id, isolation, cancel }, program: engine.program, input: to.input, artifacts: new Map([[sha256(file), join(folder, 'model')]]), series: [], outputs: to.outputs, window, task }, heard, never)
    await rm(folder, { recursive: true })
    expect(heard.members[0]?.kpis?.['mean']).toBeCloseTo(pressures.reduce((sum, value) => sum + value, 0) / pressures.length, 9)
    expect(heard.members[0]?.kpis?.['last']).toBe(pressures.at(-1))
    expect(pressures[0]).toBeLessThan(90) // 84 m; in psi it is 120
  })
})
