import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Setting } from '../../../src/simulation/engine-program.ts'
import { bound, hours, open, type Opened, type Ran, seriesOf } from './runs.ts'

const parameters = { leaks: [{ twin: 'centre-b2', coefficient: 0.5, from: '01:00' }], closures: [{ twin: 'pump-1', from: 'PT2H', to: 'PT3H' }], demands: [{ twin: 'east-a1', factor: 1.5, to: '02:30' }] }
const window = hours(4, 0.5)
const to = bound({ parameters, window })
const keys = [...to.knobs.keys()]

let opened: Opened
beforeAll(async () => { opened = await open(to, { window }) })
afterAll(async () => { await opened[Symbol.asyncDispose]() })

const knobs = fc.uniqueArray(fc.record({ key: fc.constantFrom(...keys), factor: fc.double({ min: 0.7, max: 1.3, noNaN: true }) }), { selector: ({ key }) => key, maxLength: 12 })

/** Near what it is now. */
function toSettings(chosen: readonly { readonly key: string; readonly factor: number }[]): readonly Setting[] {
  return chosen.map(({ key, factor }) => {
    const [one = '', name] = JSON.parse(key) as string[]
    const knob = to.knobs.get(key)
    const value = Math.min(Math.max((knob?.value || 0.1) * factor, knob?.min ?? -Infinity), knob?.max ?? Infinity)
    return { variable: name === undefined ? { kind: 'parameter', name: one } : { kind: 'property', twin: one, name }, value }
  })
}

const identical = (one: Ran, other: Ran): boolean => [...one.series].every(([name, values]) => values.every((value, at) => Object.is(value, other.series.get(name)?.[at])))

test('whatever was set before, a run is that of a fresh model, to the bit', async () => {
  await fc.assert(fc.asyncProperty(knobs, knobs, async (before, now) => {
    await opened.run(toSettings(before))
    const again = await opened.run(toSettings(now))
    await using fresh = await open(to, { window })
    const first = await fresh.run(toSettings(now))
    expect(again.kpis).toEqual(first.kpis)
    expect(identical(again, first)).toBe(true)
  }), { numRuns: 40 })
}, 120_000)

test('the same things set to other values give the same bits, too, without a fresh model between', async () => {
  await fc.assert(fc.asyncProperty(knobs, fc.double({ min: 0.8, max: 1.2, noNaN: true }), async (now, other) => {
    await opened.run(toSettings(now.map(({ key, factor }) => ({ key, factor: factor * other }))))
    const again = await opened.run(toSettings(now))
    await using fresh = await open(to, { window })
    expect(identical(again, await fresh.run(toSettings(now)))).toBe(true)
  }), { numRuns: 40 })
}, 120_000)

test('a knob set to what it is changes nothing that could be seen', async () => {
  const plain = await opened.run()
  for (const key of keys) {
    if (key.includes('leakCoefficient') || !/^\["(pump-1|valve-1|tank-1|reservoir-1|main-1|centre-b2|demandMultiplier|roughnessMultiplier)"/.test(key)) continue
    const ran = await opened.run(toSettings([{ key, factor: 1 }]).map((setting) => ({ ...setting, value: to.knobs.get(key)?.value ?? 0 })))
    for (const [name, values] of plain.series) for (const [at, value] of values.entries()) expect(Math.abs((ran.series.get(name)?.[at] ?? Number.NaN) - value), `${key} ${name}`).toBeLessThan(1e-6)
  }
})

test.each([
  ['pump-1', 'speed', 0.9, 'pump-1.flow'], ['valve-1', 'setting', 30, 'harbour-a3.pressure'], ['tank-1', 'initialLevel', 5, 'tank-1.level'], ['reservoir-1', 'head', 20, 'pump-1.flow'],
  ['main-1', 'diameter', 150, 'pump-1.flow'], ['main-1', 'roughness', 40, 'pump-1.flow'], ['centre-b2', 'baseDemand', 5, 'centre-b2.demand'], ['centre-a1', 'leakCoefficient', 2, 'centre-a1.pressure'],
  ['main-1', 'length', 9_000, 'pump-1.flow'], ['main-1', 'minorLoss', 500, 'pump-1.flow'], ['centre-b2', 'elevation', 35, 'centre-b2.pressure'],
] as const)('%s %s is turned', async (twin, name, value, seen) => {
  const [plain, turned] = [await opened.run(), await opened.run([{ variable: { kind: 'property', twin, name }, value }])]
  expect(Math.abs((seriesOf(turned, seen)[1] ?? 0) - (seriesOf(plain, seen)[1] ?? 0))).toBeGreaterThan(0.05)
})

test('a pump that is turned runs at that speed after its controls have started it again', async () => {
  const slow = await opened.run([{ variable: { kind: 'property', twin: 'pump-1', name: 'speed' }, value: 0.95 }])
  const plain = await opened.run()
  expect(seriesOf(slow, 'pump-1.flow').at(-1)).toBeGreaterThan(20)
  expect(seriesOf(slow, 'pump-1.flow').at(-1)).toBeLessThan((seriesOf(plain, 'pump-1.flow').at(-1) ?? 0) - 2)
})
