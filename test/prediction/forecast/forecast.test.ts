import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Data } from '../../support/app.ts'
import { openWorks, type Works } from '../../telemetry/works.ts'
import { seasonalSeries } from './seasonal-series.ts'

const hour = 3_600_000
const length = 900
/** The full hour before the tests began: readings end there. */
const end = Math.floor(Date.now() / hour) * hour - 2 * hour
const at = (index: number): string => new Date(end - (length - 1 - index) * hour).toISOString()

let works: Works
beforeAll(async () => {
  works = await openWorks(6)
  const values = seasonalSeries('persistent', length, 5)
  await works.send([...values].map((value, index) => ({ twin: 'p1', at: at(index), values: { flow: value, starts: Math.round(value) } })))
  await works.send([...values].map((value, index) => ({ twin: 'p2', at: at(index), values: { flow: value * 2 } })))
  await works.send([...values].slice(-20).map((value, index) => ({ twin: 'p3', at: at(length - 20 + index), values: { flow: value } })))
  await works.send([{ twin: 'p4', at: at(length - 1), values: { flow: 1 } }])
}, 240_000)
afterAll(() => works[Symbol.asyncDispose]())

const whole = 'points { at value lower upper } level method { name seasons why } backtest { mase rmse mae coverage meanWidth origins from to } every trainedOn { from to count } cached problem warnings'
const forecast = async (args: string, { id = 'p1', fields = whole, of = 'flow', root = '' } = {}): Promise<Data> =>
  (await works.data(`{ pump(id: "${id}"${root}) { ${of} { forecast(${args}) { ${fields} } } } }`))['pump'][of].forecast as Data
/** Until the clock is past an instant that was taken. */
const passed = (instant: string): Promise<void> => vi.waitFor(() => { expect(Date.now()).toBeGreaterThan(Date.parse(instant) + 2) })

