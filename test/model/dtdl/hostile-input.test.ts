import { describe, expect, test } from 'vitest'
import { dtdl, iface, parse, problemsOf, property } from './documents.ts'

const long = 'x'.repeat(10_000_000)
/** Of work, not of waiting for others to work. */
const mostMs = 5_000
const many = 20_000
const range = <T>(count: number, make: (index: number) => T): readonly T[] => Array.from({ length: count }, (_, index) => make(index))

/** Whatever is sent, the answer comes soon, lists problems, and is not large. */
describe('Input that means no good is refused without harm:', { timeout: 60_000 }, () => {
  test.each<readonly [string, () => unknown]>([
    ['arrays nested 100,000 deep, as text', () => '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects nested 100,000 deep, as text', () => `${'{"contents":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['a million open brackets', () => '['.repeat(1_000_000)],
    ['values nested 100,000 deep', () => range(100_000, () => 0).reduce((inner: unknown) => ({ contents: [inner] }), {})],
    [
      'a value that contains itself',
      () => {
        const self: Record<string, unknown> = { ...iface('dtmi:a;1') }
        self['contents'] = [self]
        return self
      },
    ],
    ['text of ten million characters that is no JSON', () => long],
    ['an id of ten million characters', () => iface(`dtmi:${long};1`)],
    ['an id of underscores, which patterns could stumble over', () => iface(`dtmi:${'a_'.repeat(1000)}-;1`)],
    ['a context of ten million characters', () => iface('dtmi:a;1', { '@context': `dtmi:${long}` })],
    ['a type of ten million characters', () => ({ ...iface('dtmi:a;1'), '@type': long })],
    [
      'a name of ten million characters around many elements',
      () =>
        iface('dtmi:a;1', {
          contents: property(long, { '@type': 'Object', fields: range(many, (index) => ({ name: `f${index}`, schema: 'double' })) }),
        }),
    ],
    ['a language of ten million characters', () => iface('dtmi:a;1', { displayName: { [long]: 'x' } })],
    ['a description of ten million characters', () => iface('dtmi:a;1', { description: long })],
    ['a chain of 20,000 parents', () => range(many, (index) => iface(`dtmi:a${index};1`, { extends: `dtmi:a${index + 1};1` }))],
    ['a circle of 20,000 parents', () => range(many, (index) => iface(`dtmi:a${index};1`, { extends: `dtmi:a${(index + 1) % many};1` }))],
    [
      'a circle of 20,000 components',
      () =>
        range(many, (index) => iface(`dtmi:a${index};1`, { contents: { '@type': 'Component', name: 'c', schema: `dtmi:a${(index + 1) % many};1` } })),
    ],
    [
      'a chain of 20,000 schemas',
      () =>
        iface('dtmi:a;1', {
          schemas: range(many, (index) => ({ '@id': `dtmi:s${index};1`, '@type': 'Array', elementSchema: `dtmi:s${index + 1};1` })),
        }),
    ],
    [
      'schemas that all contain all others',
      () =>
        iface('dtmi:a;1', {
          ...dtdl(4),
          schemas: range(60, (index) => ({
            '@id': `dtmi:s${index};1`,
            '@type': 'Object',
            fields: range(60, (other) => ({ name: `f${other}`, schema: `dtmi:s${other};1` })),
          })),
        }),
    ],
    [
      'schemas that fan out twofold forty times',
      () =>
        iface('dtmi:a;1', {
          schemas: range(40, (index) => ({
            '@id': `dtmi:s${index};1`,
            '@type': 'Object',
            fields: ['l', 'r'].map((name) => ({ name, schema: index === 39 ? 'double' : `dtmi:s${index + 1};1` })),
          })),
        }),
    ],
    [
      'parents that fan out tenfold two thousand times',
      () =>
        range(2_000, (index) => iface(`dtmi:a${index};1`, { extends: range(Math.min(10, 1_999 - index), (step) => `dtmi:a${index + step + 1};1`) })),
    ],
    ['half a million values of the wrong kind', () => iface('dtmi:a;1', { contents: range(500_000, () => 5) })],
    ['60,000 contents', () => iface('dtmi:a;1', { contents: range(60_000, (index) => property(`p${index}`)) })],
    ['20,000 extensions that nobody knows', () => iface('dtmi:a;1', dtdl(2, ...range(20_000, (index) => `dtmi:x${index};1`)))],
    ['null', () => null],
    ['a number', () => 5],
    ['no text at all', () => ''],
    ['undefined', () => undefined],
    ['an array of null', () => [null]],
    ['an empty object', () => ({})],
    ['a bigint', () => 10n],
    ['a date', () => new Date(0)],
  ])('%s', (_, make) => {
    const document = make()
    const before = process.cpuUsage()
    const problems = problemsOf(document)
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(mostMs)
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.length).toBeLessThanOrEqual(1_000)
  })

  test('nothing to publish is nothing wrong', () => {
    expect(parse([[], '[]', '\uFEFF[]'])).toEqual({ ok: true, models: [], unresolved: [] })
  })
})
