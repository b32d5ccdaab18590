import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type MqttClient, connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createMqttSource, type MqttSourceOptions } from '../../src/adapters/mqtt/mqtt-source.ts'
import { createProcessMapper } from '../../src/adapters/process/mapper.ts'
import type { Delivery } from '../../src/telemetry/message.ts'
import type { MqttSourceDefinition } from '../../src/telemetry/source/definition.ts'
import { parseSources } from '../../src/telemetry/source/parse-sources.ts'
import type { Source, SourceState } from '../../src/telemetry/source/source.ts'
import { type Mosquitto, mosquittoPath, startMosquitto } from '../support/mosquitto.ts'
import { createRecordingIntake, type RecordingIntake } from '../telemetry/source/recording-intake.ts'

let topics = 0
/** A topic that no other test has. */
const freshTopic = (): string => `plant-${++topics}`

interface Wanted extends Partial<Omit<MqttSourceDefinition, 'subscriptions' | 'kind'>> {
  readonly subscriptions?: readonly object[]
}

function definitionOf(url: string, topic: string, { id = topic, ...wanted }: Wanted = {}, environment: Record<string, string> = {}): MqttSourceDefinition {
  const parsed = parseSources({ sources: [{ id, kind: 'mqtt', url, subscriptions: [{ topic: `${topic}/{twin}` }], ...wanted }] }, environment)
  if (!parsed.ok || parsed.sources[0] === undefined) throw new Error(JSON.stringify(parsed))
  return parsed.sources[0]
}

const silent = { info: () => undefined, error: () => undefined }
const mapper = createProcessMapper()
afterAll(() => mapper[Symbol.asyncDispose]())

const open = (definition: MqttSourceDefinition, intake: RecordingIntake, options: Partial<MqttSourceOptions> = {}): Source =>
  createMqttSource(definition, intake, { mapper, log: silent, environment: {}, ...options })

const until = (what: () => void): Promise<void> => vi.waitFor(what, { timeout: 20_000, interval: 5 })
const inState = (source: Source, state: SourceState): Promise<void> => until(() => { expect(source.status().state).toBe(state) })

const numbersOf = (deliveries: readonly Delivery[]): readonly number[] => deliveries.map(({ body }) => (body as { values: { n: number } }).values.n)
const numbers = (intake: RecordingIntake): readonly number[] => numbersOf(intake.batches.flat())
const upTo = (count: number, from = 0): readonly number[] => Array.from({ length: count }, (_, index) => from + index)

/** In order, with the broker's word that it has them. */
async function publish(client: MqttClient, topic: string, values: readonly number[]): Promise<void> {
  await Promise.all(values.map((n) => client.publishAsync(`${topic}/pump-1`, JSON.stringify({ values: { n } }), { qos: 1 })))
}

