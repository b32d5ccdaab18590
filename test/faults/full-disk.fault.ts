import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { until } from '../http/api.ts'
import { expectExactly } from './check-readings.ts'
import { createDevice, createTwins, type Device } from './device.ts'
import { type Server, startServer } from './server.ts'

/** A disk of its own, small enough to be filled. Mounting takes the rights of an administrator. */
const disk = mkdtempSync(join(tmpdir(), 'twinfold-disk-'))
const isMounted = mount()
if (!isMounted) process.stdout.write('Skipped: a full disk. Mounting a small one takes the rights of an administrator.\n')

function mount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', disk], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

afterAll(() => {
  if (isMounted) execFileSync('umount', ['--lazy', disk])
  rmSync(disk, { recursive: true, force: true })
})

const ballast = join(disk, 'ballast')

/** Writes until nothing more fits. */
async function fillDisk(): Promise<void> {
  const file = await open(ballast, 'a')
  try {
    for (let block = 65_536; block >= 1;) {
      try {
        const { bytesWritten } = await file.write(Buffer.alloc(block))
        if (bytesWritten < block) block = Math.floor(block / 2)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        block = Math.floor(block / 2)
      }
    }
  } finally {
    await file.close()
  }
  expect(statfsSync(disk).bavail).toBe(0)
}

/** The last page of the log may have room for a little. */
async function sendUntilRefused(device: Device, server: Server): Promise<{ readonly status: number; readonly code: string | undefined; readonly retryAfter: string | null }> {
  for (let batch = 0; batch < 50; batch++) {
    const answer = await device.send(server)
    if (answer.status !== 200) return answer
  }
  throw new Error('Fifty batches were taken on a full disk.')
}

const refused = { status: 503, code: 'TELEMETRY_UNAVAILABLE', retryAfter: expect.stringMatching(/^\d+$/) as string }

test.runIf(isMounted)('on a full disk readings are refused and reads go on; with space it recovers by itself, and nothing acknowledged is lost', async () => {
  const device = createDevice({ name: `full-${randomUUID().slice(0, 8)}` })
  const data = join(disk, 'data')
  {
    await using server = await startServer({ data })
    await createTwins(server, [device])
    for (let batch = 0; batch < 20; batch++) expect((await device.send(server)).status).toBe(200)

    await fillDisk()
    expect(await sendUntilRefused(device, server)).toMatchObject(refused)
    expect(await server.ready()).toMatchObject({ status: 503, parts: { telemetry: false, store: true, schema: true } })
    expect(await server.metric('twinfold_telemetry_writable')).toBe(0)
    for (let again = 0; again < 5; again++) expect(await device.send(server)).toMatchObject(refused)
    await expectExactly(server, [device])

    await rm(ballast)
    await until(async () => (await server.ready()).status === 200, 'the server is ready again, though nobody sent anything', 15_000)
    const { report } = await device.send(server)
    expect(report).toMatchObject({ accepted: 120, duplicates: 0 })
    for (let batch = 0; batch < 5; batch++) expect((await device.send(server)).status).toBe(200)
    await expectExactly(server, [device])
    await server.kill()
  }
  await using server = await startServer({ data })
  await expectExactly(server, [device])
}, 180_000)

test.runIf(isMounted)('a server starts on a full disk; what it cannot merge is read from the log, and merged when there is space', async () => {
  const device = createDevice({ name: `merge-${randomUUID().slice(0, 8)}`, batchSize: 2_000 })
  const data = join(disk, 'unmerged')
  {
    await using server = await startServer({ data })
    await createTwins(server, [device])
    for (let batch = 0; batch < 10; batch++) expect((await device.send(server)).status).toBe(200)
    await server.kill()
  }
  await fillDisk()
  await using server = await startServer({ data })
  await until(() => server.stderr.some((line) => line.includes('could not be merged')), 'a merge was tried', 60_000)
  expect(await server.metric('twinfold_telemetry_unmerged_readings')).toBeGreaterThan(0)
  await expectExactly(server, [device])
  await rm(ballast)
  await until(async () => await server.metric('twinfold_telemetry_unmerged_readings') === 0, 'everything is merged', 60_000)
  await expectExactly(server, [device])
  expect((await device.send(server)).status).toBe(200)
  expect(await server.ready()).toMatchObject({ status: 200 })
  await expectExactly(server, [device])
}, 240_000)
