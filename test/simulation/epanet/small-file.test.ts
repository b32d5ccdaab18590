import { describe, expect, test } from 'vitest'
import { seriesOf } from './runs.ts'
import { simulateFile, smallFile } from './small-file.ts'

describe('an EPANET input file is read as EPANET reads it', () => {
  test.each([
    ['PRESSURE KPA'], ['PRESSURE KPA\nDEMAND MODEL PDA\nREQUIRED PRESSURE 100\nPRESSURE EXPONENT 0.5'], ['Pressure Exponent 0.6\npressure bar'], ['PRESSURE FEET'],
  ])('pressures are metres whatever the file has them in: %s', async (options) => {
    const ran = await simulateFile(smallFile({ options: `UNITS LPS\n${options}` }))
    const [head, pressure] = ['head', 'pressure'].map((name) => seriesOf(ran, `n-J2.${name}`)[0] ?? Number.NaN)
    expect(pressure).toBeCloseTo((head ?? 0) - 12, 6)
    expect(pressure).toBeGreaterThan(40)
  })

  test.each([['EMITTER EXPONENT 1\nBACKFLOW ALLOWED NO'], ['EMITTER EXPONENT 0.5\nEMITTER EXPONENT 1']])('leaks have the exponent that the file says: %s', async (options) => {
    const ran = await simulateFile(smallFile({ options: `UNITS GPM\n${options}` }), { leaks: [{ twin: 'n-J2', coefficient: 0.1 }] })
    const [pressure, leakage] = ['pressure', 'leakage'].map((name) => seriesOf(ran, `n-J2.${name}`)[0] ?? Number.NaN)
    expect(leakage).toBeCloseTo(0.1 * (pressure ?? 0), 5)
  })

  test('flows in SI units are litres per second', async () => {
    const [si, lps] = [await simulateFile(smallFile({ options: 'UNITS SI' })), await simulateFile(smallFile({ options: 'UNITS LPS' }))]
    expect(seriesOf(si, 'l-P1.flow')).toEqual(seriesOf(lps, 'l-P1.flow'))
    expect(seriesOf(si, 'n-J2.pressure')).toEqual(seriesOf(lps, 'n-J2.pressure'))
  })
})