describe.skipIf(mosquittoPath === undefined)(`An MQTT source${mosquittoPath === undefined ? ' (skipped: Mosquitto is not installed)' : ''}`, () => {
  let broker: Mosquitto
  let devices: MqttClient
  beforeAll(async () => {
    broker = await startMosquitto()
    devices = await connectAsync(broker.url, { protocolVersion: 5 })
  })
  afterAll(async () => {
    await devices.endAsync()
    await broker[Symbol.asyncDispose]()
  })

  it('delivers messages in their order, with their topic, their source and what their properties say', async () => {
    const [topic, intake] = [freshTopic(), createRecordingIntake()]
    await using source = open(definitionOf(broker.url, topic), intake)
    await inState(source, 'CONNECTED')
    await devices.publishAsync(`${topic}/pump-7`, '{"values":{"n":0}}', { qos: 1, properties: { userProperties: { origin: 'plc-1', sequence: '9', at: '2026-01-01T00:00:00Z' } } })
    await publish(devices, topic, upTo(2_000, 1))
    await intake.until(() => intake.bodies().length === 2_001)
    expect(numbers(intake)).toEqual(upTo(2_001))
    expect(intake.batches[0]?.[0]).toEqual({ source: topic, topic: `${topic}/pump-7`, body: { twin: 'pump-7', values: { n: 0 }, origin: 'plc-1', sequence: 9, at: '2026-01-01T00:00:00Z' } })
    await until(() => { expect(source.status()).toMatchObject({ state: 'CONNECTED', problem: null, messages: 2_001, accepted: 2_001, quarantined: 0, dropped: 0, inFlight: 0 }) })
    expect(source.status().lagMs).toBeGreaterThanOrEqual(0)
    expect(source.status().lagMs).toBeLessThan(60_000)
  })

  it('submits together what came together', async () => {
    const [topic, intake] = [freshTopic(), createRecordingIntake()]
    await using source = open(definitionOf(broker.url, topic), intake)
    await inState(source, 'CONNECTED')
    const release = intake.hold()
    await publish(devices, topic, [0])
    await intake.until(() => intake.attempts === 1)
    await publish(devices, topic, upTo(50, 1))
    await until(() => { expect(source.status().inFlight).toBe(51) })
    release()
    await intake.until(() => intake.bodies().length === 51)
    expect(intake.batches.map((batch) => batch.length)).toEqual([1, 50])
  })

  it('acknowledges only what was stored: what a dead process had not stored goes to the next', async () => {
    const [topic, intake] = [freshTopic(), createRecordingIntake()]
    const definition = definitionOf(broker.url, topic)
    const dying = spawn(process.execPath, [fileURLToPath(new URL('../telemetry/source/held-source.ts', import.meta.url)), JSON.stringify(definition)], { stdio: ['ignore', 'pipe', 'inherit'] })
    const said = createInterface(dying.stdout)[Symbol.asyncIterator]()
    expect(await said.next()).toMatchObject({ value: 'CONNECTED' })
    await publish(devices, topic, upTo(20))
    for (let line = await said.next(); line.value !== 'in flight: 20'; line = await said.next()) expect(line.done).toBe(false)
    const ended = once(dying, 'exit')
    dying.kill('SIGKILL')
    await ended

    await using heir = open(definition, intake)
    await intake.until(() => intake.bodies().length === 20)
    expect(numbers(intake)).toEqual(upTo(20))
    await until(() => { expect(heir.status().inFlight).toBe(0) })
    await heir[Symbol.asyncDispose]()
    await using third = open(definition, intake) // nothing is left for it
    await inState(third, 'CONNECTED')
    await publish(devices, topic, [20])
    await intake.until(() => intake.bodies().length > 20)
    expect(numbers(intake)).toEqual(upTo(21))
  })

  it('acknowledges nothing on another connection than that on which it came: there the number is that of another message', async () => {
    const [topic, intake] = [freshTopic(), createRecordingIntake()]
    await using own = await startMosquitto()
    await using source = open(definitionOf(own.url, topic, { receiveMaximum: 10, sessionExpirySeconds: 0 }), intake) // every connection counts from one
    await inState(source, 'CONNECTED')
    const publisher = await connectAsync(own.url, { protocolVersion: 5, reconnectPeriod: 50 })
    const releaseFirst = intake.hold()
    await publish(publisher, topic, upTo(10))
    await until(() => { expect(source.status().inFlight).toBe(10) })
    await own.stop()
    await inState(source, 'DISCONNECTED')
    await own.start()
    await inState(source, 'CONNECTED')
    await publish(publisher, topic, upTo(30, 10))
    await until(() => { expect(source.status().messages).toBe(20) })
    const attempts = intake.attempts
    const releaseSecond = intake.hold()
    releaseFirst()
    await intake.until(() => intake.attempts > attempts)
    expect(numbers(intake)).toEqual(upTo(10))
    for (const n of upTo(5, 40)) await publish(publisher, topic, [n]) // by then the broker has had its time
    expect(source.status().messages).toBe(20)
    releaseSecond()
    await intake.until(() => intake.bodies().length === 45)
    expect(numbers(intake)).toEqual(upTo(45))
    await publisher.endAsync()
  })

  it('loses nothing when the broker restarts, and nothing that came while it was away itself', async () => {
    const [topic, intake] = [freshTopic(), createRecordingIntake()]
    await using own = await startMosquitto()
    const definition = definitionOf(own.url, topic)
    const publisher = await connectAsync(own.url, { protocolVersion: 5, reconnectPeriod: 50 })
    {
      await using source = open(definition, intake)
      await inState(source, 'CONNECTED')
      const sending = publish(publisher, topic, upTo(500))
      await intake.until(() => intake.bodies().length > 20)
      await own.stop()
      await inState(source, 'DISCONNECTED')
      expect(source.status().problem).toMatch(/broker/)
      await own.start()
      await sending
      await intake.until(() => new Set(numbers(intake)).size === 500)
      await inState(source, 'CONNECTED')
      expect(source.status().problem).toBeNull()
    }
    await publish(publisher, topic, upTo(100, 500))
    await own.stop()
    await own.start()
    await using _again = open(definition, intake)
    await intake.until(() => new Set(numbers(intake)).size === 600)
    expect([...new Set(numbers(intake))]).toEqual(upTo(600))
    await publisher.endAsync()
  })

  it('connects once there is a broker, and says until then that there is none', async () => {
    const [topic, intake] = [freshTopic(), createRecordingIntake()]
    await using own = await startMosquitto()
    await own.stop()
    await using source = open(definitionOf(own.url, topic), intake)
    expect(source.status()).toMatchObject({ state: 'CONNECTING', problem: null, lagMs: null, lastMessageAt: null })
    await inState(source, 'DISCONNECTED')
    expect(source.status().problem).toContain('ECONNREFUSED')
    await own.start()
    await inState(source, 'CONNECTED')
  })

  it('shares a subscription with another process: between them they get everything once', async () => {
    const topic = freshTopic()
    const definition = definitionOf(broker.url, topic, { share: 'twinfold' })
    const intakes = [createRecordingIntake(), createRecordingIntake()]
    const sources = intakes.map((intake, index) => open(definition, intake, { instance: `process-${index}` }))
    await using _sources = sources.reduce((stack, source) => (stack.use(source), stack), new AsyncDisposableStack())
    for (const source of sources) await inState(source, 'CONNECTED')
    await publish(devices, topic, upTo(400))
    await until(() => { expect(intakes.flatMap(numbers)).toHaveLength(400) })
    expect(intakes.flatMap(numbers).sort((a, b) => a - b)).toEqual(upTo(400))
    for (const intake of intakes) expect(intake.bodies().length).toBeGreaterThan(0)
  })

  it('gets past poison: what cannot be decoded is refused into quarantine, and acknowledged', async () => {
    const [topic, intake] = [freshTopic(), createRecordingIntake()]
    const definition = definitionOf(broker.url, topic, { receiveMaximum: 2, subscriptions: [{ topic: `${topic}/{twin}` }, { topic: `${topic}/{twin}/mapped`, mapping: '$contains(s, /^(?=(a+)+$)a/) ? [] : { "values": { "n": n } }' }] })
    await using source = open(definition, intake)
    await inState(source, 'CONNECTED')
    const poison: readonly (readonly [string, string | Buffer])[] = [
      ['', '{"values":'], ['', Buffer.from([0xff, 0x00])], ['', '['.repeat(100_000)], ['', '{"twin":"pump-2","values":{}}'], ['', JSON.stringify({ values: { n: 'x'.repeat(2_000_000) } })],
      ['/mapped', JSON.stringify({ s: `${'a'.repeat(50)}!` })], ['/mapped', 'no JSON'],
    ]
    for (const [end, payload] of poison) await devices.publishAsync(`${topic}/pump-1${end}`, payload, { qos: 1 })
    await devices.publishAsync(`${topic}/pump-1/mapped`, '{"s":"b","n":0}', { qos: 1 })
    await publish(devices, topic, upTo(10, 1))
    await intake.until(() => intake.bodies().length === 11)
    expect(numbers(intake)).toEqual(upTo(11))
    expect(intake.refusals.map(({ message }) => message.slice(0, 36))).toEqual([
      'The payload is not JSON: Unexpected ', 'The payload is not UTF-8 text.', 'The payload nests 100000 levels deep', 'The payload says the twin "pump-2", ', 'The payload has 2000019 bytes; at mo', 'The mapping took longer than 200 ms ', 'The payload is not JSON: Unexpected ',
    ])
    expect(intake.refusals.map(({ payload }) => payload.length)).toEqual([10, 4, 100_000, 29, 16_384, 59, 7])
    expect(intake.refusals[0]).toMatchObject({ source: topic, topic: `${topic}/pump-1` })
    await until(() => { expect(source.status()).toMatchObject({ accepted: 11, quarantined: 7, inFlight: 0 }) })
  })

  it('stalls while the store is full, holds no more than its window, and recovers', async () => {
    const [topic, intake] = [freshTopic(), createRecordingIntake()]
    await using source = open(definitionOf(broker.url, topic, { receiveMaximum: 10 }), intake)
    await inState(source, 'CONNECTED')
    intake.fail('OVERLOADED')
    await publish(devices, topic, upTo(1_000))
    await intake.until(() => intake.attempts >= 4)
    expect(source.status()).toMatchObject({ state: 'CONNECTED', problem: expect.stringContaining('tried again'), messages: 10, accepted: 0, inFlight: 10, dropped: 0 })
    intake.fail('TELEMETRY_UNAVAILABLE')
    const attempts = intake.attempts
    await intake.until(() => intake.attempts > attempts)
    expect(source.status()).toMatchObject({ messages: 10, inFlight: 10 })
    intake.fail(undefined)
    await intake.until(() => intake.bodies().length === 1_000)
    expect(numbers(intake)).toEqual(upTo(1_000))
    await until(() => { expect(source.status()).toMatchObject({ problem: null, inFlight: 0 }) })
  })

  it('holds no more however often the connection is lost meanwhile and everything comes again', async () => {
    const [topic, intake] = [freshTopic(), createRecordingIntake()]
    await using own = await startMosquitto()
    await using source = open(definitionOf(own.url, topic, { receiveMaximum: 10 }), intake)
    await inState(source, 'CONNECTED')
    const publisher = await connectAsync(own.url, { protocolVersion: 5, reconnectPeriod: 50 })
    intake.fail('TELEMETRY_UNAVAILABLE')
    await publish(publisher, topic, upTo(30))
    for (let times = 1; times <= 3; times++) {
      await own.stop()
      await inState(source, 'DISCONNECTED')
      await own.start()
      await until(() => { expect(source.status().messages).toBe(10 * (times + 1)) })
    }
    expect(source.status().inFlight).toBeLessThanOrEqual(20) // the window, and what was being stored when it began anew
    intake.fail(undefined)
    await intake.until(() => new Set(numbers(intake)).size === 30)
    expect([...new Set(numbers(intake))]).toEqual(upTo(30))
    await publisher.endAsync()
  })

  it('lets go of messages sent without a guarantee, rather than of its memory, and says how many', async () => {
    const [topic, intake] = [freshTopic(), createRecordingIntake()]
    await using source = open(definitionOf(broker.url, topic, { receiveMaximum: 10 }), intake)
    await inState(source, 'CONNECTED')
    intake.fail('OVERLOADED')
    for (const n of upTo(200)) await devices.publishAsync(`${topic}/pump-1`, JSON.stringify({ values: { n } }), { qos: 0 })
    await until(() => { expect(source.status().messages).toBe(200) })
    const { dropped, inFlight } = source.status()
    expect(dropped + inFlight).toBe(200)
    expect(dropped).toBeGreaterThan(0)
    intake.fail(undefined)
    await intake.until(() => intake.bodies().length === inFlight)
  })

  it('finds the one message that the pipeline cannot take, and takes the others', async () => {
    const [topic, intake] = [freshTopic(), createRecordingIntake()]
    await using source = open(definitionOf(broker.url, topic), intake)
    await inState(source, 'CONNECTED')
    intake.fail((deliveries) => numbersOf(deliveries).includes(13))
    const release = intake.hold()
    await publish(devices, topic, upTo(30))
    await until(() => { expect(source.status().inFlight).toBe(30) })
    release()
    await intake.until(() => intake.bodies().length === 29 && intake.refusals.length === 1)
    expect(numbers(intake)).toEqual(upTo(30).filter((n) => n !== 13))
    expect(intake.refusals[0]).toMatchObject({ payload: '{"values":{"n":13}}', message: 'It could not be taken: This one is poison.' })
  })

  it('ends in order: it stores what it has, takes no more, and leaves the rest with the broker', async () => {
    const [topic, first, second] = [freshTopic(), createRecordingIntake(), createRecordingIntake()]
    const definition = definitionOf(broker.url, topic)
    const ending = open(definition, first)
    await inState(ending, 'CONNECTED')
    const release = first.hold()
    await publish(devices, topic, upTo(10))
    await until(() => { expect(ending.status().inFlight).toBe(10) })
    const end = ending[Symbol.asyncDispose]()
    await publish(devices, topic, upTo(10, 10))
    release()
    await end
    expect(numbers(first)).toEqual(upTo(10))
    await using _heir = open(definition, second)
    await second.until(() => second.bodies().length === 10)
    expect(numbers(second)).toEqual(upTo(10, 10))
  })

  it('ends within its grace though the store never answers and the broker hangs', async () => {
    const [topic, intake] = [freshTopic(), createRecordingIntake()]
    await using own = await startMosquitto()
    const source = open(definitionOf(own.url, topic), intake, { graceMs: 100 })
    await inState(source, 'CONNECTED')
    intake.hold()
    const publisher = await connectAsync(own.url, { protocolVersion: 5 })
    await publish(publisher, topic, [1])
    await intake.until(() => intake.attempts === 1)
    await publisher.endAsync()
    own.freeze()
    const from = performance.now()
    await source[Symbol.asyncDispose]()
    expect(performance.now() - from).toBeLessThan(5_000)
  })

  it('says what the broker has against it', async () => {
    await using strict = await startMosquitto(['allow_anonymous false'])
    await using source = open(definitionOf(strict.url, freshTopic(), { username: 'ada', passwordVariable: 'PASSWORD' }, { PASSWORD: 'x' }), createRecordingIntake(), { environment: { PASSWORD: 'x' } })
    await inState(source, 'FAILED')
    expect(source.status().problem).toMatch(/no right to connect|password is wrong/)
    expect(source.status().problem).not.toContain('"x"')
  })

  it('gives way to another client with its client id, and slows down where the broker does not say so', async () => {
    const connack = Buffer.from([0x20, 3, 0, 0, 0])
    const takenOver = Buffer.from([0xe0, 2, 142, 0])
    await using courteous = await answerEachWith(Buffer.concat([connack, takenOver]))
    await using source = open(definitionOf(courteous.url, freshTopic()), createRecordingIntake())
    await inState(source, 'FAILED')
    expect(source.status().problem).toContain('another client has connected with the same client id')

    await using curt = await answerEachWith(connack)
    await using other = open(definitionOf(curt.url, freshTopic(), { clientId: 'twin-1' }), createRecordingIntake())
    await until(() => { expect(other.status().problem).toContain('another client connects as "twin-1"') })
    expect(curt.connections()).toBe(3)
  })

  it('survives a broker that talks nonsense', async () => {
    await using server = await answerEachWith(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await using source = open(definitionOf(server.url, freshTopic()), createRecordingIntake())
    await inState(source, 'DISCONNECTED')
    expect(source.status().problem).toMatch(/^The broker at mqtt:.* cannot be used: /)
  })
})

/** Something that answers whatever a client says first with the bytes, and hangs up. */
async function answerEachWith(bytes: Uint8Array): Promise<AsyncDisposable & { readonly url: string; connections(): number }> {
  let connections = 0
  const server = createServer((socket) => {
    connections++
    socket.on('error', () => undefined) // the client may be gone first
    socket.once('data', () => { socket.end(bytes) })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('There is no address.')
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}
