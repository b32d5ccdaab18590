import { afterAll, describe, expect, it } from 'vitest'
import { createTrialApi, sendRaw, type Answer } from './api.ts'

const api = await createTrialApi()
afterAll(() => api[Symbol.asyncDispose]())

const codes = ({ body }: Answer): readonly unknown[] => (body.errors ?? []).map(({ extensions }) => extensions['code'])
const times = (count: number, of: (n: number) => string): string => Array.from({ length: count }, (_, n) => of(n)).join(' ')
const fragments = (count: number, of: (n: number) => string): string => times(count, (n) => `fragment F${n} on Node { ${of(n)} }`)

/** The server is unharmed when it answers another question. */
async function isWell(): Promise<boolean> {
  return (await api.ask('{ version }')).body.data?.['version'] === 'one'
}

describe('An attack by a document', () => {
  it.each([
    ['a thousand aliases', `{ ${times(1_000, (n) => `a${n}: version`)} }`, 400, ['TOO_MANY_ALIASES']],
    ['aliases multiplied by fragments', `{ node(id: 1) { ...F0 } } ${fragments(10, (n) => `a: next(limit: 1) { ...F${n + 1} } b: next(limit: 1) { ...F${n + 1} }`)} fragment F10 on Node { id }`, 400, ['TOO_MANY_ALIASES']],
    ['a hundred levels', `{ node(id: 1) ${'{ next '.repeat(99)} { id } ${'}'.repeat(99)} }`, 400, ['QUERY_TOO_DEEP']],
    ['a hundred thousand levels', `{ node(id: 1) ${'{ next '.repeat(100_000)}`, 400, ['QUERY_TOO_DEEP']],
    ['a hundred thousand levels in an argument', `{ echo(value: ${'['.repeat(100_000)}`, 400, ['QUERY_TOO_DEEP']],
    ['ten thousand times ten thousand objects', '{ nodes(limit: 10000) { next(limit: 10000) { id } } }', 400, ['QUERY_TOO_COSTLY']],
    ['a fragment bomb', `{ node(id: 1) { ...F0 } } ${fragments(16, (n) => `nextConnection(first: 9) { edges { node { ...F${n + 1} } } }`)} fragment F16 on Node { id }`, 400, ['QUERY_TOO_DEEP']],
    ['a chain of fragments as long as a document may be', `{ node(id: 1) { ...F0 } } ${fragments(900, (n) => `...F${n + 1}`)} fragment F900 on Node { name }`, 200, []],
    ['a circle of fragments', `{ node(id: 1) { ...F0 } } ${fragments(2, (n) => `...F${1 - n}`)}`, 400, ['GRAPHQL_VALIDATION_FAILED']],
    ['more tokens than are taken', `{ ${'version '.repeat(10_000)} }`, 400, ['GRAPHQL_PARSE_FAILED']],
    ['a field thousands of times', `{ ${'version '.repeat(7_000)} }`, 400, ['GRAPHQL_VALIDATION_FAILED']],
    ['a thousand directives', `{ version ${'@skip(if: false) '.repeat(1_000)} }`, 400, undefined],
    ['a circle through introspection', `{ __schema { types { fields { type ${'{ fields { type '.repeat(8)} { name } ${'} }'.repeat(8)} } } } }`, 400, ['GRAPHQL_VALIDATION_FAILED']],
    ['twenty schemas at once', `{ ${times(60, (n) => `s${n}: __schema { types { name } }`)} }`, 400, ['QUERY_TOO_COSTLY']],
  ])('%s', async (_what, query, status, expected) => {
    const start = performance.now()
    const answer = await api.ask(query)
    expect([answer.status, expected && codes(answer)]).toEqual([status, expected])
    expect(performance.now() - start).toBeLessThan(2_000)
    expect(await isWell()).toBe(true)
  })

  it('by page sizes in variables is refused as one by literals is, on every request', async () => {
    const query = 'query ($n: Int) { nodes(limit: $n) { next(limit: $n) { id } } }'
    expect((await api.ask(query, { variables: { n: 2 } })).status).toBe(200)
    for (const variables of [{ n: 10_000 }, { n: 10_000 }]) expect(codes(await api.ask(query, { variables }))).toEqual(['QUERY_TOO_COSTLY'])
  })

  it('on validation by overlapping fields ends soon', async () => {
    const start = performance.now()
    const answer = await api.ask(`{ node(id: 1) { ${times(700, (n) => `next(limit: ${n}) { id }`)} } }`)
    expect(codes(answer)).toContain('GRAPHQL_VALIDATION_FAILED')
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})

describe('An attack by a body', () => {
  it('of too many bytes is refused before it is read', async () => {
    const answer = await api.ask('query ($v: JSON) { echo(value: $v) }', { variables: { v: 'x'.repeat(10_000_000) } })
    expect([answer.status, codes(answer)]).toEqual([413, ['PAYLOAD_TOO_LARGE']])
    expect(await isWell()).toBe(true)
  })

  it('with a text of megabytes is taken where it fits', async () => {
    const text = 'ä'.repeat(2_000_000)
    expect((await api.ask('query ($v: JSON) { echo(value: $v) }', { variables: { v: text } })).body.data).toEqual({ echo: text })
  })

  it('that nests a hundred thousand levels is refused', async () => {
    for (const [open, close] of [['[', ']'], ['{"a":', '}']] as const) {
      const answer = await api.send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: `{"query":"{ version }","variables":{"v":${open.repeat(100_000)}1${close.repeat(100_000)}}}` })
      expect([answer.status, codes(answer)]).toEqual([400, ['MALFORMED_BODY']])
    }
    expect(await isWell()).toBe(true)
  })

  it('with keys of prototypes finds names like any other', async () => {
    const body = '{"query":"query ($v: JSON) { echo(value: $v) }","variables":{"v":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}},"__proto__":{"v":1}},"__proto__":{"query":"{ bug }"}}'
    const answer = await api.send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(answer.text).toContain('{"data":{"echo":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}}')
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect(await isWell()).toBe(true)
  })

  it('whose variables or extensions are no objects is refused', async () => {
    for (const more of [{ variables: 'text' }, { variables: [1] }, { extensions: 3 }]) expect((await api.send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: '{ version }', ...more }) })).status).toBe(400)
  })
})

describe('An attack by HTTP', () => {
  it('with a persisted query finds them off', async () => {
    const answer = await api.send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }) })
    expect(codes(answer)).toEqual(['PERSISTED_QUERY_NOT_SUPPORTED'])
  })

  it('with a header of many kilobytes is refused', async () => {
    expect(await sendRaw(api.url, `GET /graphql HTTP/1.1\r\nhost: localhost\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /)
    expect(await isWell()).toBe(true)
  })

  it('with a length that is not its body\'s is refused', async () => {
    expect(await sendRaw(api.url, 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: nonsense\r\n\r\n{}')).toMatch(/^HTTP\/1\.1 400 /)
    expect(await isWell()).toBe(true)
  })

  it('from a page of another site gets no leave to read or to send JSON', async () => {
    const preflight = await api.send('/graphql', { method: 'OPTIONS', headers: { origin: 'https://other.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } })
    expect(preflight.status).toBe(405)
    expect([...preflight.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})
