import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMapped, decodePayload } from '../../../src/telemetry/source/decode.ts'
import type { SubscriptionDefinition } from '../../../src/telemetry/source/definition.ts'
import { readPayload, readText, toKept } from '../../../src/telemetry/source/payload.ts'
import { matchTopic, parseTopicTemplate } from '../../../src/telemetry/source/topic-template.ts'

function decode(topic: string, sent: string, text: string, { properties = {}, ...rest }: Partial<Omit<SubscriptionDefinition, 'topic'>> & { properties?: Record<string, string> } = {}) {
  const { template } = parseTopicTemplate(topic)
  const bindings = matchTopic(template, sent)
  if (bindings === undefined) throw new Error('The topic does not match.')
  const subscription = { topic: template, payload: 'json', mapping: undefined, telemetry: undefined, origin: undefined, ...rest } as const
  const read = decodePayload(subscription, { topic: sent, bindings, properties: new Map(Object.entries(properties)), text })
  return read.ok ? read.value : read.message
}
const plant = (text: string, options?: Parameters<typeof decode>[3]) => decode('plants/{twin}', 'plants/pump-1', text, options)

describe('A payload', () => {
  it('is a message whose twin the topic names', () => {
    expect(plant('{"at":"2026-01-01T00:00:00Z","values":{"flow":2.5},"quality":"BAD"}')).toEqual([{ twin: 'pump-1', at: '2026-01-01T00:00:00Z', values: { flow: 2.5 }, quality: 'BAD' }])
  })

  it('is an object of values', () => {
    expect(plant('{"flow":2.5,"state":"on"}')).toEqual([{ twin: 'pump-1', values: { flow: 2.5, state: 'on' } }])
  })

  it('is a list of both, in its order; what is neither is left for the pipeline to refuse alone', () => {
    expect(plant('[{"values":{"flow":1}},{"flow":2},3]')).toEqual([{ twin: 'pump-1', values: { flow: 1 } }, { twin: 'pump-1', values: { flow: 2 } }, 3])
    expect(plant('[]')).toEqual([])
  })

  it('is a value, where the topic or the subscription names the telemetry', () => {
    const value = (text: string, payload: 'json' | 'number' | 'text') => decode('p/{twin}/{name}', 'p/pump-1/flow', text, { payload })
    expect(value('2.5', 'json')).toEqual([{ twin: 'pump-1', values: { flow: 2.5 } }])
    expect(value('{"x":1}', 'json')).toEqual([{ twin: 'pump-1', values: { flow: { x: 1 } } }])
    expect(value(' 21.50\n', 'number')).toEqual([{ twin: 'pump-1', values: { flow: 21.5 } }])
    expect(value('running', 'text')).toEqual([{ twin: 'pump-1', values: { flow: 'running' } }])
    expect(plant('7', { payload: 'number', telemetry: 'level' })).toEqual([{ twin: 'pump-1', values: { level: 7 } }])
    expect(plant('7')).toBe('The payload "7" is a value, and nothing says of which telemetry.')
  })

  it('keeps integers of any size, and names that are special to JavaScript', () => {
    expect(plant('{"count":12345678901234567890,"small":9007199254740991}')).toEqual([{ twin: 'pump-1', values: { count: 12345678901234567890n, small: 9007199254740991 } }])
    expect(readPayload('number', '-12345678901234567890')).toEqual({ ok: true, value: -12345678901234567890n })
    const [body] = plant('{"values":{"__proto__":1,"constructor":2}}')
    expect(JSON.stringify(body)).toBe('{"values":{"__proto__":1,"constructor":2},"twin":"pump-1"}')
    expect(JSON.stringify(decode('p/{twin}/{name}', 'p/a/__proto__', '1'))).toBe('[{"values":{"__proto__":1},"twin":"a"}]')
  })

  it('takes from its properties what it does not say itself', () => {
    const properties = { origin: 'plc-7', sequence: '42', at: '2026-01-01T00:00:00Z', colour: 'red' }
    expect(plant('{"values":{}}', { properties, origin: 'plant' })).toEqual([{ twin: 'pump-1', values: {}, origin: 'plc-7', sequence: 42, at: '2026-01-01T00:00:00Z' }])
    expect(plant('{"values":{},"origin":"me","sequence":7,"at":"2025-01-01T00:00:00Z"}', { properties })).toEqual([{ twin: 'pump-1', values: {}, origin: 'me', sequence: 7, at: '2025-01-01T00:00:00Z' }])
    expect(plant('{"values":{}}', { origin: 'plant' })).toEqual([{ twin: 'pump-1', values: {}, origin: 'plant' }])
    expect(plant('{"values":{}}', { properties: { sequence: 'many' } })).toEqual([{ twin: 'pump-1', values: {}, sequence: 'many' }]) // for the pipeline to refuse
  })

  it('speaks for no other twin than its topic', () => {
    expect(plant('{"twin":"pump-2","values":{"flow":1}}')).toBe('The payload says the twin "pump-2", its topic "pump-1".')
    expect(plant('[{"values":{}},{"twin":"pump-2","values":{}}]')).toContain('pump-2')
    expect(plant('{"twin":"pump-1","values":{}}')).toEqual([{ twin: 'pump-1', values: {} }])
    expect(decode('fleet', 'fleet', '{"twin":"pump-2","values":{}}')).toEqual([{ twin: 'pump-2', values: {} }])
    expect(decode('plants/{twin}', 'plants/', '{"values":{}}')).toBe('The topic has nothing where the twin should be.')
  })

  it('is refused in one sentence where it is not what it should be', () => {
    expect(plant('')).toBe('The payload is empty.')
    expect(plant('{"values":')).toMatch(/^The payload is not JSON: /)
    expect(plant(JSON.stringify(Array.from({ length: 10_001 }, () => 0)))).toBe('The payload has 10001 messages; at most 10000 are taken.')
    expect(plant('['.repeat(200_000))).toBe('The payload nests 200000 levels deep; at most 100 are taken.')
    for (const text of ['', 'NaN', '1,5', '0x10', '1e400', '--1', '1 2']) expect(readPayload('number', text)).toMatchObject({ ok: false })
    expect(readText(Uint8Array.of(0xff, 0xfe))).toEqual({ ok: false, message: 'The payload is not UTF-8 text.' })
  })

  it('never makes the decoder throw', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string(), fc.string().map((text) => JSON.stringify({ values: text }))), fc.constantFrom('json', 'number', 'text'), (text, payload) => {
      const read = decode('p/{twin}/{name}', 'p/a/b', text, { payload })
      expect(Array.isArray(read) || typeof read === 'string').toBe(true)
      expect(Array.isArray(plant(text)) || typeof plant(text) === 'string').toBe(true)
    }))
  })

  it('is kept as it came, as text or as base64', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => {
      const text = readText(bytes)
      expect(toKept(bytes, false)).toBe(text.ok ? text.value : Buffer.from(bytes).toString('base64'))
    }))
    expect(toKept(Buffer.from('aä').subarray(0, 2), true)).toBe('a') // cut in the middle of a character
  })
})

describe('What a mapping yields', () => {
  const mapped = (yielded: unknown) => {
    const { template } = parseTopicTemplate('p/{twin}')
    const read = decodeMapped({ topic: template, payload: 'json', mapping: '', telemetry: undefined, origin: 'plc' }, { topic: 'p/a', bindings: new Map([['twin', 'a']]), properties: new Map() }, yielded)
    return read.ok ? read.value : read.message
  }

  it('is a message or a list of them, completed as others are; the operator may name any twin', () => {
    expect(mapped({ values: { flow: 1 } })).toEqual([{ twin: 'a', values: { flow: 1 }, origin: 'plc' }])
    expect(mapped([{ twin: 'b', values: {}, origin: 'x' }])).toEqual([{ twin: 'b', values: {}, origin: 'x' }])
    expect(mapped([])).toEqual([])
  })

  it('is not nothing, which would lose the payload without a word', () => {
    expect(mapped(undefined)).toBe('The mapping yields nothing; a message or a list of them is needed, or [] for none.')
    expect(mapped('x')).toContain('The mapping yields "x"')
    expect(mapped([{ values: {} }, null])).toContain('The mapping yields "null"')
  })
})