describe('A forecast of a series', () => {
  it('goes on from the last reading in steps as they come, and says what it is made of', async () => {
    const found = await forecast('horizon: "P1D"')
    expect(found).toMatchObject({ every: 'PT1H', level: 0.9, problem: null, warnings: [], trainedOn: { from: at(0), to: new Date(end + hour).toISOString(), count: length } })
    expect(found['points']).toHaveLength(24)
    expect(found['points'].map((point: Data) => point['at'])).toEqual(Array.from({ length: 24 }, (_, step) => new Date(end + (step + 1) * hour).toISOString()))
    for (const { value, lower, upper } of found['points'] as readonly Data[]) expect([lower < value, value < upper]).toEqual([true, true])
    expect(found['method'].seasons.every((season: string) => ['PT24H', 'PT168H'].includes(season))).toBe(true)
    expect(found['method'].why).toMatch(/^Of 16 methods .* a MASE of 0\.\d\d/)
    expect(found['backtest']).toMatchObject({ to: new Date(end + hour).toISOString() })
    expect([found['backtest'].mase < 1, found['backtest'].mae < found['backtest'].rmse, Math.abs(found['backtest'].coverage - 0.9) < 0.1, found['backtest'].origins > 20]).toEqual([true, true, true, true])
    expect((await forecast('horizon: "P1D"', { of: 'starts' }))['points']).toHaveLength(24)
  })

  it('is kept until the readings that it learned from are others, whatever else is received', async () => {
    const asked = 'horizon: "PT12H"'
    const first = await forecast(asked)
    const again = await forecast(asked)
    expect([first['cached'], again['cached'], again['points']]).toEqual([false, true, first['points']])
    await works.send([{ twin: 'p2', at: at(length - 1), values: { flow: 7 } }])
    expect((await forecast(asked))['cached']).toBe(true)
    expect((await forecast(`${asked}, level: 0.5`))).toMatchObject({ cached: true, level: 0.5 })
    expect((await forecast(`${asked}, level: 0.5`))['points'][0].upper).toBeLessThan(first['points'][0].upper)
    await works.send([{ twin: 'p1', at: at(length - 3), values: { flow: 60 } }])
    const corrected = await forecast(asked)
    expect(corrected['cached']).toBe(false)
    expect(corrected['points'][0].value).not.toBe(first['points'][0].value)
    await works.send([{ twin: 'p1', at: at(length), values: { flow: 20 } }])
    expect(await forecast(asked)).toMatchObject({ cached: false, trainedOn: { to: new Date(end + 2 * hour).toISOString(), count: length + 1 } })
  })

  it('asked as of the past is the one that could be made then, of what was there and known then', async () => {
    const asked = 'horizon: "PT12H"'
    const then = await forecast(asked, { id: 'p2' })
    const instant = new Date().toISOString()
    await passed(instant)
    await works.send([{ twin: 'p2', at: at(length - 2), values: { flow: 900 } }, { twin: 'p2', at: new Date().toISOString(), values: { flow: 500 } }])
    const { now, known, past } = (await works.data(`{ ${[['now', ''], ['known', `, knownAt: "${instant}"`], ['past', `, asOf: "${instant}"`]].map(([name, root]) => `${name}: pump(id: "p2"${root}) { flow { forecast(${asked}) { ${whole} } } }`).join(' ')} }`))
    expect(known.flow.forecast.points).toEqual(then['points'])
    expect(known.flow.forecast.cached).toBe(true)
    expect(past.flow.forecast.trainedOn).toEqual(then['trainedOn'])
    expect(past.flow.forecast.points).not.toEqual(then['points']) // it was true then, though nobody knew
    expect(now.flow.forecast.points).not.toEqual(then['points'])
  })

  it('in a scenario is made of the readings as the scenario has them', async () => {
    const base = await forecast('horizon: "PT6H"')
    const { createScenario } = await works.data('mutation { createScenario(name: "doubled") { ... on CreateScenarioSuccess { scenario { id } } ... on Problem { message } } }')
    const { id } = createScenario.scenario
    await works.data(`mutation { overrideTelemetry(scenario: "${id}", overrides: [{ twin: "p1", name: "flow", factor: 2 }]) { __typename } }`)
    const doubled = await forecast('horizon: "PT6H"', { root: `, scenario: "${id}"` })
    for (const [step, { value }] of (doubled['points'] as readonly Data[]).entries()) expect(value).toBeCloseTo(2 * base['points'][step].value, 3)
  })

  it('of too little says what is missing, and of silence that it is old', async () => {
    expect(await forecast('horizon: "P1D"', { id: 'p3' })).toMatchObject({ points: [], method: null, backtest: null, trainedOn: null, problem: 'Of flow 20 steps of PT1H are there; to forecast 24 steps and to say how far that can be trusted takes 41. Look less far ahead, or give a shorter `every` if readings come more often.' })
    expect((await forecast('horizon: "P1D"', { id: 'p4' }))['problem']).toMatch(/one reading of flow until/)
    expect((await forecast('horizon: "P1D"', { id: 'p5' }))['problem']).toMatch(/no reading of flow until/)
    const short = await forecast('horizon: "PT3H"', { id: 'p3' })
    expect([short['points'].length, short['backtest'].coverage, short['warnings'].join(' ')]).toEqual([3, null, expect.stringMatching(/too short to check.*too narrow/)])
    const old = await works.send(Array.from({ length: 60 }, (_, index) => ({ twin: 'p6', at: new Date(end - 90 * 24 * hour + index * hour).toISOString(), values: { flow: index % 24 } })))
    expect(old['accepted']).toBe(60)
    expect((await forecast('horizon: "PT6H"', { id: 'p6' }))['warnings']).toEqual([expect.stringMatching(/^The last reading is PT2\d{3}H.* older/), expect.anything()])
  })

  it.each([
    ['horizon: "P1D", level: 1', /level is from 0.05 to 0.999, not 1/], ['horizon: "PT0S"', /horizon/], ['horizon: "P1M"', /months/], ['horizon: "PT1H", every: "P1D"', /longer than `horizon`/],
    ['horizon: "P9D", every: "PT1M"', /12960 steps; at most 300/], ['horizon: "P1D", every: "-PT1M"', /too short/], ['horizon: "P1D", predictor: "nobody"', /nobody|no registered predictors/],
  ])('refuses %s', async (args, message) => {
    const { errors } = await works.ask(`{ pump(id: "p1") { flow { forecast(${args}) { cached } } } }`)
    expect(errors?.[0]).toMatchObject({ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } })
  })

  it('comes for a list of twins at once', async () => {
    const { pumps } = await works.data('{ pumps { flow { forecast(horizon: "PT3H") { points { value } problem } } } }')
    expect(pumps).toHaveLength(6)
    for (const { flow: { forecast: one } } of pumps) expect((one.points.length > 0) === (one.problem === null)).toBe(true)
  })
})

describe('The anomaly of a series', () => {
  it('is a step that nothing before it let expect', async () => {
    await works.send([{ twin: 'p3', at: at(0), values: { temperature: 1 } }])
    const values = seasonalSeries('steady', length, 8)
    await works.send([...values].map((value, index) => ({ twin: 'p5', at: at(index), values: { temperature: index === length - 10 ? value + 20 : value } })))
    const { pump: { temperature: { anomaly } } } = await works.data('{ pump(id: "p5") { temperature { anomaly(last: "P2D", every: "PT1H") { problem points { at value expected lower upper score pValue isAnomaly } } } } }')
    expect([anomaly.problem, anomaly.points.length]).toEqual([null, 48])
    expect(anomaly.points.filter((point: Data) => point['isAnomaly']).map((point: Data) => point['at'])).toContain(at(length - 10))
    const worst = anomaly.points.toSorted((one: Data, other: Data) => other['score'] - one['score'])[0]
    expect(worst).toMatchObject({ at: at(length - 10), value: expect.closeTo((values[length - 10] ?? 0) + 20, 6), isAnomaly: true })
    expect([worst.score > 3, worst.pValue < 0.01, worst.upper - worst.expected]).toEqual([true, true, expect.closeTo(worst.expected - worst.lower, 6)])
    const { pump: { flow } } = await works.data('{ pump(id: "p3") { flow { anomaly(last: "PT3H") { points { at } problem } } } }')
    expect(flow.anomaly).toEqual({ points: [], problem: expect.stringMatching(/17 steps.*takes 36/) })
  })
})
