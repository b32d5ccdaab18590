import { afterAll, describe, expect, it } from 'vitest'
import { createProcessMapper } from '../../../src/adapters/process/mapper.ts'
import type { MappingJob } from '../../../src/telemetry/source/mapping.ts'

const mapper = createProcessMapper()
afterAll(() => mapper[Symbol.asyncDispose]())

const job = (expression: string, text: string, bindings: Record<string, string> = {}, properties: Record<string, string> = {}): MappingJob =>
  ({ expression, payload: 'json', arrival: { topic: 'plants/a', text, bindings: new Map(Object.entries(bindings)), properties: new Map(Object.entries(properties)) } })
const slowPattern = '$contains(s, /^(?=(a+)+$)a/)'
const endlessText = JSON.stringify({ s: `${'a'.repeat(50)}!` })
const failing = (message: RegExp) => ({ ok: false, message: expect.stringMatching(message) })

describe('A mapping', () => {
  it('makes messages of a payload, with the names of the topic as its variables', async () => {
    const expression = '$map(r, function($x) { { "twin": $twin, "values": { $x.k: $x.v }, "at": $x.t, "origin": $properties.gateway & "/" & $topic } })'
    expect(await mapper.map([job(expression, '{"r":[{"k":"flow","v":1,"t":"2026-01-01T00:00:00Z"},{"k":"level","v":2,"t":"2026-01-01T00:00:01Z"}]}', { twin: 'pump-1' }, { gateway: 'gw' })])).toEqual([{
      ok: true,
      value: [
        { twin: 'pump-1', values: { flow: 1 }, at: '2026-01-01T00:00:00Z', origin: 'gw/plants/a' },
        { twin: 'pump-1', values: { level: 2 }, at: '2026-01-01T00:00:01Z', origin: 'gw/plants/a' },
      ],
    }])
  })

  it('carries integers of any size through', async () => {
    expect(await mapper.map([job('{ "values": { "n": n } }', '{"n":12345678901234567890}')])).toEqual([{ ok: true, value: { values: { n: 12345678901234567890n } } }])
  })

  it('answers each payload of a batch by itself, in their order', async () => {
    const outcomes = await mapper.map([job('{ "v": x + 1 }', '{"x":1}'), job('{ "v": x + 1 }', '{"x":"one"}'), job('{ "v": x + 1 }', 'no JSON'), job('nothing', '{}'), job('{ "v": x + 1 }', '{"x":2}')])
    expect(outcomes).toEqual([{ ok: true, value: { v: 2 } }, failing(/^The mapping fails on it: .*\+/), failing(/^The payload is not JSON/), { ok: true, value: undefined }, { ok: true, value: { v: 3 } }])
  })

  it('runs again after every payload that sought to hang or end the process', async () => {
    const hostile: readonly (readonly [string, string, RegExp])[] = [
      ['( $f := function($n) { $n > 0 ? $f($n + 1) : 0 }; $f(n) )', '{"n":1}', /timeout|longer/], // a loop by tail calls
      ['( $f := function($n) { 1 + $f($n) }; $f(n) )', '{"n":1}', /[Ss]tack|timeout/], // a recursion that never ends
      [slowPattern, endlessText, /longer than/], // a regular expression that looks for ages, within one step
      ['$eval(code)', '{"code":"( $f := function($n) { $f($n) }; $f(1) )"}', /timeout|longer/], // code in the payload
      ['[1..n]', '{"n":100000000}', /sequence|longer/],
      ['$reduce([1..30], function($s, $i) { $s & $s }, s)', '{"s":"aaaaaaaaaa"}', /Invalid string length/], // doubles ten letters thirty times
      ['$map([1..1000], function($i) { $split($pad("x", n, "y"), "") })', '{"n":5000000}', /memory|longer|timeout/], // gigabytes in small pieces
      ['$pad("x", n, "y")', '{"n":400000000}', /memory|longer/], // and in one
      ['( $f := function($l, $n) { $n = 0 ? $l : $f([$l, $l], $n - 1) }; $f([x], 30) )', '{"x":"abcdefgh"}', /sequence|memory|longer|timeout/],
    ]
    for (const [expression, text, reason] of hostile) {
      const outcomes = await mapper.map([job('x', '{"x":1}'), job(expression, text), job('x', '{"x":2}')])
      expect(outcomes, expression).toEqual([{ ok: true, value: 1 }, failing(reason), { ok: true, value: 2 }])
    }
  })

  it('is not blamed for how much comes at once', async () => {
    const large = JSON.stringify({ text: '…'.repeat(950_000) })
    expect(await mapper.map(Array.from({ length: 80 }, () => job('$length(text)', large)))).toEqual(Array.from({ length: 80 }, () => ({ ok: true, value: 950_000 })))
  })

  it('takes linear time over regular expressions that look neither back nor around', async () => {
    expect(await mapper.map([job('$contains(s, /^(a+)+$/)', endlessText)])).toEqual([{ ok: true, value: false }])
  })

  it('leaves the process free to do other things meanwhile', async () => {
    let turns = 0
    const ticking = setInterval(() => { turns++ }, 5)
    await mapper.map([job(slowPattern, endlessText)])
    clearInterval(ticking)
    expect(turns).toBeGreaterThan(10)
  })
})
