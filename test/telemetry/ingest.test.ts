import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at, openWorks, type Works } from './works.ts'

let works: Works
beforeAll(async () => { works = await openWorks(3) })
afterAll(() => works[Symbol.asyncDispose]())

const json = { 'content-type': 'application/json' }
const flow = (minute: number, value: unknown, more: object = {}) => ({ twin: 'p1', at: at(minute), values: { flow: value }, ...more })

describe('Readings over HTTP', () => {
  it('come as an array, as lines, or one alone, plain or compressed', async () => {
    expect(await works.post('/ingest', JSON.stringify([flow(0, 1), flow(1, 2)]), json)).toMatchObject({ status: 200, body: { accepted: 2, duplicates: 0, quarantined: 0, dropped: 0 } })
    expect((await works.post('/ingest', JSON.stringify(flow(2, 3)), json)).body).toMatchObject({ accepted: 1 })
    expect((await works.post('/ingest', `${JSON.stringify(flow(3, 4))}\n\n${JSON.stringify(flow(4, 5))}\r\n`, { 'content-type': 'application/x-ndjson' })).body).toMatchObject({ accepted: 2 })
    expect((await works.post('/ingest', gzipSync(JSON.stringify([flow(5, 6)])), { ...json, 'content-encoding': 'gzip' })).body).toMatchObject({ accepted: 1 })
    expect(await works.pump('flow { readings { edges { node { at value quality source origin run } } } }')).toEqual({ flow: { readings: { edges: [1, 2, 3, 4, 5, 6].map((value, minute) => (
      { node: { at: at(minute), value, quality: 'GOOD', source: 'MEASURED', origin: null, run: null } })) } } })
  })

  it('come as CloudEvents, one or a batch: subject is the twin, source the origin', async () => {
    const event = { specversion: '1.0', id: 'e1', type: 'reading', source: '/plc/7', subject: 'p2', time: at(10), sequence: '41', data: { flow: 7 } }
    expect((await works.post('/ingest', JSON.stringify([event, { ...event, data: { twin: 'p2', at: at(11), values: { flow: 8 } }, sequence: '42' }]), { 'content-type': 'application/cloudevents-batch+json' })).body).toMatchObject({ accepted: 2 })
    expect((await works.post('/ingest', JSON.stringify(event), { 'content-type': 'application/cloudevents+json' })).body).toMatchObject({ accepted: 0, duplicates: 1 })
    expect(await works.pump('flow { latest { value origin } }', 'p2')).toEqual({ flow: { latest: { value: 8, origin: '/plc/7' } } })
  })

  it('are stored as far as they are good, and the answer says how many of each', async () => {
    const lines = ['{"twin":"p3","values":{"flow":1,"mode":"auto","nothing":2}}', '{"twin":"p3"', '[]', '{"twin":"ghost","values":{"flow":1}}'].join('\n')
    const { status, body } = await works.post('/ingest', lines, { 'content-type': 'application/x-ndjson' })
    expect([status, body]).toMatchObject([200, { accepted: 2, quarantined: 4, dropped: 0 }])
  })

  it.each([
    ['no JSON', 'text', json, 400, 'MALFORMED_BODY'],
    ['another type', 'flow,1', { 'content-type': 'text/csv' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['another encoding', 'x', { ...json, 'content-encoding': 'br' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['what says it is gzip and is not', 'x', { ...json, 'content-encoding': 'gzip' }, 400, 'MALFORMED_BODY'],
    ['more than the limit', `[${' '.repeat(9_000_000)}]`, json, 413, 'PAYLOAD_TOO_LARGE'],
    ['more than the limit once it is decompressed', gzipSync(Buffer.alloc(50_000_000, 32)), { ...json, 'content-encoding': 'gzip' }, 413, 'PAYLOAD_TOO_LARGE'],
  ])('%s is refused whole', async (_what, body, headers, status, code) => {
    expect(await works.post('/ingest', body, headers)).toMatchObject({ status, body: { errors: [{ extensions: { code } }] } })
  })

  it('survive arrays that nest a hundred thousand deep', async () => {
    const deep = `{"twin":"p1","values":{"alarm":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`
    expect(await works.post('/ingest', deep, { 'content-type': 'application/x-ndjson' })).toMatchObject({ status: 200, body: { accepted: 0, quarantined: 1 } })
  })

  it('are turned away with 429 while too many are under way, and nothing of them is kept', async () => {
    await using small = await openWorks(1, { limits: { ...works.app.config.limits, pendingMessages: 5_000 } })
    const batch = (from: number) => Array.from({ length: 3_000 }, (_, index) => JSON.stringify(flow(from + index, index))).join('\n')
    const answers = await Promise.all([0, 3_000, 6_000, 9_000].map((from) => small.post('/ingest', batch(from), { 'content-type': 'application/x-ndjson' })))
    const turnedAway = answers.filter(({ status }) => status === 429)
    expect(turnedAway.length).toBeGreaterThan(0)
    for (const { headers, body } of turnedAway) expect([headers.get('retry-after'), body['errors']]).toMatchObject(['1', [{ extensions: { code: 'OVERLOADED', retryable: true } }]])
    const { flow: { summary } } = await small.pump('flow { summary { count } }')
    expect(summary.count).toBe(3_000 * (answers.length - turnedAway.length))
  })
})

describe('A reading', () => {
  it('that is delivered again is a duplicate, also after a restart', async () => {
    await using fresh = await openWorks(1)
    const messages = Array.from({ length: 50 }, (_, index) => flow(index, index, { origin: 'plc', sequence: index }))
    expect(await fresh.send(messages)).toMatchObject({ accepted: 50, duplicates: 0 })
    expect(await fresh.send(messages.slice(10, 20))).toMatchObject({ accepted: 0, duplicates: 10 })
    await fresh.restart()
    expect(await fresh.send(messages)).toMatchObject({ accepted: 0, duplicates: 50 })
    expect(await fresh.pump('flow { summary { count } latest { value } }')).toEqual({ flow: { summary: { count: 50 }, latest: { value: 49 } } })
  })

  it('of a gateway that counts over all its devices is recognised, too', async () => {
    await using fresh = await openWorks(3)
    const messages = Array.from({ length: 900 }, (_, index) => ({ twin: `p${(index % 3) + 1}`, at: at(index), values: { flow: index }, origin: 'gateway', sequence: index }))
    expect(await fresh.send(messages)).toMatchObject({ accepted: 900, duplicates: 0 })
    expect(await fresh.send(messages)).toMatchObject({ accepted: 0, duplicates: 900 })
    await fresh.restart()
    expect(await fresh.send(messages)).toMatchObject({ accepted: 0, duplicates: 900 })
  })

  it('of a device that begins to count anew is none', async () => {
    const message = (minute: number, sequence: number) => ({ twin: 'p3', at: at(minute), values: { temperature: minute }, origin: 'rebooting', sequence })
    expect(await works.send([message(0, 100), message(1, 101), message(2, 0), message(3, 1)])).toMatchObject({ accepted: 4, duplicates: 0 })
    expect(await works.send([message(3, 1), message(2, 0)])).toMatchObject({ accepted: 0, duplicates: 2 })
  })

  it('that comes late lands in its place and does not move the latest value back; one for the same time replaces the one before', async () => {
    const message = (minute: number, temperature: number) => ({ twin: 'p2', at: at(minute), values: { temperature } })
    await works.send([message(10, 10), message(30, 30), message(20, 20), message(10, 11)])
    expect(await works.pump('temperature { latest { value at } readings { edges { node { value } } } }', 'p2')).toEqual({
      temperature: { latest: { value: 30, at: at(30) }, readings: { edges: [11, 20, 30].map((value) => ({ node: { value } })) } },
    })
    await works.send([message(30, 31)])
    expect(await works.pump('temperature { latest { value } }', 'p2')).toEqual({ temperature: { latest: { value: 31 } } })
  })

  it('may name its unit, also one with another zero', async () => {
    const message = (minute: number, values: object, units: object) => ({ twin: 'p1', at: at(2_000 + minute), values, units })
    await works.send([message(0, { flow: 36, temperature: 212 }, { flow: 'cubicMetrePerHour', temperature: 'degreeFahrenheit' }), message(1, { temperature: 0 }, { temperature: 'kelvin' })])
    const { flow: { latest }, temperature: { readings } } = await works.pump('flow { unit latest { value } } temperature { readings(last: "P9999D") { edges { node { value } } } }')
    expect(latest.value).toBeCloseTo(10, 9)
    expect(readings.edges.map(({ node }: { node: { value: number } }) => node.value)).toEqual([expect.closeTo(100, 9), expect.closeTo(-273.15, 9)])
    expect(await works.send([message(2, { flow: 1 }, { flow: 'degreeCelsius' }), message(3, { mode: 'x' }, { mode: 'metre' }), message(4, { flow: 1 }, { flow: 'furlong' })])).toMatchObject({ accepted: 0, quarantined: 3 })
  })

  it('with a time ahead of the clock is uncertain, and with one far ahead refused', async () => {
    const ahead = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
    expect(await works.send([{ twin: 'p3', at: ahead(10), values: { starts: 1 } }, { twin: 'p3', at: ahead(10_000), values: { starts: 2 } }, { twin: 'p3', at: 'yesterday', values: { starts: 3 } }])).toMatchObject({ accepted: 1, quarantined: 2 })
    expect(await works.pump('starts { latest { value quality } }', 'p3')).toEqual({ starts: { latest: { value: 1, quality: 'UNCERTAIN' } } })
  })

  it('keeps its value, whatever its kind', async () => {
    const long = '9007199254740993'
    const line = `{"twin":"p2","at":"${at(0)}","values":{"starts":${long},"running":true,"mode":"Ämter \\"😀\\"","serviced":"2026-02-28","state":1,"alarm":{"code":${long},"text":"low"},"motor.current":12.5}}`
    expect((await works.post('/ingest', line, { 'content-type': 'application/x-ndjson' })).body).toMatchObject({ accepted: 7, quarantined: 0 })
    const value = '{ latest { value } }'
    expect(await works.pump(`starts ${value} running ${value} mode ${value} serviced ${value} state ${value} alarm ${value} motor { current ${value} }`, 'p2')).toEqual({
      starts: { latest: { value: long } }, running: { latest: { value: true } }, mode: { latest: { value: 'Ämter "😀"' } }, serviced: { latest: { value: '2026-02-28' } },
      state: { latest: { value: 1 } }, alarm: { latest: { value: { code: long, text: 'low' } } }, motor: { current: { latest: { value: 12.5 } } },
    })
  })

  it('comes by the mutation, too', async () => {
    const { ingest } = await works.data('mutation ($r: [ReadingInput!]!) { ingest(readings: $r) { ... on IngestSuccess { accepted duplicates quarantined cursor } } }', {
      r: [{ twin: 'p3', at: at(5), values: { running: false }, quality: 'BAD', origin: 'hand', sequence: 1 }, { twin: 'p3', at: at(6), values: { running: 'no' } }],
    })
    expect(ingest).toEqual({ accepted: 1, duplicates: 0, quarantined: 1, cursor: expect.any(String) as string })
    expect(await works.pump('running { latest { value quality origin } }', 'p3')).toEqual({ running: { latest: { value: false, quality: 'BAD', origin: 'hand' } } })
  })
})
