import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decodeFrame, encodeFrame, type Frame } from '../../../src/adapters/duckdb/frame.ts'
import { type FoundLog, openLogFiles } from '../../../src/adapters/duckdb/log-files.ts'
import { type Placed, toRows } from '../../../src/adapters/duckdb/rows.ts'
import type { SeriesKey } from '../../../src/telemetry/reading.ts'

let directory: string
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'twinfold-log-')) })
afterEach(() => rm(directory, { recursive: true, force: true }))

const key: SeriesKey = { twin: 'p', name: 'flow', kind: 'float', source: 'MEASURED', run: null }
const safe = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
const placed = (value: fc.Arbitrary<number | bigint | string>): fc.Arbitrary<readonly Placed[]> => fc.array(fc.record({
  series: fc.nat(), origin: fc.nat(), received: safe,
  reading: fc.record({ series: fc.constant(key), at: safe, value, quality: fc.constantFrom('GOOD' as const, 'UNCERTAIN' as const, 'BAD' as const), origin: fc.constant(null), sequence: fc.option(fc.maxSafeNat()) }),
}))
const frames: fc.Arbitrary<Frame> = fc.record({
  series: fc.array(fc.tuple(fc.nat(), fc.record({ ...Object.fromEntries(Object.entries(key).map(([name, value]) => [name, fc.constant(value)])), twin: fc.string({ unit: 'grapheme' }) }) as fc.Arbitrary<SeriesKey>)),
  origins: fc.array(fc.tuple(fc.nat(), fc.string())),
  blocks: fc.tuple(placed(fc.double({ noNaN: true })), placed(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), placed(fc.string({ unit: 'grapheme' })))
    .map(([num, int, text]) => [toRows('num', false, num), toRows('int', true, int), toRows('text', false, text)]),
})
const frame = (twin: string): Frame => ({ series: [[1, { ...key, twin }]], origins: [], blocks: [] })

async function reopened(merged = 0): Promise<readonly FoundLog[]> {
  const found: FoundLog[] = []
  await using _logs = await openLogFiles(directory, merged, (log) => void found.push(log))
  return found
}
const twinsOf = (found: readonly FoundLog[]): readonly string[] => found.flatMap((log) => log.frames.flatMap(({ series }) => series.map(([, { twin }]) => twin)))

describe('A frame of the telemetry log', () => {
  it('is read as it was written, whatever is in it', () => {
    fc.assert(fc.property(frames, frames, (first, second) => {
      const bytes = Buffer.concat([encodeFrame(first), encodeFrame(second)])
      const one = decodeFrame(bytes, 0)
      const two = decodeFrame(bytes, one?.next ?? 0)
      expect([one?.frame, two?.frame, two?.next]).toEqual([first, second, bytes.length])
    }), { numRuns: 50 })
  })

  it('is none with any byte changed or cut off', () => {
    const whole = encodeFrame(frame('p1'))
    fc.assert(fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
      const damaged = Buffer.from(whole)
      damaged.writeUInt8((damaged.readUInt8(place) + change) % 256, place)
      expect(decodeFrame(damaged, 0)).toBeUndefined()
      expect(decodeFrame(whole.subarray(0, place), 0)).toBeUndefined()
    }))
  })
})

describe('The telemetry log', () => {
  it('gives back what was appended, in order, over several files', async () => {
    {
      await using logs = await openLogFiles(directory, 0, () => undefined)
      await logs.append(encodeFrame(frame('a')))
      expect(await logs.rotate()).toBe(1)
      await logs.append(encodeFrame(frame('b')))
      await logs.append(encodeFrame(frame('c')))
    }
    const found = await reopened()
    expect([twinsOf(found), found.map(({ number, torn }) => [number, torn])]).toEqual([['a', 'b', 'c'], [[1, 0], [2, 0]]])
    expect(twinsOf(await reopened(1))).toEqual(['b', 'c']) // the first was merged
    expect((await readdir(directory)).length).toBeLessThan(5)
  })

  it.each([
    ['garbage at its end', (path: string) => appendFile(path, Buffer.from('garbage that is no frame')), ['a', 'b']],
    ['the beginning of a frame at its end', (path: string) => appendFile(path, encodeFrame(frame('c')).subarray(0, 40)), ['a', 'b']],
    ['its last frame cut short', async (path: string) => truncate(path, (await readFile(path)).length - 3), ['a']],
    ['its last bytes overwritten', async (path: string) => {
      const bytes = await readFile(path)
      await writeFile(path, bytes.fill(0, bytes.length - 9))
    }, ['a']],
  ])('with %s is read up to there, says so, and is whole from then on', async (_what, damage, twins) => {
    {
      await using logs = await openLogFiles(directory, 0, () => undefined)
      await logs.append(encodeFrame(frame('a')))
      await logs.append(encodeFrame(frame('b')))
    }
    await damage(join(directory, 'log-0000000001.bin'))
    const [found] = await reopened()
    expect([twinsOf(found ? [found] : []), (found?.torn ?? 0) > 0]).toEqual([twins, true])
    expect((await reopened())[0]?.torn).toBe(0)
    expect((await readdir(directory)).some((name) => name.startsWith('log-0000000001.bin.damaged-'))).toBe(true)
  })
})
