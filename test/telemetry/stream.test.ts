import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReadingStreams, type ReadingStreams } from '../../src/telemetry/stream/reading-streams.ts'
import { openReadingReceived } from '../../subscriptions/reading-received.ts'
import type { OpenStream } from '../../src/graphql/live-operation.ts'
import type { Data } from '../support/app.ts'
import { subscribe } from './stream-subscriber.ts'
import { at, openWorks, type Works } from './works.ts'

const event = '__typename ... on ReadingReceived { cursor twinId series unit reading { at value quality source receivedAt run origin } } ... on Gap { from to } ... on CaughtUp { cursor }'
const short = '__typename ... on ReadingReceived { cursor twinId series reading { at value } } ... on Gap { from to } ... on CaughtUp { cursor }'
const stream = (args = '', fields = short): string => `subscription ($after: Cursor) { readingReceived(after: $after${args === '' ? '' : `, ${args}`}) { ${fields} } }`
const told = ({ twinId, series, reading }: Data): readonly unknown[] => [twinId, series, reading.at, reading.value]

describe('A stream of readings', () => {
  let works: Works
  beforeAll(async () => { works = await openWorks(5) })
  afterAll(() => works[Symbol.asyncDispose]())

  it('tells of readings of every kind when they are durable, with their units', async () => {
    using subscriber = await subscribe(works.app, stream('twins: ["p1"]', event))
    await subscriber.caughtUp()
    await works.send([
      { twin: 'p1', at: at(1), values: { 'flow': 4.5, 'starts': 12, 'running': true, 'mode': 'AUTO', 'state': 1, 'alarm': { code: 7, text: 'hot' }, 'motor.current': 2.5 }, origin: 'plc', quality: 'UNCERTAIN' },
      { twin: 'p2', at: at(1), values: { flow: 9 } },
    ])
    await works.post('/ingest', '{"twin":"p1","at":"2026-03-01T00:02:00Z","values":{"starts":9007199254740993}}', { 'content-type': 'application/x-ndjson' })
    await subscriber.until(() => subscriber.readings.length >= 8)
    const data = subscriber.readings
    expect(data.map(told).sort()).toEqual([
      ['p1', 'alarm', at(1), { code: 7, text: 'hot' }], ['p1', 'flow', at(1), 4.5], ['p1', 'mode', at(1), 'AUTO'], ['p1', 'motor.current', at(1), 2.5],
      ['p1', 'running', at(1), true], ['p1', 'starts', at(1), 12], ['p1', 'starts', at(2), '9007199254740993'], ['p1', 'state', at(1), 1],
    ].sort())
    const flow = data.find(({ series }) => series === 'flow')
    expect(flow).toMatchObject({ unit: 'litrePerSecond', reading: { quality: 'UNCERTAIN', source: 'MEASURED', run: null, origin: 'plc' } })
    expect(data.find(({ series }) => series === 'motor.current')).toMatchObject({ unit: 'ampere' })
    const { pump } = await works.data('{ pump(id: "p1") { flow { latest { receivedAt } } } }')
    expect(flow?.reading.receivedAt).toBe(pump.flow.latest.receivedAt)
  })

  it('goes on behind any of its cursors as if it had never ended, also amid a batch, and behind the cursor of ingest', { timeout: 120_000 }, async () => {
    using whole = await subscribe(works.app, stream())
    await whole.caughtUp()
    const start = whole.events[0]?.cursor as string
    const message = fc.record({ twin: fc.constantFrom('p1', 'p2', 'p3'), minute: fc.integer({ min: 0, max: 100_000 }), values: fc.record({ flow: fc.double({ noNaN: true, min: -9, max: 9 }), starts: fc.nat(99), mode: fc.constantFrom('A', 'B') }, { requiredKeys: [] }) })
    let minutes = -1_000_000
    await fc.assert(fc.asyncProperty(fc.array(fc.array(message, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }), fc.nat(), async (batches, cut) => {
      const before = whole.readings.length
      const cursors: string[] = []
      for (const batch of batches) cursors.push(String((await works.send(batch.map(({ twin, values }) => ({ twin, at: at(++minutes), values })))).cursor))
      const count = batches.flat().reduce((sum, { values }) => sum + Object.keys(values).length, 0)
      await whole.until(() => whole.readings.length >= before + count)
      const cursorsToTry = [start, ...whole.readings.map(({ cursor }) => cursor as string)]
      const place = cut % cursorsToTry.length
      using resumed = await subscribe(works.app, stream(), { after: cursorsToTry[place] })
      await resumed.caughtUp()
      expect(resumed.readings.map(({ cursor }) => cursor as string)).toEqual(cursorsToTry.slice(place + 1))
      using behindIngest = await subscribe(works.app, stream(), { after: cursors[0] })
      await behindIngest.caughtUp()
      const last = batches.slice(1).flat().reduce((sum, { values }) => sum + Object.keys(values).length, 0)
      expect(behindIngest.readings).toHaveLength(last)
    }), { numRuns: 25 })
    expect(new Set(whole.readings.map(({ cursor }) => cursor as string)).size).toBe(whole.readings.length)
  })

  it('loses and repeats nothing for one who falls far behind while the others hear at once', async () => {
    const { services } = works.app
    const readings: ReadingStreams = createReadingStreams({
      telemetry: services.telemetry, registry: () => services.models.registry(), ringEntries: 8,
      onGraphChanges: () => Promise.resolve(() => undefined), onTrouble: (error) => { throw error },
    })
    const open: OpenStream = (operation, wake) => openReadingReceived({ ...operation, services: { ...services, readings } }, wake)
    using fast = await subscribe(works.app, stream('series: ["temperature"]'), {}, open)
    using slow = await subscribe(works.app, stream('series: ["temperature"]'), {}, open)
    await fast.caughtUp()
    await slow.caughtUp()
    for (let batch = 0; batch < 40; batch += 1) {
      await works.send(Array.from({ length: 6 }, (_, index) => ({ twin: `p${(index % 5) + 1}`, at: at(batch * 10 + index), values: { temperature: batch + index / 10 } })))
      await fast.until(() => fast.readings.length >= (batch + 1) * 6)
      if (batch === 7) await slow.until(() => slow.readings.length >= 48)
    }
    await slow.until(() => slow.readings.length >= 240)
    expect(slow.readings).toEqual(fast.readings)
    expect(fast.readings).toHaveLength(240)
    expect(slow.events.filter(({ __typename }) => __typename === 'CaughtUp')).toHaveLength(1)
  })

  it('follows a where: a twin counts when it comes to match, and no longer when it ceases to', async () => {
    using subscriber = await subscribe(works.app, stream('where: { _id: { in: ["w1", "p5"] } }, series: ["flow"]'))
    await subscriber.caughtUp()
    await works.data('mutation { createTwins(twins: [{ id: "w1", model: "dtmi:works:Pump;1" }]) { __typename } }')
    let minute = 5_000
    while (!subscriber.readings.some(({ twinId }) => twinId === 'w1')) {
      minute += 1
      await works.send(['w1', 'p4', 'p5'].map((twin) => ({ twin, at: at(minute), values: { flow: minute } })))
      await subscriber.until(() => subscriber.readings.some(({ reading }) => reading.at === at(minute)))
    }
    expect(new Set(subscriber.readings.map(({ twinId }) => twinId as string))).toEqual(new Set(['w1', 'p5']))
  })

  it('tells at most one reading of a series in the time that is asked for, at once after a rest, and always the newest at the end', async () => {
    using subscriber = await subscribe(works.app, stream('twins: ["p3"], series: ["flow"], atMostEvery: "PT0.4S"'))
    await subscriber.caughtUp()
    const times: number[] = []
    const seen = (): void => { while (times.length < subscriber.readings.length) times.push(performance.now()) }
    for (let burst = 1; burst <= 30; burst += 1) {
      await works.send([{ twin: 'p3', at: at(20_000 + burst), values: { flow: burst } }, { twin: 'p3', at: at(19_000 - burst), values: { flow: -burst } }])
      await subscriber.until(() => true)
      seen()
    }
    await subscriber.until(() => {
      seen()
      return subscriber.readings.at(-1)?.reading.value === 30
    })
    expect(subscriber.readings[0]?.reading.value).toBe(1)
    expect(subscriber.readings.length).toBeLessThan(10)
    for (const [index, time] of times.slice(1).entries()) expect(time - (times[index] ?? 0)).toBeGreaterThan(300)
    using resumed = await subscribe(works.app, stream('twins: ["p3"], series: ["flow"], atMostEvery: "PT0.4S"'), { after: subscriber.readings[0]?.cursor })
    await resumed.until(() => resumed.readings.at(-1)?.reading.value === 30)
    expect(resumed.readings.length).toBeLessThan(30)
  })

  it.each([
    ['twins: ["p1", "nobody"]', '`twins` names what is no twin: "nobody".'],
    ['twins: []', '`twins` has 0 ids; give 1 to 10000, or leave it out for all.'],
    ['series: ["flaw"]', 'No model has telemetry named "flaw". Did you mean flow?'],
    ['series: ["motor.currant"]', 'No model has telemetry named "motor.currant". Did you mean motor.current?'],
    ['twins: ["p1"], series: ["flow", "level"]', 'None of the twins has telemetry named "level".'],
    ['sources: []', '`sources` is empty: no reading is of no source. Leave it out for what was measured.'],
    ['atMostEvery: "P1M"', 'atMostEvery: P1M has years or months, which are not all of one length. Give days.'],
    ['atMostEvery: "PT0S"', 'atMostEvery is from PT0.001S to PT24H, not PT0S.'],
  ])('is refused with %s', async (args, message) => {
    await expect(subscribe(works.app, stream(args))).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message })
  })

  it('is refused with a where that more twins match than are told of', async () => {
    const { services } = works.app
    const many: OpenStream = (operation, wake) => services.readings.open({
      key: operation.source, choice: { sources: ['MEASURED'] }, atMostEvery: 0, withUnits: false, createEncoder: () => JSON.stringify,
      findMatching: () => Promise.resolve(Array.from({ length: 10_001 }, (_, index) => `t${index}`)),
    }, wake)
    await expect(subscribe(works.app, stream(), {}, many)).rejects.toMatchObject({ code: 'QUERY_TOO_COSTLY' })
  })

  it.each([['bm90IGEgY3Vyc29y', /no cursor of readings/], [Buffer.from('r1:9000000000000000').toString('base64url'), /nothing was received at yet/]])('is refused behind %s', async (after, message) => {
    await expect(subscribe(works.app, stream(), { after })).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringMatching(message) as string })
  })

  it('does nothing any more when nobody is subscribed', async () => {
    const { tail } = works.app.services.telemetry
    const subscribers = await Promise.all(Array.from({ length: 50 }, (_, index) => subscribe(works.app, stream(`series: ["${index % 2 ? 'flow' : 'mode'}"], where: { _id: { startsWith: "p" } }`))))
    await Promise.all(subscribers.map((subscriber) => subscriber.caughtUp()))
    expect(tail.position).not.toBeNaN()
    for (const subscriber of subscribers) subscriber[Symbol.dispose]()
    expect(tail.position).toBeNaN()
  })
})

