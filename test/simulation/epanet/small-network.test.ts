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
