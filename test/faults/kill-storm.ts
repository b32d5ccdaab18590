import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'vitest'
import { expectExactly, expectNothingLost } from './check-readings.ts'
import { createDevice, createTwins, type Device, sendUntil } from './device.ts'
import { createDataDirectory, type Server, type ServerConfig, spawnServer, startServer } from './server.ts'

export interface StormConfig {
  readonly kills: number
  readonly deviceCount?: number
  /** Every so many kills, the start that follows is killed as well, before it is ready; 0: never. */
  readonly killStartEvery?: number
  /** Of the server. */
  readonly environment?: Readonly<Record<string, string>>
}

export interface Storm {
  readonly kills: number
  readonly acknowledgedReadings: number
  /** Batches that were under way when the process ended. */
  readonly unansweredBatches: number
  /** Unanswered batches that were found to be stored when they were sent again. */
  readonly storedUnanswered: number
}

/** Kills the server under the load of several devices, and checks after each start that everything acknowledged is there, once. */
export async function stormOfKills({ kills, deviceCount = 6, killStartEvery = 4, environment = {} }: StormConfig): Promise<Storm> {
  const data = await createDataDirectory()
  const run = randomUUID().slice(0, 8)
  const devices = Array.from({ length: deviceCount }, (_, index) => createDevice({ name: `storm-${run}-${index}` }))
  let [unansweredBatches, storedUnanswered] = [0, 0]
  let server = await startServer({ data, environment })
  await createTwins(server, devices)
  for (let kill = 1; kill <= kills; kill++) {
    const since = Math.min(...devices.flatMap(({ expected }) => [...expected.values()].map((values) => greatest(values.keys())))) - reachBack
    await loadAndKill(server, devices)
    if (killStartEvery > 0 && kill % killStartEvery === 0) await killWhileStarting({ data, environment })

    server = await startServer({ data, environment })
    await expectNothingLost(server, devices, since)
    const open = devices.filter(({ unanswered }) => unanswered)
    unansweredBatches += open.length
    storedUnanswered += await resend(server, devices)
    await expectExactly(server, devices)
  }
  await expectNothingLost(server, devices)
  await server[Symbol.asyncDispose]()
  const acknowledgedReadings = devices.flatMap(({ expected }) => [...expected.values()]).reduce((sum, { size }) => sum + size, 0)
  return { kills, acknowledgedReadings, unansweredBatches, storedUnanswered }
}

/** How far late readings reach back, and more, in ms. */
const reachBack = 400_000

/** At a moment by chance: amid appends, amid a merge of what the start found in the log. */
async function loadAndKill(server: Server, devices: readonly Device[]): Promise<void> {
  const before = devices.map(({ acknowledgedBatches }) => acknowledgedBatches)
  const stop = new AbortController()
  let isKilled = false
  const early = Promise.withResolvers<never>()
  const sending = devices.map(async (device) => {
    const error = await sendUntil(device, server, stop.signal)
    if (!isKilled) early.reject(error)
  })
  await Promise.race([early.promise, wait(150 + Math.random() * 1_800)])
  await Promise.race([early.promise, everyDeviceHasMore(devices, before)])
  isKilled = true
  await server.kill()
  stop.abort()
  await Promise.all(sending)
  expect(devices.flatMap(({ refusals }) => refusals), 'refusals before the kill').toEqual([])
}

async function everyDeviceHasMore(devices: readonly Device[], before: readonly number[]): Promise<void> {
  const deadline = performance.now() + 30_000
  while (devices.some(({ acknowledgedBatches }, index) => acknowledgedBatches <= (before[index] ?? 0))) {
    if (performance.now() > deadline) throw new Error('Waited 30 s for an acknowledgement to every device.')
    await wait(5)
  }
}

/** A start reads the log and mends what the kill left; it must bear to be broken off. */
async function killWhileStarting(config: ServerConfig): Promise<void> {
  const { child, gone } = spawnServer(config)
  await wait(300 + Math.random() * 1_500)
  child.kill('SIGKILL')
  await gone
}

/** Resends what had no answer, and once more what had one; resolves to how many batches without an answer were stored all the same. */
async function resend(server: Server, devices: readonly Device[]): Promise<number> {
  let stored = 0
  for (const device of devices) {
    const { lastAcknowledged, unanswered } = device
    if (lastAcknowledged) expect((await server.ingest(lastAcknowledged)).report, 'an acknowledged batch, sent again').toMatchObject({ accepted: 0, duplicates: lastAcknowledged.length, quarantined: 0 })
    if (!unanswered) continue
    const { report } = await device.send(server)
    expect([0, unanswered.length], 'a batch is stored as a whole or not at all').toContain(report?.duplicates)
    expect((report?.accepted ?? 0) + (report?.duplicates ?? 0)).toBe(unanswered.length)
    if (report?.accepted === 0) stored++
  }
  return stored
}

const greatest = (times: Iterable<number>): number => [...times].reduce((most, time) => Math.max(most, time), -Infinity)