describe('A stream of readings from further back than telemetry is kept', () => {
  it('says so first, and tells what is still there', async () => {
    await using works = await openWorks(2)
    const sent = (minutesAgo: number): string => new Date(Math.floor(Date.now() / 1_000) * 1_000 - minutesAgo * 60_000).toISOString()
    const first = await works.send([{ twin: 'p1', at: sent(90), values: { flow: 1 } }])
    await works.send([{ twin: 'p1', at: sent(80), values: { flow: 2, temperature: 3 } }, { twin: 'p2', at: sent(1), values: { flow: 4 } }, { twin: 'p1', at: sent(0), values: { flow: 5 } }])
    await works.data('mutation { setTelemetryPolicy(model: "dtmi:works:Pump;1", telemetry: "flow", keep: "PT0.001S") { __typename } }')
    await works.app.services.telemetry.keeper.round()
    using subscriber = await subscribe(works.app, stream(), { after: first.cursor })
    await subscriber.caughtUp()
    const [gap, ...rest] = subscriber.events
    expect(gap).toMatchObject({ __typename: 'Gap', from: first.cursor })
    expect(rest.at(-1)).toMatchObject({ __typename: 'CaughtUp' })
    expect(rest.slice(0, -1).map(({ series, reading }) => [series, reading.value] as const).sort()).toEqual([['flow', 4], ['flow', 5], ['temperature', 3]])
  })
})
