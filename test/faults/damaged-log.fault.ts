import { randomUUID } from 'node:crypto'
import { appendFile, open, readdir, rm, stat, truncate } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectExactly } from './check-readings.ts'
import { type Batch, createDevice, createTwins, type Device } from './device.ts'
import { createDataDirectory, startServer } from './server.ts'

/** A killed server's telemetry log: the newest file with anything in it, and how long it was after each batch. */
interface Left {
  readonly data: string
  readonly log: string
  readonly lengths: readonly number[]
  /** Everything but the last batch. */
  readonly device: Device
  readonly lastBatch: Batch
}

async function findNewestLog(data: string): Promise<string | undefined> {
  const logs = (await readdir(join(data, 'telemetry'), { recursive: true })).filter((name) => /^log-.*\.bin$/.test(basename(name))).sort()
  const sizes = await Promise.all(logs.map(async (name) => (await stat(join(data, 'telemetry', name))).size))
  const newest = logs.findLast((_, index) => (sizes[index] ?? 0) > 0)
  return newest === undefined ? undefined : join(data, 'telemetry', newest)
}

async function newestLog(data: string): Promise<string> {
  const newest = await findNewestLog(data)
  if (newest === undefined) throw new Error(`There is no log with anything in it in ${data}.`)
  return newest
}

/** Batches one by one, so that each is a block of its own, and then a kill. `device` does not know of the last one. */
async function leaveBatches(count: number): Promise<Left> {
  const data = await createDataDirectory()
  const device = createDevice({ name: `damaged-${randomUUID().slice(0, 8)}` })
  const server = await startServer({ data })
  await createTwins(server, [device])
  const lengths: number[] = []
  for (let batch = 1; batch < count; batch++) {
    expect((await device.send(server)).report).toMatchObject({ accepted: 120 })
    lengths.push((await stat(await newestLog(data))).size)
  }
  const copy = new Map([...device.expected].map(([twin, values]) => [twin, new Map(values)]))
  expect((await device.send(server)).status).toBe(200)
  const log = await newestLog(data)
  lengths.push((await stat(log)).size)
  await server.kill()
  return { data, log, lengths, device: { ...device, expected: copy }, lastBatch: device.lastAcknowledged ?? [] }
}

const saysThatItWasCutOff = /the telemetry log ends in bytes that are no whole block/

/** Starts on what was left; the last batch is lost, all before it is there; it can be sent again, and is then there for good. */
async function expectOnlyTheLastLost({ data, device, lastBatch }: Left): Promise<void> {
  {
    await using server = await startServer({ data })
    expect(server.stderr.join('\n')).toMatch(saysThatItWasCutOff)
    await expectExactly(server, [device])
    expect((await server.ready()).status).toBe(200)
    expect((await server.ingest(lastBatch)).report).toMatchObject({ accepted: lastBatch.length, duplicates: 0 })
    await server.kill()
  }
  await using server = await startServer({ data })
  expect((await server.ingest(lastBatch)).report).toMatchObject({ accepted: 0, duplicates: lastBatch.length })
}

describe('The telemetry log after a kill', () => {
  it('may end in half of a block: only that is lost, and the server says so', async () => {
    const left = await leaveBatches(6)
    const [before = 0, after = 0] = left.lengths.slice(-2)
    await truncate(left.log, Math.floor((before + after) / 2))
    await expectOnlyTheLastLost(left)
  }, 120_000)

  it('may end within the length of a block', async () => {
    const left = await leaveBatches(3)
    await truncate(left.log, (left.lengths.at(-2) ?? 0) + 3)
    await expectOnlyTheLastLost(left)
  }, 120_000)

  it('may have a wrong bit in its last block', async () => {
    const left = await leaveBatches(6)
    const [before = 0, after = 0] = left.lengths.slice(-2)
    const file = await open(left.log, 'r+')
    const byte = Buffer.alloc(1)
    await file.read(byte, 0, 1, Math.floor((before + after) / 2))
    byte[0] = (byte[0] ?? 0) ^ 0x10
    await file.write(byte, 0, 1, Math.floor((before + after) / 2))
    await file.close()
    await expectOnlyTheLastLost(left)
  }, 120_000)

  it.each([
    ['a few bytes', Buffer.from([1, 2, 3])],
    ['zeros, as of a file that was made longer before it was written', Buffer.alloc(4_096)],
    ['noise', Buffer.from(Array.from({ length: 10_000 }, (_, index) => (index * 7919 + 13) % 251))],
    ['a block that says it is longer than the file', Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0x7f]), Buffer.alloc(60, 7)])],
  ])('may end in %s: nothing is lost, and the server says so', async (_, garbage) => {
    const { data, log, device, lastBatch } = await leaveBatches(3)
    await appendFile(log, garbage)
    {
      await using server = await startServer({ data })
      expect(server.stderr.join('\n')).toMatch(saysThatItWasCutOff)
      expect((await server.ingest(lastBatch)).report).toMatchObject({ accepted: 0, duplicates: lastBatch.length })
    }
    await using server = await startServer({ data })
    expect(server.stderr.join('\n')).not.toMatch(saysThatItWasCutOff)
    expect(await countOf(server, device)).toBe(new Set([...[...device.expected].flatMap(([twin, values]) => [...values.keys()].map((at) => `${twin} ${at}`)), ...lastBatch.map(({ twin, at }) => `${twin} ${Date.parse(at)}`)]).size)
    }, 120_000)

  it('may lose its last file altogether: what lies in segments is there', async () => {
    const data = await createDataDirectory()
    const device = createDevice({ name: `merged-${randomUUID().slice(0, 8)}` })
    {
      await using server = await startServer({ data })
      await createTwins(server, [device])
      for (let batch = 0; batch < 4; batch++) await device.send(server)
      await server.kill()
    }
    {
      await using server = await startServer({ data }) // what is found in the log is merged at once
      const deadline = performance.now() + 60_000
      while (await server.metric('twinfold_telemetry_unmerged_readings') > 0) if (performance.now() > deadline) throw new Error('Waited a minute for the merge.')
      await server.kill()
    }
    const log = await findNewestLog(data)
    if (log !== undefined) await rm(log)
    await using server = await startServer({ data })
    await expectExactly(server, [device])
    }, 120_000)
})

async function countOf(server: Awaited<ReturnType<typeof startServer>>, { twins }: Device): Promise<number> {
  const { faultMeters } = await server.ask<{ faultMeters: readonly { level: { summary: { count: number } } }[] }>(
    'query($ids: [ID!]) { faultMeters(where: { _id: { in: $ids } }, limit: 1000) { level { summary(from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z") { count } } } }', { ids: twins },
  )
  return faultMeters.reduce((sum, { level }) => sum + level.summary.count, 0)
}
