import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { InputSeries } from '../../../src/simulation/engine-program.ts'
import { fileRequest, hasWaterData, waterData } from './files.ts'
import { bound, hours, open, seriesOf, simulate } from './runs.ts'

const hour = 3_600e6

describe.skipIf(!hasWaterData)('EPANET follows telemetry', () => {
  test('a week of C-Town: pumps deliver what was measured, within 0.8 litres per second', async () => {
    const rows = gunzipSync(waterData('batadal/BATADAL_dataset03.csv.gz')).toString('utf8').trim().split(/\r?\n/).map((line) => line.split(',').map((cell) => cell.trim()))
    const [header = [], ...days] = rows
    const week = days.slice(0, 169)
    const from = Date.UTC(2014, 0, 6) * 1_000
    const measured = (column: string): readonly number[] => week.map((row) => Number(row[header.indexOf(column)]))
    const file = waterData('batadal/CTOWN.INP')
    const pumps = Array.from({ length: 11 }, (_, at) => `PU${at + 1}`)
    const links = [...pumps, 'V2']
    const given = fileRequest(file, { assimilate: true, assimilateFrom: { level: 'level', state: 'status', threshold: 0.5, twins: links.map((id) => `l-${id}`) }, outputs: ['flow', 'level'] })
    const window = hours(168, 1, from)
    const to = bound({ ...given, window })
    const series = to.series.map(({ twin, name }): InputSeries => ({
      at: Float64Array.from(week, (_, at) => from + at * hour), values: Float64Array.from(measured(`${name === 'level' ? 'L' : 'S'}_${twin.slice(2)}`)),
    }))
    expect(to.series).toHaveLength(7 + 12)
    await using opened = await open(to, { window, files: [file], series })
    const ran = await opened.run()
    expect(ran.times).toHaveLength(169)
    expect(seriesOf(ran, 'n-T1.level')[100]).toBeCloseTo(measured('L_T1')[100] ?? 0, 6)
    for (const pump of ['PU1', 'PU2', 'PU4', 'PU7', 'PU8', 'PU10']) {
      const [simulated, real] = [seriesOf(ran, `l-${pump}.flow`), measured(`F_${pump}`)]
      const error = Math.sqrt(simulated.reduce((sum, value, at) => sum + (value - (real[at] ?? 0)) ** 2, 0) / real.length)
      expect(error, pump).toBeLessThan(0.8)
    }
    expect((await opened.run()).series).toEqual(ran.series)
  })

  test('what has not been read yet is the model\'s, and a warning says so', async () => {
    const file = waterData('batadal/CTOWN.INP')
    const window = hours(4, 1)
    const given = fileRequest(file, { assimilate: true, assimilateFrom: { twins: [] }, outputs: ['level'] })
    const to = bound({ ...given, window })
    const late = to.series.map((): InputSeries => ({ at: Float64Array.of(window.from + 2 * hour), values: Float64Array.of(1.25) }))
    const ran = await simulate({ ...given, window, series: late })
    expect(new Set(ran.warnings.filter(({ code }) => code === 'NO_READING').map(({ twin }) => twin)).size).toBe(7)
    expect(seriesOf(ran, 'n-T1.level').slice(2)).toEqual([1.25, 1.25, 1.25].map((level) => expect.closeTo(level, 9)))
    expect(seriesOf(ran, 'n-T1.level')[0]).not.toBeCloseTo(1.25, 3)
  })
})
