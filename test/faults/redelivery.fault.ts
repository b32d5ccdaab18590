import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { pageThrough } from './check-readings.ts'
import { createDevice, createTwins } from './device.ts'
import { createDataDirectory, startServer } from './server.ts'

const [noon, later] = ['2026-02-01T12:00:00.000Z', '2026-02-01T13:00:00.000Z']

test.each([
  ['a punctual reading', []],
  ['a late reading', [{ at: later, values: { level: 9 }, sequence: 0 }]],
])('a batch that corrects %s of its own, and is sent again after a kill, changes nothing', async (_, before) => {
  const data = await createDataDirectory()
  const device = createDevice({ name: `again-${randomUUID().slice(0, 8)}`, twinCount: 1 })
  const [twin = ''] = device.twins
  const readings = (messages: readonly object[]) => messages.map((message) => ({ twin, origin: device.twins[0], ...message }))
  const batch = readings([{ at: noon, values: { level: 1 }, sequence: 1 }, { at: noon, values: { level: 2 }, sequence: 2 }])
  const expected = new Map([[Date.parse(noon), 2], ...before.map(({ at, values }) => [Date.parse(at), values.level] as const)])
  {
    await using server = await startServer({ data })
    await createTwins(server, [device])
    if (before.length > 0) expect((await server.ingest(readings(before))).status).toBe(200)
    expect((await server.ingest(batch)).report).toMatchObject({ accepted: 2, duplicates: 0 })
    expect((await server.ingest(batch)).report).toMatchObject({ accepted: 0, duplicates: 2 })
    expect(await pageThrough(server, twin)).toEqual(expected)
    await server.kill()
  }
  await using server = await startServer({ data })
  expect((await server.ingest(batch)).report).toMatchObject({ accepted: 0, duplicates: 2 })
  expect(await pageThrough(server, twin)).toEqual(expected)
}, 120_000)
