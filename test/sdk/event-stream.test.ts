import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventStreamParser } from '../../sdk/src/event-stream.ts'

const events = fc.array(fc.record({ event: fc.constantFrom('next', 'complete'), data: fc.string({ unit: fc.constantFrom('a', ':', ' ', '{', '"', 'ä', '\n') }) }), { maxLength: 8 })
const ends = fc.constantFrom('\n', '\r', '\r\n')

test('events come out as they went in, however the stream is cut', () => {
  fc.assert(fc.property(events, ends, fc.array(fc.nat(200), { maxLength: 12 }), (sent, end, cuts) => {
    const text = sent.map(({ event, data }) => [':', `event: ${event}`, ...data.split('\n').map((line) => `data: ${line}`), '', ''].join(end)).join('')
    const places = [...new Set(cuts.map((cut) => Math.min(cut, text.length))), 0, text.length].sort((a, b) => a - b)
    const parser = createEventStreamParser()
    const received = places.flatMap((place, index) => parser.push(text.slice(place, places[index + 1] ?? text.length)))
    expect([...received, ...parser.push(':\n')]).toEqual(sent) // what follows tells that a CR at the end was a whole line end
  }), { numRuns: 1_000 })
})
