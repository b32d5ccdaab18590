import { describe, expect, test } from 'vitest'
import { type BindRequest, knobKey } from '../../../src/simulation/engine.ts'
import { fileRequest } from './files.ts'
import { bound, engine, hours, open, request, seriesOf } from './runs.ts'
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

describe('what of an EPANET input file can be turned', () => {
  const withPump = (status: string, pump = 'HEAD 1 SPEED 0.9'): Uint8Array => smallFile({ more: `[PUMPS]\nPU R J2 ${pump}\nPV R J2 HEAD 1\n[VALVES]\nV J1 J2 100 TCV 30 0\n[PATTERNS]\n1 1 0.5\n[CURVES]\n1 5 40\n[STATUS]\n${status}\n` })
  const knobs = (file: Uint8Array, parameters: BindRequest['parameters'] = {}) => bound({ ...fileRequest(file, parameters), window: hours(1, 1) }).knobs
  const knob = (file: Uint8Array, twin: string, name: string): number | undefined => knobs(file).get(knobKey({ kind: 'property', twin, name }))?.value

  test.each([['PU 0.8', 0.8], ['PU CLOSED', 0.9], ['PU OPEN', 1], ['PU PV 0.7', 0.7], ['PU PV 0.7\nPU 0.6', 0.6], ['PU 0.6\nPU PV 0.7', 0.7], ['PV 0.8', 0.9]])('the speed of a pump is that of its status: %s', async (status, speed) => {
    const file = withPump(status)
    expect(knob(file, 'l-PU', 'speed')).toBe(speed)
    if (status.includes('CLOSED')) return
    const ran = await simulateFile(file, { outputs: ['speed'] })
    expect(seriesOf(ran, 'l-PU.speed')[0]).toBeCloseTo(speed, 12)
  })

  test('the setting of a valve is that of its status', () => {
    expect(knob(withPump('V 20'), 'l-V', 'setting')).toBe(20)
    expect(knob(withPump('V OPEN'), 'l-V', 'setting')).toBe(30)
  })

  test('a pump whose speed is a pattern\'s has none to be turned', () => {
    expect(knobs(withPump('', 'HEAD 1 PATTERN 1')).has(knobKey({ kind: 'property', twin: 'l-PU', name: 'speed' }))).toBe(false)
  })

  test('a leak that is turned up leaks as much as one that is given, whatever the exponent', async () => {
    const file = smallFile({ options: 'UNITS GPM' })
    const given = await simulateFile(file, { leakExponent: 1, leaks: [{ twin: 'n-J2', coefficient: 0.1 }] })
    await using opened = await open(bound({ ...fileRequest(file, { leakExponent: 1 }), window: hours(1, 1) }), { window: hours(1, 1), files: [file] })
    const turned = await opened.run([{ variable: { kind: 'property', twin: 'n-J2', name: 'leakCoefficient' }, value: 0.1 }])
    expect(seriesOf(turned, 'n-J2.leakage')[0]).toBeCloseTo(seriesOf(given, 'n-J2.leakage')[0] ?? Number.NaN, 9)
  })

  test('a tank\'s first level is turned only where nothing else tells it', () => {
    const file = smallFile({ more: '[TANKS]\nT 40 5 0 10 10\n[PIPES]\nP3 J2 T 100 100 100 0 OPEN\n' })
    const has = (parameters: BindRequest['parameters']): boolean => knobs(file, parameters).has(knobKey({ kind: 'property', twin: 'n-T', name: 'initialLevel' }))
    expect([{}, { levels: [{ twin: 'n-T', value: 3 }] }, { assimilate: true }].map(has)).toEqual([true, false, false])
  })
})

test('a pump of a file runs as its event says after its control has started it, and before that as the file says', async () => {
  const pump = '[PUMPS]\nPU R J2 HEAD 1 SPEED 0.9\n[CURVES]\n1 5 40\n[CONTROLS]\nLINK PU CLOSED AT TIME 1\nLINK PU OPEN AT TIME 2\nLINK PU CLOSED AT TIME 4\nLINK PU OPEN AT TIME 5\n'
  const speeds = async (events: readonly { readonly [name: string]: string | number }[]): Promise<readonly number[]> => seriesOf(await simulateFile(smallFile({ more: pump }), { clock: 'FILE', events, outputs: ['speed'] }, 6), 'l-PU.speed')
  expect(await speeds([])).toEqual([0.9, 0, 1, 1, 0, 1, 1])
  expect(await speeds([{ twin: 'l-PU', at: 'PT3H', setting: 0.7 }])).toEqual([0.9, 0, 1, 0.7, 0, 0.7, 0.7])
  expect(await speeds([{ twin: 'l-PU', at: 'PT3H', setting: 0 }, { twin: 'l-PU', at: 'PT3H30M', status: 'OPEN' }])).toEqual([0.9, 0, 1, 0, 0, 1, 1])
})

describe('a file whose demands depend on pressure', () => {
  test('tells what was not served as if that had been asked for', async () => {
    const file = smallFile({ options: 'UNITS LPS\nDEMAND MODEL PDA\nREQUIRED PRESSURE 20', more: '[DEMANDS]\nJ2 60\n' })
    const [itself, asked, never] = [await simulateFile(file), await simulateFile(file, { demandModel: 'PDA' }), await simulateFile(file, { demandModel: 'DDA' })]
    expect(seriesOf(itself, 'n-J2.deficit')[0]).toBeGreaterThan(1)
    expect(seriesOf(itself, 'n-J2.deficit')).toEqual(seriesOf(asked, 'n-J2.deficit'))
    expect(itself.kpis['unservedVolume']).toBe(asked.kpis['unservedVolume'])
    expect(never.kpis['unservedVolume']).toBeUndefined()
    expect(never.series.has('n-J2.deficit')).toBe(false)
  })
})

test('ten thousand names that nobody has are refused at once, the first of them with what may be meant', () => {
  const junctions = Array.from({ length: 3_000 }, (_, at) => `Node-${at} 10 1`).join('\n')
  const pipes = Array.from({ length: 3_000 }, (_, at) => `L${at} R Node-${at} 500 200 100 0 OPEN`).join('\n')
  const given = fileRequest(smallFile({ more: `[JUNCTIONS]\n${junctions}\n[PIPES]\n${pipes}\n` }))
  const wrong = Array.from({ length: 10_000 }, (_, at) => `n-Node-${at}x`)
  const parameters = [{ names: { ...given.parameters['names'] as Record<string, string>, ...Object.fromEntries(wrong.map((twin) => [twin, 'x'])) } }, { closures: wrong.map((twin) => ({ twin })) }]
  for (const more of parameters) {
    const began = performance.now()
    const result = engine.bind(request({ ...given, parameters: { ...given.parameters, ...more }, window: hours(1, 1) }))
    const messages = result.ok ? [] : result.issues.map(({ message }) => message)
    expect(messages).toHaveLength(1_001)
    expect(messages[0]).toMatch(/Is n-Node-0 meant\?/)
    expect(messages.filter((message) => message.includes('meant?'))).toHaveLength(20)
    expect(performance.now() - began).toBeLessThan(5_000)
  }
})
