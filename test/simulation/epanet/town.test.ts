import { describe, expect, test } from 'vitest'
import type { Json } from '../../../src/util/json.ts'
import { demoNetwork } from './demo-network.ts'
import { bound, engine, hours, open, type Ran, request, seriesOf, simulate } from './runs.ts'

const of = (ran: Ran, ending: string): readonly number[] => [...ran.series].filter(([name]) => name.endsWith(ending)).flatMap(([, values]) => values)
const range = (values: readonly number[]): readonly [number, number] => [Math.min(...values), Math.max(...values)]
const at = (ran: Ran, name: string, hour: number): number => seriesOf(ran, name)[ran.times.indexOf(hour * 3_600)] ?? Number.NaN

describe('the demo town on EPANET', () => {
  test('binds without a mapping, leaves nothing out and assumes nothing', () => {
    const { report, outputs, reads } = bound()
    expect(report).toMatchObject({ defaulted: [], converted: [], ignored: [] })
    expect(report.mapped).toHaveLength(130)
    expect(reads).toHaveLength(130)
    expect(Object.fromEntries([...Map.groupBy(outputs, ({ name }) => name)].map(([name, some]) => [name, some.length]))).toEqual({ pressure: 50, demand: 50, level: 3, flow: 75, power: 6 })
  })

  test('is the town that its README tells of', async () => {
    const ran = await simulate()
    expect(ran.warnings).toEqual([])
    const [least, most] = range(of(ran, '.pressure'))
    expect([Math.round(least), Math.round(most)]).toEqual([27, 80])
    expect(ran.kpis['minPressure']).toBeCloseTo(39.1, 1)
    const levels = ['tank-1', 'tank-2', 'tank-3'].map((tank) => range(seriesOf(ran, `${tank}.level`)).map((level) => Math.round(level * 10) / 10))
    expect(levels).toEqual([[3.5, 5.5], [3.2, 5.2], [2.6, 4.4]])
    expect(range(seriesOf(ran, 'pump-1.flow').filter((flow) => flow > 0)).map(Math.round)).toEqual([57, 60])
    expect(ran.times).toEqual(Array.from({ length: 97 }, (_, index) => index * 900))
  })

  test('water in is water used and water stored', async () => {
    const { kpis } = await simulate({ parameters: { leaks: [{ twin: 'pipe-centre-a2-a1', coefficient: 1, from: '06:00', to: '12:00' }] } })
    const whole = await simulate()
    expect(kpis['leakageVolume']).toBeGreaterThan(100)
    expect(kpis['servedVolume']).toBeCloseTo(whole.kpis['servedVolume'] ?? 0, 0) // demands are met whatever leaks
    expect(kpis['suppliedVolume']).toBeGreaterThan(whole.kpis['suppliedVolume'] ?? Infinity)
  })

  test('a pump that is out since midnight empties the tower, and takes the pressure of six junctions', async () => {
    const ran = await simulate({ parameters: { closures: [{ twin: 'pump-3' }] } })
    expect(range(seriesOf(ran, 'pump-3.flow'))).toEqual([0, 0])
    expect(ran.kpis['junctionsBelow']).toBe(6)
    expect(Math.round(ran.kpis['minPressure'] ?? 0)).toBe(16)
    expect(at(ran, 'tank-2.level', 8.25)).toBeGreaterThan(0.8)
    expect(at(ran, 'tank-2.level', 8.5)).toBeCloseTo(0.8, 3)
  })

  test('a closure ends to the second, and controls act again', async () => {
    const ran = await simulate({ parameters: { closures: [{ twin: 'pump-3', from: '00:10:07', to: 'PT9H' }] }, window: hours(12, 1 / 60) })
    const flow = seriesOf(ran, 'pump-3.flow')
    expect([flow[10], flow[11], flow[9 * 60 - 1]].map((value) => (value ?? 0) > 0)).toEqual([true, false, false])
    expect(flow.slice(9 * 60 + 1).some((value) => value > 0)).toBe(true)
  })

  test('a closure of a pump that its control has stopped starts nothing', async () => {
    const [calm, closed] = [await simulate({ window: hours(12) }), await simulate({ parameters: { closures: [{ twin: 'pump-3', from: 'PT5H', to: 'PT6H' }] }, window: hours(12) })]
    expect(at(calm, 'pump-3.flow', 5)).toBe(0)
    expect(seriesOf(closed, 'pump-3.flow')).toEqual(seriesOf(calm, 'pump-3.flow'))
  })

  test('closures one within the other end with the last, and leave what events made of the link', async () => {
    const closures = [{ twin: 'pump-1', from: 'PT1H', to: 'PT3H' }, { twin: 'pump-1', from: 'PT2H', to: 'PT4H' }]
    const flow = async (events: Json): Promise<readonly number[]> => seriesOf(await simulate({ parameters: { closures, events, controls: false }, window: hours(6, 1) }), 'pump-1.flow').map(Math.round)
    const [plain, stopped, slow] = [await flow([]), await flow([{ twin: 'pump-1', at: 'PT2H', status: 'CLOSED' }]), await flow([{ twin: 'pump-1', at: 'PT2H', setting: 0.95 }])]
    expect(plain.map((value) => value > 0)).toEqual([true, false, false, false, true, true, true])
    expect(stopped.map((value) => value > 0)).toEqual([true, false, false, false, false, false, false])
    expect(slow.map((value) => value > 0)).toEqual(plain.map((value) => value > 0))
    expect(slow[5]).toBeLessThan((plain[5] ?? 0) - 3)
  })

  test('a speed that an event sets is that of the pump until another does, whatever stops and starts it, and is gone in the next run', async () => {
    const to = bound({ parameters: { events: [{ twin: 'pump-3', at: 'PT0S', setting: 0.9 }, { twin: 'pump-3', at: 'PT20H', setting: 1 }] } })
    await using opened = await open(to)
    const [calm, slow] = [await simulate(), await opened.run()]
    const running = (ran: Ran, from: number, until: number): readonly number[] => seriesOf(ran, 'pump-3.flow').filter((flow, index) => flow > 0 && index >= from * 4 && index < until * 4)
    expect(range(running(calm, 0, 20)).map(Math.round)).toEqual([21, 23])
    expect(seriesOf(slow, 'pump-3.flow').slice(0, 80).some((flow, index, all) => flow > 0 && all[index - 1] === 0)).toBe(true) // its control started it
    expect(range(running(slow, 0, 20))[1]).toBeLessThan(18)
    expect(range(running(slow, 20, 24))[1]).toBeGreaterThan(19)
    expect((await opened.run()).series).toEqual(slow.series)
  })

  test('what a pump\'s status becomes is what happens to it', async () => {
    const down = await simulate({ parameters: { events: [{ twin: 'pump-1', at: '01:00', status: 'FAULT' }, { twin: 'pump-3', at: '00:30', status: 'MAINTENANCE' }, { twin: 'pump-4', at: 'PT1H', status: 'RUNNING' }] } })
    expect(seriesOf(down, 'pump-1.flow').slice(5).every((flow) => flow === 0)).toBe(true)
    expect(at(down, 'pump-4.flow', 0.75)).toBe(0)
    expect(at(down, 'pump-4.flow', 1)).toBeGreaterThan(15)
    const levels = seriesOf(down, 'tank-2.level').slice(8)
    expect(range(levels).map((level) => Math.round(level * 10) / 10)).toEqual([2.4, 4.4]) // its own controls switch it
    const once = await simulate({ parameters: { events: [{ twin: 'pump-1', at: 'PT0S', status: 'CLOSED' }] } })
    expect(at(once, 'pump-1.flow', 0)).toBe(0)
    expect(Math.max(...seriesOf(once, 'pump-1.flow'))).toBeGreaterThan(50) // its control starts it again
    const slow = await simulate({ parameters: { events: [{ twin: 'pump-1', at: 'PT1H', setting: 0.95 }] }, window: hours(2) })
    expect(at(slow, 'pump-1.flow', 1.25)).toBeLessThan(at(slow, 'pump-1.flow', 0.75) - 3)
  })

  test('demands, levels and the model of demand do what they say', async () => {
    const fire = await simulate({ parameters: { demands: [{ twin: 'centre-b2', value: 30, from: '02:00', to: '03:00' }, { twin: 'east-a1', factor: 2 }] } })
    const calm = await simulate()
    const ratio = (name: string, hour: number): number => at(fire, name, hour) / at(calm, name, hour)
    expect(ratio('centre-b2.demand', 2)).toBeCloseTo(30 / 1.04, 6)
    expect([ratio('centre-b2.demand', 1), ratio('centre-b2.demand', 3), ratio('east-a1.demand', 5)]).toEqual([1, 1, 2])
    const full = await simulate({ parameters: { levels: [{ twin: 'tank-3', value: 4.9 }], controls: false } })
    expect(at(full, 'tank-3.level', 0)).toBeCloseTo(4.9, 9)
    const thirsty = await simulate({ parameters: { demandModel: 'PDA', requiredPressure: 40, closures: [{ twin: 'pump-3' }] } })
    expect(thirsty.kpis['unservedVolume']).toBeGreaterThan(10)
  })

  test('tanks begin where telemetry left them', async () => {
    const parameters = { initialLevels: 'TELEMETRY' }
    expect(engine.wants?.(request({ parameters }))).toEqual(['tank-1', 'tank-2', 'tank-3'].map((twin) => ({ twin, name: 'level' })))
    const latest = new Map([[JSON.stringify(['tank-1', 'level']), 4.4]])
    expect(bound({ parameters, latest }).report.defaulted.map(({ twin }) => twin)).toEqual(['tank-2', 'tank-3'])
    const ran = await simulate({ parameters, latest, window: hours(1) })
    expect(at(ran, 'tank-1.level', 0)).toBeCloseTo(4.4, 9)
    expect(at(ran, 'tank-2.level', 0)).toBeCloseTo(3.8, 9)
  })

  test('water grows older on its way, and keeps where it came from', async () => {
    const given = request()
    const contentOf = (twin: string, name: string) => (name === 'age' || name === 'trace' ? { content: 'Telemetry', kind: 'float', unit: undefined } as const : given.contentOf(twin, name))
    const aged = await simulate({ contentOf, parameters: { quality: 'AGE' } })
    expect(at(aged, 'harbour-c3.age', 24)).toBeGreaterThan(at(aged, 'works-outlet.age', 24))
    expect(aged.kpis['maxAge']).toBeGreaterThan(aged.kpis['meanAge'] ?? Infinity)
    const traced = await simulate({ contentOf, parameters: { quality: 'TRACE', traceFrom: 'reservoir-2' } })
    expect(at(traced, 'wells-outlet.trace', 24)).toBeGreaterThan(99)
    expect(at(traced, 'works-outlet.trace', 24)).toBe(0)
    expect(aged.kpis['suppliedVolume']).toBe((await simulate()).kpis['suppliedVolume'])
  })

  test('stops when it is told to, with the reason that was given', async () => {
    await using opened = await open(bound())
    const cancelled = new AbortController()
    cancelled.abort(new Error('no more'))
    await expect(opened.run([], cancelled.signal)).rejects.toThrow('no more')
    expect((await opened.run()).kpis).toEqual((await simulate()).kpis)
  })

  test('a network that warns says of which twins', async () => {
    const ran = await simulate({ parameters: { demandMultiplier: 4, closures: [{ twin: 'main-2' }, { twin: 'pump-5' }, { twin: 'main-9' }] } })
    expect(ran.warnings.length).toBeGreaterThan(0)
    expect(ran.warnings.some(({ code, twin }) => code === 'NEGATIVE_PRESSURE' && demoNetwork().twins.some(({ id }) => id === twin))).toBe(true)
  })
})
