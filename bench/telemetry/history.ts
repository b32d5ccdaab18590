import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { closedLoop } from './loops.ts'
import { metric } from './metric.ts'
import { postBatch, reportOf } from './post.ts'
import { batchReadings, createTraffic } from './traffic.ts'

export interface History {
  /** All series have a reading in each of these. */
  readonly minutes: number
  readonly readings: number
  readonly loadSeconds: number
  /** Until nothing waited to be merged any more. */
  readonly mergeSeconds: number
  readonly bytesPerReading: number
}

/** Every series' readings at steps of a minute, in order of time, for so long; then waits until they are merged, and looks at the disk. */
export async function loadHistory(url: string, telemetryDirectory: string, seconds: number, inFlight: number): Promise<History> {
  const traffic = createTraffic({ values: 1, disorder: false })
  const start = performance.now()
  const rate = await closedLoop(inFlight, seconds, async () => { reportOf(await postBatch(url, traffic.next().body)) })
  const loaded = performance.now()
  while (await metric(url, 'twinfold_telemetry_unmerged_readings') > 0) {
    if (performance.now() - loaded > 600_000) throw new Error('Readings were not merged within ten minutes.')
    await wait(250)
  }
  const readings = await metric(url, 'twinfold_telemetry_stored_readings')
  const loadSeconds = (loaded - start) / 1_000
  if (Math.abs(readings - rate * batchReadings * loadSeconds) > batchReadings) throw new Error(`${readings} readings are stored; ${Math.round(rate * batchReadings * loadSeconds)} were sent.`)
  return { minutes: traffic.minute, readings, loadSeconds, mergeSeconds: (performance.now() - loaded) / 1_000, bytesPerReading: await bytesIn(telemetryDirectory) / readings }
}

async function bytesIn(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map(async (entry) => (await stat(join(entry.parentPath, entry.name))).blocks * 512))
  return sizes.reduce((sum, size) => sum + size, 0)
}
