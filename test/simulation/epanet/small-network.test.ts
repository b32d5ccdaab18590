import { describe, expect, test } from 'vitest'
import { bound, engine, hours, open, request, seriesOf, simulate } from './runs.ts'
import { smallRequest } from './small-network.ts'

describe('a network that EPANET computes', () => {
  test.each([['level', 't', 'centimetre'], ['pressure', 'j', 'kilopascal']])('%s in whole numbers is rounded in its own unit', async (name, twin, unit) => {
    const [exact, whole] = [await simulate(smallRequest({}, {}, hours(1, 0.25), { [name]: { unit } })), await simulate(smallRequest({}, {}, hours(1, 0.25), { [name]: { unit, kind: 'integer' } }))]
    const rounded = (ran: typeof exact): readonly number[] => seriesOf(ran, `${twin}.${name}`).map(Math.round)
    expect(rounded(whole)).toEqual(rounded(exact))
    expect(seriesOf(exact, `${twin}.${name}`).some((value) => Math.abs(value - Math.round(value)) > 0.01)).toBe(true)
  })

  test('a check valve that is out of service stays shut, and nothing opens it the wrong way', async () => {
    const out = { p2: { checkValve: true, status: 'MAINTENANCE' } }
    expect(seriesOf(await simulate(smallRequest(out)), 'p2.flow')).toEqual([0, 0])
    const opened = engine.bind(request(smallRequest(out, { events: [{ twin: 'p2', at: 'PT0S', status: 'RUNNING' }] })))
    expect(opened.ok ? [] : opened.issues.map(({ code, path }) => `${code} ${path.join('.')}`)).toEqual(['BAD_NETWORK parameters.events.0.twin'])
  })

  test('each member of a sweep that follows telemetry begins as the first did', async () => {
    const window = hours(2, 1)
    const to = bound(smallRequest({}, { assimilate: true }, window))
    await using opened = await open(to, { window, series: [{ at: Float64Array.of(window.from + 3_600e6), values: Float64Array.of(9) }] })
    const settings = [{ variable: { kind: 'parameter', name: 'demandMultiplier' }, value: 1 }] as const
    const levels = seriesOf(await opened.run(settings), 't.level')
    expect(levels.map(Math.round)).toEqual([5, 9, 9])
    expect(seriesOf(await opened.run(settings), 't.level')).toEqual(levels)
  })
})

describe('a closure of a link whose state telemetry tells', () => {
  test('ends with what telemetry tells', async () => {
    const window = hours(3, 1)
    const parameters = { assimilate: true, assimilateFrom: { twins: ['p2'] }, closures: [{ twin: 'p2', to: 'PT1H' }] }
    const to = bound(smallRequest({}, parameters, window))
    const openWith = (values: readonly number[]) => open(to, { window, series: to.series.map(({ name }) => ({ at: Float64Array.of(window.from, window.from + 2 * 3_600e6), values: Float64Array.from(name === 'flow' ? values : [5, 5]) })) })
    await using shut = await openWith([0, 1])
    expect(seriesOf(await shut.run(), 'p2.flow').map((flow) => flow !== 0)).toEqual([false, false, true, true])
    await using opened = await openWith([1, 0])
    expect(seriesOf(await opened.run(), 'p2.flow').map((flow) => flow !== 0)).toEqual([false, true, false, false])
  })
})

describe('a pattern of demands', () => {
  const day = 86_400e6
  const demand = async (pattern: readonly number[], from: number, horizon = 2): Promise<readonly number[]> => seriesOf(await simulate(smallRequest({ j: { demandPattern: pattern, baseDemand: 1 } }, {}, hours(horizon, 1, from))), 'j.demand')
  const numbered = (length: number): readonly number[] => Array.from({ length }, (_, at) => at + 1)

  test.each([1, 2, 3, 7, 12, 24, 56, 84, 168])('of %d hours has the same value at an hour whenever the window begins', async (length) => {
    const [sunday, monday] = [await demand(numbered(length).map((value) => value / 10), Date.UTC(2026, 0, 11, 21) * 1_000, 5), await demand(numbered(length).map((value) => value / 10), Date.UTC(2026, 0, 12) * 1_000)]
    for (const [at, value] of monday.entries()) expect(sunday[at + 3]).toBeCloseTo(value, 9)
    expect(monday[0]).toBeCloseTo(0.1, 9)
  })

  test.each([
    ['in September', 8_760, Date.UTC(2026, 8, 1), [5_833, 5_834, 5_835]], ['over New Year', 8_760, Date.UTC(2026, 11, 31, 23), [8_760, 1, 2]],
    ['over New Year with a leap day', 8_784, Date.UTC(2028, 11, 31, 23), [8_784, 1, 2]], ['without the leap day', 8_784, Date.UTC(2027, 1, 28, 23), [1_416, 1_441, 1_442]],
    ['on a leap day that it has not', 8_760, Date.UTC(2028, 1, 28, 23), [1_416, 1_393, 1_394]], ['from the middle of an hour', 8_760, Date.UTC(2026, 0, 1, 5, 30), [6, 7, 8]],
  ])('of a year is placed by the hour of the year: %s', async (_when, length, from, expected) => {
    const values = await demand(numbered(length).map((value) => value / 1_000), from * 1_000)
    expect(values.map((value) => Math.round(value * 1_000))).toEqual(expected)
  })

  test.each([[numbered(48), hours(2)], [numbered(169), hours(2)], [numbered(8_760), hours(367 * 24, 24)]])('that could be of any hour is refused', (demandPattern, window) => {
    const result = engine.bind(request(smallRequest({ j: { demandPattern } }, {}, window)))
    expect(result.ok ? [] : result.issues.map(({ code, twin, property }) => `${code} ${twin} ${property}`)).toEqual(['OUT_OF_BOUNDS j demandPattern'])
  })

  test('goes by the hours of the day in a window that begins at any', async () => {
    expect((await demand(numbered(24).map((value) => value / 10), hours(0).from + day + 7 * 3_600e6)).map((value) => Math.round(value * 10))).toEqual([8, 9, 10])
  })
})
