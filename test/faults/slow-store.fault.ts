import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { until } from '../http/api.ts'
import { postgresFolder, startPostgres } from '../support/postgres.ts'
import { expectExactly } from './check-readings.ts'
import { createDevice, createTwins, type Device } from './device.ts'
import { createDataDirectory, type IngestAnswer, type Server, startServer } from './server.ts'
import { createSlowProxy } from './slow-proxy.ts'

if (postgresFolder === undefined) process.stdout.write('Skipped: a store that answers slowly. PostgreSQL is not installed.\n')

/** A store of its own behind a proxy, and a server that keeps telemetry there. */
async function startBehindProxy(parts: AsyncDisposableStack, environment: Readonly<Record<string, string>> = {}) {
  const postgres = parts.use(await startPostgres())
  const address = new URL(postgres.url)
  const proxy = parts.use(await createSlowProxy({ host: address.hostname, port: Number(address.port) }))
  address.host = `127.0.0.1:${proxy.port}`
  const server = parts.use(await startServer({ data: await createDataDirectory(), environment: { TWINFOLD_TELEMETRY_URL: address.href, ...environment } }))
  return { proxy, server }
}

const createDevices = (count: number): readonly Device[] => {
  const run = randomUUID().slice(0, 8)
  return Array.from({ length: count }, (_, index) => createDevice({ name: `slow-${run}-${index}` }))
}

/** Every answer is one of these, and says when to come again where it is a refusal. */
function expectHonest(answers: readonly IngestAnswer[]): void {
  for (const { status, code, retryAfter } of answers) {
    if (status === 200) continue
    expect({ 429: 'OVERLOADED', 503: 'TELEMETRY_UNAVAILABLE' }[status], `the answer ${status} ${code ?? ''}`).toBe(code)
    expect(retryAfter).toMatch(/^\d+$/)
  }
}

async function sendUntilTaken(devices: readonly Device[], server: Server): Promise<void> {
  await Promise.all(devices.map((device) => until(async () => (await device.send(server)).status === 200, 'what was refused is taken', 60_000)))
}

test.runIf(postgresFolder)('a store that is slow turns those away who are too many, and loses nothing it acknowledged', async () => {
  await using parts = new AsyncDisposableStack()
  const { proxy, server } = await startBehindProxy(parts, { TWINFOLD_MAX_PENDING_MESSAGES: '1000' })
  const devices = createDevices(16)
  await createTwins(server, devices)
  await sendUntilTaken(devices, server)
  proxy.delayMs = 300
  const answers: IngestAnswer[] = []
  await Promise.all(devices.map(async (device) => { for (let batch = 0; batch < 4; batch++) answers.push(await device.send(server)) }))
  expectHonest(answers)
  const statuses = new Set(answers.map(({ status }) => status))
  expect(statuses).toContain(200)
  expect(statuses).toContain(429)
  proxy.delayMs = 0
  await sendUntilTaken(devices, server)
  await expectExactly(server, devices)
}, 240_000)

test.runIf(postgresFolder)('a store that says nothing any more keeps nobody waiting for ever; when it speaks again, everything goes on by itself', async () => {
  await using parts = new AsyncDisposableStack()
  const { proxy, server } = await startBehindProxy(parts, { TWINFOLD_MAX_PENDING_MESSAGES: '1000' })
  const devices = createDevices(8)
  await createTwins(server, devices)
  await sendUntilTaken(devices, server)
  proxy.delayMs = Infinity

  const since = performance.now()
  const read = server.ask('query($id: ID!) { faultMeter(id: $id) { level { readings(from: "2026-01-01T00:00:00Z") { edges { node { at } } } } } }', { id: devices[0]?.twins[0] })
  const [answers] = await Promise.all([Promise.all(devices.map((device) => device.send(server))), expect(read).rejects.toThrow()])
  expect(performance.now() - since, 'ms until everyone had an answer').toBeLessThan(50_000)
  expectHonest(answers)
  expect(answers.map(({ status }) => status)).toContain(503)
  expect(answers.filter(({ status }) => status === 200)).toEqual([])
  expect(await server.ready()).toMatchObject({ status: 503, parts: { telemetry: false, store: true } })
  expect((await fetch(`${server.url}/livez`)).status).toBe(200)

  proxy.delayMs = 0
  await until(async () => (await server.ready()).status === 200, 'the server is ready again', 60_000)
  await sendUntilTaken(devices, server)
  await expectExactly(server, devices)
}, 300_000)
