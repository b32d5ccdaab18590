import { connect } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createTrialApi, type TrialApi, trialSchema, until } from './api.ts'

const codeOf = async (asked: ReturnType<TrialApi['ask']>): Promise<readonly [number, unknown, unknown]> => {
  const { status, body } = await asked
  return [status, body.errors?.[0]?.extensions['code'], body.errors?.[0]?.extensions['retryable']]
}

describe('An operation', () => {
  it('that takes longer than its deadline is answered with TIMEOUT, whether its resolver heeds the signal or not', async () => {
    await using api = await createTrialApi({ limits: { operationTimeoutMs: 50 } })
    for (const field of ['never', 'untilAborted']) expect(await codeOf(api.ask(`{ ${field} }`))).toEqual([504, 'TIMEOUT', true])
  })

  it('that changes something, and takes longer, has an unknown outcome: repeating it may do it twice', async () => {
    await using api = await createTrialApi({ limits: { operationTimeoutMs: 50 } })
    expect(await codeOf(api.ask('mutation { changeForever }'))).toEqual([503, 'OUTCOME_UNKNOWN', false])
    expect(await codeOf(api.ask('query A { version } mutation B { changeForever }', { operationName: 'B' }))).toEqual([503, 'OUTCOME_UNKNOWN', false])
    expect(await codeOf(api.ask('query A { never } mutation B { changeForever }', { operationName: 'A' }))).toEqual([504, 'TIMEOUT', true])
  })

  it('ends when its client goes away, and that is no bug', async () => {
    await using api = await createTrialApi()
    const gone = new AbortController()
    const asked = fetch(`${api.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ untilAborted }"}', signal: gone.signal })
    const settled = asked.then(() => 'answered', () => 'gone')
    await until(() => api.served.inFlight === 1, 'the operation is under way')
    gone.abort()
    expect(await settled).toBe('gone')
    await until(() => api.logged.some(({ msg }) => msg === 'operation'), 'the operation is logged')
    expect(api.logged.find(({ msg }) => msg === 'operation')).toMatchObject({ codes: ['CLIENT_GONE'] })
    expect(api.logged.filter(({ level }) => Number(level) > 30)).toEqual([])
  })
})

describe('Health', () => {
  it('is live while the process is up, and ready while every part is', async () => {
    let isUp = true
    await using api = await createTrialApi({ checks: { store: () => isUp } })
    expect([(await api.send('/livez')).text, (await api.send('/readyz')).text]).toEqual(['{"status":"up"}', '{"status":"ready","parts":{"store":true,"accepting":true}}'])
    isUp = false
    const { status, text } = await api.send('/readyz')
    expect([status, text]).toEqual([503, '{"status":"not ready","parts":{"store":false,"accepting":true}}'])
    expect((await api.send('/livez')).status).toBe(200)
  })

  it('asks the store once, however many ask', async () => {
    let asked = 0
    const { promise, resolve } = Promise.withResolvers<boolean>()
    await using api = await createTrialApi({ checks: { store: () => { asked++; return promise } } })
    const answers = Array.from({ length: 20 }, () => api.send('/readyz'))
    await until(() => asked === 1, 'the store is asked')
    resolve(true)
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array<number>(20).fill(200))
    expect(asked).toBeLessThanOrEqual(20)
  })
})

describe('Stopping', () => {
  it('first is not ready and refuses new requests, on open connections and new ones, while those in flight finish', async () => {
    const { promise: finished, resolve: finish } = Promise.withResolvers<string>()
    await using api = await createTrialApi({ schema: trialSchema('one', finished) })
    const slow = api.ask('{ whenFinished }')
    await until(() => api.served.inFlight === 1, 'the operation is under way')
    const open = keptOpen(api.url)
    expect(await open.ask('POST /graphql', '{"query":"{ version }"}')).toContain('"version":"one"')

    const stopped = api.served[Symbol.asyncDispose]()
    const refused = await open.ask('POST /graphql', '{"query":"{ version }"}')
    expect(refused).toMatch(/^HTTP\/1\.1 503 .*connection: close.*"code":"SHUTTING_DOWN"/is)
    expect(await codeOf(api.ask('{ version }'))).toEqual([503, 'SHUTTING_DOWN', true])
    expect(await api.send('/readyz')).toMatchObject({ status: 503, text: '{"status":"not ready","parts":{"accepting":false}}' })
    expect((await api.send('/livez')).status).toBe(200)

    finish('finished')
    expect((await slow).body.data).toEqual({ whenFinished: 'finished' })
    await stopped
    await expect(fetch(`${api.url}/livez`)).rejects.toThrow()
  })

  it('is hurried by a second wish', async () => {
    await using api = await createTrialApi()
    const asked = codeOf(api.ask('{ untilAborted }'))
    await until(() => api.served.inFlight === 1, 'the operation is under way')
    const stopped = api.served[Symbol.asyncDispose]()
    api.served.hurry()
    expect(await asked).toEqual([503, 'SHUTTING_DOWN', true])
    await stopped
  })

  it('waits for operations in flight, and their answers arrive whole', async () => {
    await using api = await createTrialApi({ limits: { operationTimeoutMs: 300 } })
    const asked = api.ask('{ version never }')
    await until(() => api.served.inFlight === 1, 'the operation is under way')
    await api.served[Symbol.asyncDispose]()
    expect(await codeOf(asked)).toEqual([504, 'TIMEOUT', true]) // its own deadline, not the drain's
  })

  it('ends operations that outlast the grace with SHUTTING_DOWN', async () => {
    await using api = await createTrialApi({ limits: { drainMs: 50 } })
    const [asked, changed] = [codeOf(api.ask('{ never }')), codeOf(api.ask('mutation { changeForever }'))]
    await until(() => api.served.inFlight === 2, 'the operations are under way')
    await api.served[Symbol.asyncDispose]()
    expect([await asked, await changed]).toEqual([[503, 'SHUTTING_DOWN', true], [503, 'OUTCOME_UNKNOWN', false]])
  })

  it('leaves no connection, not even an idle one', async () => {
    await using api = await createTrialApi()
    const idle = keptOpen(api.url)
    expect(await idle.ask('GET /livez')).toContain('"up"')
    await api.served[Symbol.asyncDispose]()
    await idle.closed
  })
})

/** One connection that is kept for several requests. */
function keptOpen(url: string) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let received = ''
  socket.on('data', (chunk) => { received += String(chunk) })
  const closed = once(socket, 'close', { signal: AbortSignal.timeout(10_000) })
  const send = (line: string, body = ''): Promise<void> => new Promise((resolve) => {
    received = ''
    socket.write(`${line} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () => { resolve() })
  })
  const isWhole = (): boolean => {
    const [head = '', body] = received.split('\r\n\r\n')
    return body !== undefined && Buffer.byteLength(body) >= Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
  }
  const answer = async (): Promise<string> => {
    await until(isWhole, 'the answer arrives')
    return received
  }
  return { closed, send, answer, ask: async (line: string, body?: string) => { await send(line, body); return await answer() } }
}
