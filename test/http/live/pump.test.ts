import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PayloadStream } from '../../../src/change/payload-stream.ts'
import { createPump } from '../../../src/http/live/pump.ts'
import { createTurns } from '../../../src/http/live/turns.ts'
import { until } from '../api.ts'

/** A stream that gives what it was given, and ends after so many. */
function streamOf(total: number): PayloadStream & { readonly waiting: string[]; readonly isClosed: () => boolean } {
  const waiting: string[] = []
  let [given, isClosed] = [0, false]
  return {
    waiting,
    take() {
      const next = waiting.shift()
      if (next !== undefined) given++
      return next
    },
    get isDone() {
      return given === total
    },
    close: () => { isClosed = true },
    isClosed: () => isClosed,
  }
}

describe('A pump', () => {
  it('says everything of every stream once and in order, then its end, however streams and the connection take turns', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('give' as const), stream: fc.nat(4), count: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ kind: fc.constant('room' as const), hasRoom: fc.boolean() }),
      fc.record({ kind: fc.constant('wait' as const) }),
    )
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const turns = createTurns()
      const pipe = { hasRoom: true, together: (work: () => void) => { work() } }
      const pump = createPump(turns, pipe)
      const totals = [0, 1, 2, 3, 4].map((at) => steps.reduce((sum, each) => sum + (each.kind === 'give' && each.stream === at ? each.count : 0), 0))
      const said: string[][] = totals.map(() => [])
      const streams = totals.map(streamOf)
      const flows = streams.map((stream, at) => pump.add(stream, {
        next(payload) {
          expect(pipe.hasRoom).toBe(true)
          said[at]?.push(payload)
        },
        fail: (error) => { throw error },
        done: () => { said[at]?.push('end') },
      }))
      const given = totals.map(() => 0)
      for (const each of steps) {
        if (each.kind === 'give') {
          for (let n = 0; n < each.count; n++) streams[each.stream]?.waiting.push(String(given[each.stream]!++))
          flows[each.stream]?.wake()
        } else if (each.kind === 'room') {
          pipe.hasRoom = each.hasRoom
          if (each.hasRoom) pump.resume()
        } else await new Promise(setImmediate)
      }
      pipe.hasRoom = true
      pump.resume()
      await until(() => pump.size === 0, 'every stream is done')
      expect(said).toEqual(totals.map((total) => [...Array.from({ length: total }, (_, n) => String(n)), 'end']))
      expect([streams.every((stream) => stream.isClosed()), turns.waiting, pump.isQuiet]).toEqual([true, 0, true])
    }), { numRuns: 100 })
  })

  it('takes nothing from a stream that was closed, whatever it still says', async () => {
    const turns = createTurns()
    const pump = createPump(turns, { hasRoom: true, together: (work) => { work() } })
    const stream = streamOf(2)
    const flow = pump.add(stream, { next: () => { throw new Error('said') }, fail: () => { throw new Error('failed') }, done: () => { throw new Error('done') } })
    stream.waiting.push('a')
    flow.wake()
    flow.close()
    flow.wake()
    await new Promise(setImmediate)
    expect([stream.waiting, stream.isClosed(), pump.size, turns.waiting]).toEqual([['a'], true, 0, 0])
  })
})

describe('Turns', () => {
  it('go round: nobody has a second one before everybody had the first, and timers run in between', async () => {
    const turns = createTurns()
    const order: number[] = []
    let timers = 0
    const timer = setInterval(() => { timers++ }, 1)
    const senders = Array.from({ length: 5 }, (_, n) => {
      let left = 40
      return { sendSome: () => { order.push(n); const end = performance.now() + 1; while (performance.now() < end); return --left > 0 } }
    })
    for (const sender of senders) turns.ask(sender)
    await until(() => turns.waiting === 0, 'all are through')
    clearInterval(timer)
    expect(order).toEqual(Array.from({ length: 200 }, (_, at) => at % 5))
    expect(timers).toBeGreaterThan(10)
  })
})
