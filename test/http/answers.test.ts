import { afterAll, describe, expect, it } from 'vitest'
import { createTrialApi, sendRaw, trialSchema } from './api.ts'

const api = await createTrialApi()
afterAll(() => api[Symbol.asyncDispose]())

describe('An answer', () => {
  it('has the data, and in its header the id of the request', async () => {
    const { status, headers, body } = await api.ask('{ version whoAmI }')
    expect([status, body]).toEqual([200, { data: { version: 'one', whoAmI: 'tester@main' } }])
    expect(headers.get('x-request-id')).toMatch(/^[\w-]{16}$/)
  })

  it('carries the client\'s own request id, unless it could not stand in a log', async () => {
    expect((await api.ask('{ version }', { headers: { 'x-request-id': 'trace-1.a' } })).headers.get('x-request-id')).toBe('trace-1.a')
    expect((await api.ask('{ version }', { headers: { 'x-request-id': 'x"} {"level":60' } })).headers.get('x-request-id')).toMatch(/^[\w-]{16}$/)
  })

  it('comes from the new schema as soon as it is replaced, for a document validated before as well', async () => {
    await using own = await createTrialApi()
    expect((await own.ask('{ version }')).body.data).toEqual({ version: 'one' })
    own.live.replace(trialSchema('two'))
    expect((await own.ask('{ version }')).body.data).toEqual({ version: 'two' })
  })

  it('of an operation under way comes from the schema it began with', async () => {
    await using own = await createTrialApi({ limits: { operationTimeoutMs: 300 } })
    const under = own.ask('{ version untilAborted }')
    own.live.replace(trialSchema('two'))
    expect((await under).status).toBe(504)
    expect((await own.ask('{ version }')).body.data).toEqual({ version: 'two' })
  })
})

describe('The server', () => {
  it.each([['::1', '[::1]'], ['localhost', '127.0.0.1']])('listens on %s as well', async (host, shown) => {
    await using own = await createTrialApi({ host })
    expect(own.url).toMatch(new RegExp(`^http://${shown.replace(/[[\]]/g, '\\$&')}:\\d+$`))
    expect((await own.ask('{ version }')).body.data).toEqual({ version: 'one' })
  })
})

describe('A failure', () => {
  it('is shown with its code, whether to retry, what to do, and the request id', async () => {
    const { status, headers, body } = await api.ask('{ failing version }')
    expect(status).toBe(200)
    expect(body.data).toEqual({ failing: null, version: 'one' })
    expect(body.errors).toEqual([{
      message: 'The list has more than 1,000 items.', path: ['failing'], locations: [{ line: 1, column: 3 }],
      extensions: { code: 'LIST_TOO_LONG', connection: 'nodesConnection', retryable: false, remedy: expect.stringContaining('limit'), requestId: headers.get('x-request-id') },
    }])
  })

  it('keeps its cause to the log', async () => {
    const { text, headers, body } = await api.ask('{ outage }')
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true })
    expect(text).not.toContain('secret')
    const line = api.logged.find(({ requestId, level }) => requestId === headers.get('x-request-id') && level === 40)
    expect(JSON.stringify(line)).toContain('secret of the connection')
  })
})

describe('A bug', () => {
  it('is masked, and found in the log by the request id', async () => {
    const { status, text, headers, body } = await api.ask('{ bug }')
    expect([status, body.data]).toEqual([200, { bug: null }])
    expect(body.errors?.[0]).toMatchObject({ message: expect.stringContaining('inside the server'), extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false, requestId: headers.get('x-request-id') } })
    expect(text).not.toMatch(/secret|stack|TypeError/)
    const line = api.logged.find(({ requestId, level }) => requestId === headers.get('x-request-id') && level === 50)
    expect(line).toMatchObject({ err: { type: 'TypeError', message: expect.stringContaining('bolt://') } })
  })

  it('is masked where a library throws an error of GraphQL, or a field that must not be null is', async () => {
    for (const field of ['meant', 'nothing']) {
      const { text, body } = await api.ask(`{ ${field} }`)
      expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'INTERNAL_SERVER_ERROR' })
      expect(text).not.toContain('secret')
    }
  })
})

