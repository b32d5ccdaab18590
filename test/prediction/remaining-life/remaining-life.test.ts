import fc from 'fast-check'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { connect } from '../../../examples/client.ts'
import { hasDataSet, testSet } from '../../../examples/remaining-life/data-set.ts'
import { readEngines } from '../../../examples/remaining-life/engines.ts'
import { featureNames, rowAt } from '../../../examples/remaining-life/features.ts'
import { conformalShift, fit, type Held, type Labelled, widened } from '../../../examples/remaining-life/fit.ts'
import { commission, remainingLives, trained, twinOf } from '../../../examples/remaining-life/fleet.ts'
import { predict, toOnnx } from '../../../examples/remaining-life/network.ts'
import { openTestApp } from '../../support/app.ts'

const { network } = trained

describe('the remaining life of a turbofan', () => {
  it('is computed in onnxruntime as its formula says', async () => {
    const session = await InferenceSession.create(toOnnx(network))
    const row = fc.tuple(...network.means.map((mean, at) => fc.integer({ min: -40, max: 40 }).map((steps) => mean + (steps / 10) * (network.deviations[at] ?? 1))))
    await fc.assert(fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 4 }), async (rows) => {
      const given = await session.run({ x: new Tensor('float64', Float64Array.from(rows.flat()), [rows.length, featureNames.length]) })
      for (const [at, each] of rows.entries()) {
        const [left, lower, upper] = ['left', 'lower', 'upper'].map((name) => Number(given[name]?.data[at]))
        const [expected, least, most] = predict(network, each)
        expect([left, lower, upper]).toEqual([expected, least, most].map((value) => expect.closeTo(value, 6) as number))
        expect(least <= expected && expected <= most && least >= 0).toBe(true)
      }
    }), { numRuns: 50 })
    await session.release()
  })

  it('has bounds that are moved until nine of ten rows of engines lie within', () => {
    const held = Array.from({ length: 50 }, (_, unit) => Array.from({ length: 20 + unit }, (_, at): Held => ({ unit, left: at / 10, value: 0, lower: 0, upper: 0 }))).flat()
    const shift = conformalShift(held)
    const shares = [...Map.groupBy(held, ({ unit }) => unit).values()].map((rows) => rows.filter(({ left }) => left <= shift).length / rows.length)
    expect(shares.reduce((sum, share) => sum + share / shares.length, 0)).toBeCloseTo(0.9, 1)
    expect(widened({ ...network, outBias: [5, 4, 6] }, shift).outBias).toEqual([5, 4 - shift, 6 + shift])
  })

  it('is learnt again to the bit, and learns what there is to learn', () => {
    const rows = Array.from({ length: 600 }, (_, at): Labelled => ({ unit: at, row: [(at * Math.SQRT2) % 1, (at * Math.PI) % 1], left: 60 * ((at * Math.SQRT2) % 1) + 30 }))
    const once = fit(rows, 3)
    expect(fit(rows, 3)).toEqual(once)
    const errors = rows.map(({ row, left }) => Math.abs(predict(once, row)[0] - left))
    expect(errors.reduce((sum, error) => sum + error / errors.length, 0)).toBeLessThan(6)
  })

  it.skipIf(!hasDataSet)('comes out of the API as training computes it: the same features, the same model, its bounds beside it', async () => {
    const engines = readEngines(testSet).slice(0, 3)
    const lastDay = Math.max(...engines.map(({ cycles }) => cycles.length)) - 1
    await using app = await openTestApp()
    const client = connect(app.url)
    await commission(client, engines, lastDay)
    const expected = engines.map((engine) => {
      const [days, earliest, latest] = predict(network, rowAt(engine.cycles, engine.cycles.length - 1))
      return { twin: twinOf(engine), days: expect.closeTo(days, 3) as number, earliest: expect.closeTo(earliest, 3) as number, latest: expect.closeTo(latest, 3) as number }
    })
    expect(await remainingLives(client, engines, lastDay)).toEqual(expected)
  }, 300_000)
})
