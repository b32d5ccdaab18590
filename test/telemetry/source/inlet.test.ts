import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { createProcessMapper } from '../../../src/adapters/process/mapper.ts'
import type { Decoded } from '../../../src/telemetry/source/decoder.ts'
import { createInlet, type Inlet } from '../../../src/telemetry/source/inlet.ts'
import { toPortions } from '../../../src/telemetry/source/portions.ts'
import { parseTopicTemplate } from '../../../src/telemetry/source/topic-template.ts'
import { createRecordingIntake, type RecordingIntake } from './recording-intake.ts'

const mapper = createProcessMapper()
afterAll(() => mapper[Symbol.asyncDispose]())

const inletOf = (intake: RecordingIntake, mapping?: string): Inlet => createInlet({
  source: 's', mostWaiting: 5, pauses: { leastMs: 1, mostMs: 4 }, intake, mapper, log: { info: () => undefined, error: () => undefined },
  subscriptions: [{ topic: parseTopicTemplate('a/{twin}').template, payload: 'json', mapping, telemetry: undefined, origin: undefined }],
})
const message = (text: string, acknowledge?: () => void, topic = 'a/pump-1') => ({ topic, payload: Buffer.from(text), properties: new Map<string, string>(), acknowledge })

describe('What a source receives', () => {
  it('is acknowledged once, in its order, and after it was stored or refused, however the intake fails in between', async () => {
    const sort = fc.constantFrom('good', 'undecodable', 'poison')
    await fc.assert(fc.asyncProperty(fc.array(fc.array(sort, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }), fc.infiniteStream(fc.integer({ min: 0, max: 3 })), async (bursts, luck) => {
      const intake = createRecordingIntake()
      const inlet = inletOf(intake)
      const acknowledged: number[] = []
      const isSafe = (n: number): boolean => intake.bodies().some((body) => JSON.stringify(body).includes(`"n":${n},`)) || intake.refusals.some(({ payload }) => payload.includes(`"n":${n},`))
      let sent = 0
      for (const burst of bursts) {
        const unlucky = luck.next().value === 0
        if (unlucky) intake.fail('TELEMETRY_UNAVAILABLE')
        else intake.fail((deliveries) => JSON.stringify(deliveries).includes('poison'))
        for (const kind of burst) {
          const n = sent++
          inlet.take(message(`{"values":{"n":${n},"kind":"${kind}"}${kind === 'undecodable' ? '' : '}'}`, () => {
            expect(isSafe(n)).toBe(true)
            acknowledged.push(n)
          }))
        }
        if (unlucky) await intake.until(() => intake.attempts > 0 || !burst.some((kind) => kind !== 'undecodable'))
      }
      intake.fail((deliveries) => JSON.stringify(deliveries).includes('poison'))
      await intake.until(() => Array.from({ length: sent }, (_, n) => n).every(isSafe))
      await inlet.close(20_000)
      expect(acknowledged).toEqual(Array.from({ length: sent }, (_, n) => n))
      expect(inlet.status()).toMatchObject({ messages: sent, accepted: intake.bodies().length, quarantined: intake.refusals.length, inFlight: 0 })
    }), { numRuns: 60 })
  })

  it('is forgotten where it comes again, but for what is being stored', async () => {
    const intake = createRecordingIntake()
    const inlet = inletOf(intake)
    const acknowledged: number[] = []
    const release = intake.hold()
    const take = (n: number): void => { inlet.take(message(`{"n":${n}}`, () => acknowledged.push(n))) }
    take(1)
    await intake.until(() => intake.attempts === 1)
    take(2)
    inlet.take(message('{"n":3}')) // nobody sends this one again
    inlet.forgetUnacknowledged()
    expect(inlet.status().inFlight).toBe(2)
    release()
    await intake.until(() => intake.bodies().length === 2)
    expect(intake.bodies()).toEqual([{ twin: 'pump-1', values: { n: 1 } }, { twin: 'pump-1', values: { n: 3 } }])
    expect(acknowledged).toEqual([1])
  })

  it('is submitted in portions, however much is in a message', async () => {
    const bodies = fc.array(fc.nat({ max: 12 }), { maxLength: 8 })
    fc.assert(fc.property(bodies, fc.integer({ min: 1, max: 5 }), (sizes, most) => {
      const messages = sizes.map((size, index): Decoded => ({ taken: message(`${index}`), bodies: Array.from({ length: size }, (_, each) => `${index}/${each}`), refusal: undefined, kept: () => '', at: undefined }))
      const portions = toPortions(messages, most).map((portion) => portion.flatMap((part) => part.bodies))
      expect(portions.flat()).toEqual(messages.flatMap((each) => each.bodies))
      for (const portion of portions) expect(portion.length >= 1 && portion.length <= most).toBe(true)
    }))
    const intake = createRecordingIntake()
    const inlet = inletOf(intake)
    let acknowledged = 0
    inlet.take(message(JSON.stringify(Array.from({ length: 2_500 }, (_, n) => ({ values: { n } }))), () => { acknowledged = intake.bodies().length }))
    await intake.until(() => intake.bodies().length === 2_500)
    await inlet.close(1_000)
    expect(intake.batches.map((batch) => batch.length)).toEqual([1_000, 1_000, 500])
    expect(acknowledged).toBe(2_500)
  })

  it('is kept for those who look into the quarantine where no subscription is of its topic', async () => {
    const intake = createRecordingIntake()
    inletOf(intake).take(message('{"n":1}', undefined, 'b/pump-1'))
    await intake.until(() => intake.refusals.length === 1)
    expect(intake.refusals[0]).toMatchObject({ payload: '{"n":1}', topic: 'b/pump-1', message: expect.stringContaining('No subscription of the source') })
  })

  it('lags by the time that its newest reading says, and not by a clock that goes ahead', async () => {
    const intake = createRecordingIntake()
    const inlet = inletOf(intake)
    const hour = 3_600_000
    const take = async (at: number, count: number): Promise<number | null> => {
      inlet.take(message(JSON.stringify({ at: new Date(at).toISOString(), values: {} })))
      await intake.until(() => intake.bodies().length === count)
      await inlet.close(1_000)
      return inlet.status().lagMs
    }
    expect(inlet.status().lagMs).toBeNull()
    const lag = await take(Date.now() - hour, 1)
    expect(lag).toBeGreaterThanOrEqual(hour)
    expect(lag).toBeLessThan(hour + 60_000)

    const ahead = inletOf(intake)
    ahead.take(message(JSON.stringify({ at: new Date(Date.now() + hour).toISOString(), values: {} })))
    await intake.until(() => intake.bodies().length === 2)
    await ahead.close(1_000)
    expect(ahead.status().lagMs).toBeGreaterThanOrEqual(0)
  })

  it('is mapped in batches, in its order', async () => {
    const intake = createRecordingIntake()
    const inlet = inletOf(intake, '{ "values": { "double": n * 2 } }')
    for (let n = 0; n < 5; n++) inlet.take(message(`{"n":${n}}`, () => undefined))
    await intake.until(() => intake.bodies().length === 5)
    expect(intake.bodies()).toEqual([0, 2, 4, 6, 8].map((double) => ({ values: { double }, twin: 'pump-1' })))
  })
})