describe('A request that cannot be executed', () => {
  it.each([
    ['{ version', 400, 'GRAPHQL_PARSE_FAILED'],
    ['{ versions }', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['query A { version } query B { version }', 400, 'OPERATION_RESOLUTION_FAILURE'],
    ['query ($id: ID!) { required(id: $id) }', 400, 'BAD_USER_INPUT'],
    ['subscription { version }', 400, 'SUBSCRIPTION_NEEDS_STREAM'],
  ])('%s: %i %s', async (query, status, code) => {
    const answer = await api.ask(query)
    expect([answer.status, answer.body.errors?.[0]?.extensions['code']]).toEqual([status, code])
    expect(answer.body).not.toHaveProperty('data')
    expect(answer.body.errors?.[0]?.extensions['requestId']).toBe(answer.headers.get('x-request-id'))
  })

  it('is the client\'s doing where a variable brings null to an argument that takes none', async () => {
    const { body } = await api.ask('query ($id: ID = "a") { required(id: $id) }', { variables: { id: null } })
    expect(body.errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
  })

  it('is helped by suggestions, but not in production', async () => {
    expect((await api.ask('{ versio }')).body.errors?.[0]?.message).toContain('Did you mean "version"?')
    await using production = await createTrialApi({ production: true })
    expect((await production.ask('{ versio }')).body.errors?.[0]?.message).not.toContain('version"')
    const misspelt = { headers: {}, variables: { by: { nme: 'A' } } }
    expect((await api.ask('query ($by: NodeBy) { found(by: $by) }', misspelt)).body.errors?.[0]?.message).toContain('Did you mean "name"?')
    expect((await production.ask('query ($by: NodeBy) { found(by: $by) }', misspelt)).body.errors?.[0]?.message).not.toContain('"name"')
    expect((await production.ask('{ __schema { queryType { name } } }')).body.data).toEqual({ __schema: { queryType: { name: 'Query' } } })
  })
})

describe('The schema', () => {
  it('can be asked for, unless that is switched off', async () => {
    const query = '{ __schema { queryType { name } } }'
    expect((await api.ask(query)).body.data).toEqual({ __schema: { queryType: { name: 'Query' } } })
    await using closed = await createTrialApi({ introspection: false })
    expect((await closed.ask(query)).body.errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED')
  })
})

describe('Every error over HTTP is JSON in the form of GraphQL\'s', () => {
  const json = { 'content-type': 'application/json' }
  it.each([
    ['a body that is not JSON', 'POST', '/graphql', json, '{"query": ', 400, 'MALFORMED_BODY'],
    ['an empty body', 'POST', '/graphql', json, '', 400, 'MALFORMED_BODY'],
    ['JSON that is no request', 'POST', '/graphql', json, '"text"', 400, 'BAD_REQUEST'],
    ['a batch', 'POST', '/graphql', json, '[{"query":"{ version }"}]', 400, 'BAD_REQUEST'],
    ['a form', 'POST', '/graphql', { 'content-type': 'application/x-www-form-urlencoded' }, 'query={version}', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['plain text', 'POST', '/graphql', { 'content-type': 'text/plain' }, '{"query":"{ version }"}', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a GET that another site\'s page could send', 'GET', '/graphql?query={version}', {}, undefined, 400, 'BAD_REQUEST'],
    ['a mutation by GET', 'GET', '/graphql?query=mutation{change}', json, undefined, 405, 'BAD_REQUEST'],
    ['another method', 'PUT', '/graphql', json, '{}', 405, 'METHOD_NOT_ALLOWED'],
    ['another address', 'GET', '/nothing/here', {}, undefined, 404, 'NO_SUCH_ADDRESS'],
    ['an address that is none', 'GET', '/%zz', {}, undefined, 400, 'MALFORMED_BODY'],
  ])('%s', async (_what, method, path, headers, sent, status, code) => {
    const answer = await api.send(path, { method, headers, ...(sent !== undefined && { body: sent }) })
    expect([answer.status, answer.headers.get('content-type'), answer.body.errors?.[0]?.extensions['code']]).toEqual([status, 'application/json; charset=utf-8', code])
    expect(answer.body.errors?.[0]?.extensions['requestId']).toBe(answer.headers.get('x-request-id'))
    if (status === 405) expect(answer.headers.get('allow')).toContain('POST')
  })

  it('in the media type that the client prefers', async () => {
    const headers = { ...json, accept: 'application/graphql-response+json, application/json;q=0.9' }
    for (const body of ['{', '{"query":"{ nope }"}']) expect((await api.send('/graphql', { method: 'POST', headers, body })).headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8')
  })

  it('also where a page reaches the server under a name of its own', async () => {
    const { port } = new URL(api.url)
    const answer = await sendRaw(api.url, `GET /graphql?query={version} HTTP/1.1\r\nhost: rebound.example:${port}\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 421 /)
    expect(answer).toContain('"code":"UNKNOWN_HOST"')
  })
})

describe('The log', () => {
  it('has one line an operation, without its variables', async () => {
    const { headers } = await api.ask('query Echo($v: JSON) { echo(value: $v) }', { variables: { v: 'confidential' } })
    const lines = api.logged.filter(({ requestId }) => requestId === headers.get('x-request-id'))
    expect(lines).toEqual([{ level: 30, time: expect.any(String), requestId: expect.any(String), operation: 'query', name: 'Echo', ms: expect.any(Number), msg: 'operation' }])
    expect(JSON.stringify(api.logged)).not.toContain('confidential')
  })

  it('names the codes of what went wrong, each once', async () => {
    const { headers } = await api.ask('{ bug again: bug failing }')
    expect(api.logged.find(({ requestId, msg }) => requestId === headers.get('x-request-id') && msg === 'operation')).toMatchObject({ codes: ['INTERNAL_SERVER_ERROR', 'LIST_TOO_LONG'] })
  })
})
