import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOipRuntime, type OipRuntimeConfig } from '../../../src/adapters/oip/oip-runtime.ts'
import { type ModelRef, PredictorError, type PredictorRuntime } from '../../../src/prediction/runtime.ts'
import type { Tensor } from '../../../src/prediction/tensor.ts'
import { freePort } from '../../support/free-port.ts'

/** What a TCP server does with each request, one after the other; the last one for all that follow. Requests are whole when their body is. */
type Deed = (socket: Socket, request: string) => void

interface FaultyServer {
  readonly url: string
  readonly requests: readonly string[]
  readonly model: ModelRef & { readonly kind: 'remote' }
}

async function startFaulty(...deeds: readonly Deed[]): Promise<FaultyServer> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let text = ''
    socket.on('error', () => undefined) // the client hangs up
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      const [head = '', body] = text.split('\r\n\r\n')
      if (body === undefined || body.length < Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)) return
      requests.push(text)
      text = ''
      deeds[Math.min(requests.length, deeds.length) - 1]?.(socket, requests.at(-1) ?? '')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, requests, model: { kind: 'remote', url, model: 'pump', version: '3', encoding: 'JSON', timeoutMs: 5_000 } }
}

const answering = (status: number, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Deed => (socket) => {
  const lines = [`HTTP/1.1 ${status} Said`, `content-length: ${Buffer.byteLength(body)}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  socket.write(body)
}
const resetting: Deed = (socket) => { socket.resetAndDestroy() }
const silent: Deed = () => undefined
const busy = answering(503, '{"error":"loading"}')
const tensor = (more: object): string => JSON.stringify({ model_name: 'pump', outputs: [{ name: 'y', datatype: 'FP32', shape: [2], data: [1, 2.5], ...more }] })
const good = answering(200, tensor({}))

const x: readonly Tensor[] = [{ name: 'x', type: 'FP32', shape: [2], data: Float32Array.of(1, 2) }]
const right = [{ name: 'y', type: 'FP32', shape: [2], data: Float32Array.of(1, 2.5) }]

function open(config: Partial<OipRuntimeConfig> = {}): PredictorRuntime {
  const runtime = createOipRuntime({ isAllowed: () => true, ...config })
  onTestFinished(() => runtime[Symbol.asyncDispose]())
  return runtime
}
async function failing(promise: Promise<unknown>): Promise<PredictorError> {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(PredictorError)
  return error as PredictorError
}

describe('a client of the Open Inference Protocol', () => {
  it('tries again what was reset, or not available, and only so often', async () => {
    const server = await startFaulty(resetting, busy, good)
    expect(await open().infer(server.model, x)).toEqual(right)
    expect(server.requests).toHaveLength(3)
    expect(server.requests[2]).toMatch(/^POST \/v2\/models\/pump\/versions\/3\/infer HTTP/)
    const always = await startFaulty(busy)
    const error = await failing(open({ attempts: 4, failures: 10 }).infer(always.model, x))
    expect([error.code, error.isRetryable, error.message]).toEqual(['RUNTIME_UNAVAILABLE', true, `${always.url} answers 503 for the model pump in version 3: loading`])
    expect(always.requests).toHaveLength(4)
  })

  it.for<readonly [number, string, string]>([
    [400, '{"error":"x is too short"}', 'MODEL_FAILED'], [404, '{"error":"no pump"}', 'BAD_MODEL'], [401, '{"detail":"who are you"}', 'BAD_MODEL'], [500, 'Traceback', 'MODEL_FAILED'],
  ])('does not repeat what will fail again: %i', async ([status, body, code]) => {
    const server = await startFaulty(answering(status, body))
    const error = await failing(open().infer(server.model, x))
    expect([error.code, error.isRetryable, server.requests.length]).toEqual([code, false, 1])
    expect(error.message).toContain(/: "(.*)"/.exec(body)?.[1] ?? body.slice(0, 9).replace(/[{"].*/s, ''))
  })

  it('gives up after the time of the model, all attempts together, and says so', async () => {
    for (const deeds of [[silent], [resetting, silent]]) {
      const server = await startFaulty(...deeds)
      const since = performance.now()
      const error = await failing(open().infer({ ...server.model, timeoutMs: 400 }, x))
      expect([error.code, error.isRetryable, error.message]).toEqual(['RUNTIME_TIMEOUT', true, `${server.url} did not answer for the model pump within 400 ms.`])
      expect(performance.now() - since).toBeLessThan(3_000)
    }
  })

  it('gives up within an answer that trickles', async () => {
    const server = await startFaulty((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{')
      const timer = setInterval(() => socket.write(' '), 20)
      socket.once('close', () => { clearInterval(timer) })
    })
    expect((await failing(open().infer({ ...server.model, timeoutMs: 500 }, x))).code).toBe('RUNTIME_TIMEOUT')
  })

  it('stops waiting when it is told to, between attempts as well', async () => {
    for (const deed of [silent, busy]) {
      const server = await startFaulty(deed)
      const stop = new AbortController()
      const reason = new Error('enough')
      const asked = open({ attempts: 100, failures: 1_000 }).infer(server.model, x, stop.signal)
      await expect.poll(() => server.requests.length).toBeGreaterThan(0)
      stop.abort(reason)
      await expect(asked).rejects.toBe(reason)
    }
  })

  it.for<readonly [string, Deed, RegExp]>([
    ['no HTTP', (socket) => socket.end('+PONG\r\n'), /cannot be reached/],
    ['an answer that is cut off', (socket) => { socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"outputs"') }, /cannot be reached/],
    ['no JSON', answering(200, '<html>'), /not JSON/],
    ['no object', answering(200, '[]'), /no JSON object/],
    ['no outputs', answering(200, '{}'), /outputs is missing/],
    ['an output without a name', answering(200, tensor({ name: '' })), /outputs\[0\] has no name/],
    ['a type that is not known', answering(200, tensor({ datatype: 'BYTES' })), /The tensor y is of the type "BYTES": known are FP32/],
    ['too few numbers', answering(200, tensor({ shape: [3] })), /has 2 numbers; its shape \[3\] holds 3/],
    ['a negative dimension', answering(200, tensor({ shape: [-2] })), /shape \[-2\]/],
    ['a shape beyond all numbers', answering(200, tensor({ shape: [1e10, 1e10] })), /shape/],
    ['texts for numbers', answering(200, tensor({ data: [1, '2'] })), /"2" at 1, which is no FP32/],
    ['half a number', answering(200, tensor({ datatype: 'INT32' })), /2.5 at 1, which is no INT32/],
    ['binary data that are cut off', answering(200, tensor({ data: undefined, parameters: { binary_data_size: 8 } }), { 'inference-header-content-length': String(tensor({ data: undefined, parameters: { binary_data_size: 8 } }).length) }), /ends within the data of the tensor y/],
    ['binary data of another size', answering(200, tensor({ data: undefined, parameters: { binary_data_size: 7 } })), /binary_data_size of 7; FP32 \[2\] takes 8 bytes/],
    ['bytes that belong to nothing', answering(200, `${tensor({})}1234`, { 'inference-header-content-length': String(tensor({}).length) }), /4 bytes that belong to no tensor/],
    ['a header that lies', answering(200, tensor({}), { 'inference-header-content-length': '1e9' }), /Inference-Header-Content-Length/],
  ])('says what is wrong with %s', async ([, deed, words]) => {
    const server = await startFaulty(deed)
    const error = await failing(open({ attempts: 1 }).infer(server.model, x))
    expect(error.message).toMatch(words)
    expect(error.message).toContain(server.url)
    if (!/cannot be reached/.test(error.message)) expect([error.code, error.isRetryable]).toEqual(['MODEL_FAILED', false])
  })

  it('reads no more than it is to', async () => {
    const server = await startFaulty((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
      const timer = setInterval(() => socket.write(`4000\r\n${' '.repeat(0x4000)}\r\n`), 1)
      socket.once('close', () => { clearInterval(timer) })
    })
    const error = await failing(open({ mostAnswerBytes: 200_000 }).infer(server.model, x))
    expect([error.code, error.message]).toEqual(['MODEL_FAILED', `${server.url} answers with more than 200000 bytes. Give fewer rows at a time, or let it answer in binary.`])
  })

  it('reads less of JSON than of binary data, and no binary answer whose JSON is long', async () => {
    const numbers = (length: number): string => JSON.stringify({ outputs: [{ name: 'y', datatype: 'FP32', shape: [length], data: Array.from({ length }, () => 1) }] })
    const head = JSON.stringify({ outputs: [{ name: 'y', datatype: 'FP32', shape: [1_000], parameters: { binary_data_size: 4_000 } }] })
    const headed = (text: string, length = text.length): Deed => answering(200, Buffer.concat([Buffer.from(text), Buffer.alloc(4_000)]), { 'inference-header-content-length': String(length) })
    const server = await startFaulty(good, headed(head), answering(200, numbers(2_000)), headed(head, 4_000), answering(200, numbers(2_000), { 'inference-header-content-length': '-1' }))
    const runtime = open({ attempts: 1, mostJsonBytes: 1_000, mostAnswerBytes: 100_000 })
    expect(await runtime.infer(server.model, x)).toEqual(right)
    expect((await runtime.infer(server.model, x))[0]?.data).toHaveLength(1_000)
    for (const bytes of ['1000', '1000']) expect((await failing(runtime.infer(server.model, x))).message).toBe(`${server.url} answers with more than ${bytes} bytes. Give fewer rows at a time, or let it answer in binary.`)
    expect((await failing(runtime.infer(server.model, x))).message).toContain('Inference-Header-Content-Length')
  })

  it('calls no host that is not allowed any more', async () => {
    const server = await startFaulty(good)
    const allowed = new Set([new URL(server.url).host])
    const runtime = open({ isAllowed: ({ host }) => allowed.has(host) })
    expect(await runtime.infer(server.model, x)).toEqual(right)
    allowed.clear()
    for (const call of [() => runtime.infer(server.model, x), () => runtime.inspect(server.model)]) {
      const { code, isRetryable, message } = await failing(call())
      expect([code, isRetryable, message]).toEqual(['BAD_MODEL', false, `This server may not call ${new URL(server.url).host} for the model pump. Add it to TWINFOLD_PREDICTOR_HOSTS.`])
    }
    expect(server.requests).toHaveLength(1)
  })

  it('follows no redirect', async () => {
    const other = await startFaulty(good)
    const server = await startFaulty(answering(307, '', { location: `${other.url}/v2` }))
    const error = await failing(open().infer(server.model, x))
    expect([error.code, error.message]).toEqual(['BAD_MODEL', expect.stringContaining(`redirects to ${other.url}/v2 for the model pump`)])
    expect(other.requests).toEqual([])
  })

  it.for(['ftp://host/x', 'file:///etc/passwd', 'host:8080', 'http://user:secret@host', 'http://host?x=1'])('takes no address such as %s', async (url) => {
    const error = await failing(open().inspect({ kind: 'remote', url, model: 'pump', version: undefined, encoding: 'JSON', timeoutMs: 1_000 }))
    expect(error.code).toBe('BAD_MODEL')
    expect(error.message).not.toContain('secret')
  })

  it('reaches no other address by the name of a model', async () => {
    const server = await startFaulty(answering(404, '{}'))
    await failing(open().infer({ ...server.model, model: '../../admin?x=#', version: undefined }, x))
    expect(server.requests[0]).toMatch(/^POST \/v2\/models\/..%2F..%2Fadmin%3Fx%3D%23\/infer HTTP/)
    expect((await failing(open().infer({ ...server.model, model: '..' }, x))).code).toBe('BAD_MODEL')
    expect(server.requests).toHaveLength(1)
  })

  it('sends what JSON cannot carry as binary only', async () => {
    const server = await startFaulty(good)
    for (const [given, words] of [
      [{ name: 'x', type: 'FP32', shape: [1], data: Float32Array.of(Number.NaN) }, /not finite.*send it as binary/],
      [{ name: 'x', type: 'INT64', shape: [1], data: BigInt64Array.of(2n ** 60n) }, /beyond 2\^53.*send it as binary/],
    ] as const) {
      expect((await failing(open().infer(server.model, [given]))).message).toMatch(words)
      await open().infer({ ...server.model, encoding: 'BINARY' }, [given])
    }
    expect(server.requests).toHaveLength(2)
  })

  it('leaves a server alone that keeps failing, and comes back when it answers', async () => {
    const port = await freePort()
    const model: ModelRef = { kind: 'remote', url: `http://127.0.0.1:${port}`, model: 'pump', version: undefined, encoding: 'JSON', timeoutMs: 2_000 }
    const runtime = open({ attempts: 1, failures: 3, restMs: 300 })
    for (let time = 0; time < 3; time++) expect((await failing(runtime.infer(model, x))).message).toMatch(/cannot be reached: ECONNREFUSED/)
    const alone = await failing(runtime.infer(model, x))
    expect([alone.code, alone.isRetryable, alone.message]).toEqual(['RUNTIME_UNAVAILABLE', true, expect.stringMatching(/has failed 3 times and more.*left alone.*ECONNREFUSED/)])
    const requests: string[] = []
    const server = createServer((socket) => { socket.on('data', (chunk) => { requests.push(chunk.toString()); good(socket, '') }) }).listen(port, '127.0.0.1')
    onTestFinished(() => { server.close() })
    await once(server, 'listening')
    expect((await failing(runtime.infer(model, x))).message).toMatch(/left alone/)
    expect(requests).toEqual([])
    await expect.poll(() => runtime.infer(model, x).catch(() => undefined)).toEqual(right)
    expect(await Promise.all([1, 2, 3].map(() => runtime.infer(model, x)))).toEqual([right, right, right])
  })

  it('leaves alone the one server only, and does so for no failure of a model', async () => {
    const [down, up] = [await startFaulty(busy), await startFaulty(answering(500, '{"error":"bug"}'))]
    const runtime = open({ attempts: 1, failures: 2, restMs: 60_000 })
    for (let time = 0; time < 4; time++) {
      await failing(runtime.infer(down.model, x))
      expect((await failing(runtime.infer(up.model, x))).message).toMatch(/: bug$/)
    }
    expect([down.requests.length, up.requests.length]).toEqual([2, 4])
  })

  it('finds out that a server is not ready, and what it does not say', async () => {
    const server = await startFaulty(answering(200, '{}'), answering(200, '{"name":"pump","inputs":[],"outputs":[]}'))
    expect(await open().inspect(server.model)).toEqual({ inputs: null, outputs: null })
    expect(server.requests.map((request) => request.split(' ')[1])).toEqual(['/v2/models/pump/versions/3/ready', '/v2/models/pump/versions/3'])
    const other = await startFaulty(answering(200, '{}'), answering(200, '{"inputs":[{"name":"x","datatype":"BYTES","shape":[-1]}],"outputs":[]}'))
    const error = await failing(open().inspect(other.model))
    expect([error.code, error.message]).toEqual(['BAD_MODEL', expect.stringMatching(/inputs\[0\], x, is of the type "BYTES"/)])
  })
})
