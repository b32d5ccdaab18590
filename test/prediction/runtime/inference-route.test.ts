import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOnnxRuntime } from '../../../src/adapters/onnx/onnx-runtime.ts'
import type { PredictorRuntime } from '../../../src/prediction/runtime.ts'
import { createModelFiles, loopModel, type ModelFiles, plainModel, wideModel } from '../../support/onnx-model.ts'
import { type OwnOipServer, serveModels } from '../../support/oip-server-own.ts'
import { installOipServer, pythonPath } from '../../support/oip-server.ts'

const inputs = [{ name: 'x', shape: [2, 3], datatype: 'FP32', data: [1, 2, 3, 4, 5, 6] }]
const sum = { name: 'sum', shape: [2, 1], datatype: 'FP32', data: [14.5, 32.5] }

describe('/v2', () => {
  let files: ModelFiles
  let runtime: PredictorRuntime
  let server: OwnOipServer
  beforeAll(async () => {
    files = await createModelFiles()
    runtime = createOnnxRuntime({ processes: 1, memoryMb: 600, mostMs: 6_000, graceMs: 100 })
    const models = new Map([['plain', await files.put(plainModel())], ['endless', await files.put(loopModel(9e12))], ['wide', await files.put(wideModel())]])
    server = await serveModels(runtime, models, { bodyBytes: 100_000, inferenceBytes: 1_000_000 })
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await runtime[Symbol.asyncDispose]()
    await files[Symbol.asyncDispose]()
  })
  const get = async (path: string, method = 'GET'): Promise<readonly [number, unknown]> => {
    const response = await fetch(server.url + path, { method })
    return [response.status, await response.json()]
  }
  const post = async (body: object | string | Uint8Array, { model = 'plain', headers = {} }: { readonly model?: string; readonly headers?: Readonly<Record<string, string>> } = {}): Promise<readonly [number, Record<string, unknown>]> => {
    const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
    const response = await fetch(`${server.url}/v2/models/${model}/infer`, { method: 'POST', body: text as string, headers: { 'content-type': 'application/json', ...headers } })
    return [response.status, await response.json() as Record<string, unknown>]
  }

  it('says what it is, that it is ready, and what its models take', async () => {
    expect(await get('/v2')).toEqual([200, { name: 'twinfold', version: '1.2.3', extensions: ['binary_tensor_data'] }])
    expect([await get('/v2/health/live'), await get('/v2/health/ready')]).toEqual([[200, { live: true }], [200, { ready: true }]])
    const metadata = {
      name: 'plain', versions: ['7'], platform: 'onnx_onnxv1', inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }],
      outputs: [{ name: 'sum', datatype: 'FP32', shape: [-1, 1] }, { name: 'root', datatype: 'FP32', shape: [-1, 3] }],
    }
    expect([await get('/v2/models/plain'), await get('/v2/models/plain/versions/7')]).toEqual([[200, metadata], [200, metadata]])
    expect(await get('/v2/models/plain/ready')).toEqual([200, { name: 'plain', ready: true }])
  })

  it('answers what was asked for, under the id that it was asked with', async () => {
    const [status, body] = await post({ id: 'seven', inputs, outputs: [{ name: 'sum' }] })
    expect([status, body]).toEqual([200, { model_name: 'plain', model_version: '7', id: 'seven', outputs: [sum] }])
    expect((await post({ inputs: [{ ...inputs[0], data: [[1, 2, 3], [4, 5, 6]] }] }))[1]['outputs']).toEqual([sum, expect.objectContaining({ name: 'root' })])
  })

  it('tells what is not a number as null, and takes it back', async () => {
    const [status, body] = await post({ inputs: [{ name: 'x', shape: [1, 3], datatype: 'FP32', data: [null, 1e300, 0] }] })
    expect([status, body['outputs']]).toEqual([200, [{ ...sum, shape: [1, 1], data: [null] }, { name: 'root', shape: [1, 3], datatype: 'FP32', data: [null, null, 1] }]])
  })

  it.for<readonly [string, object | string, RegExp]>([
    ['no JSON', '{', /not JSON/], ['nothing', '', /not JSON/], ['a list', '[]', /no JSON object/], ['no inputs', {}, /inputs is missing/],
    ['a wrong shape', { inputs: [{ ...inputs[0], shape: [3, 2] }] }, /The tensor x has the shape \[3, 2\]; the model takes x FP32 \[-1, 3\]/],
    ['a wrong type', { inputs: [{ ...inputs[0], datatype: 'FP64' }] }, /The tensor x is FP64; the model takes x FP32/],
    ['another tensor', { inputs: [{ ...inputs[0], name: 'z' }] }, /takes no tensor "z"\. It takes x FP32 \[-1, 3\]/],
    ['a tensor twice', { inputs: [inputs[0], inputs[0]] }, /given twice/],
    ['too few tensors', { inputs: [] }, /takes the tensor x FP32 \[-1, 3\], which is not given/],
    ['too few numbers', { inputs: [{ ...inputs[0], data: [1] }] }, /has 1 numbers; its shape \[2, 3\] holds 6/],
    ['an output that there is not', { inputs, outputs: [{ name: 'w' }] }, /no output "w"\. It has sum, root/],
    ['an output twice', { inputs, outputs: [{ name: 'sum' }, { name: 'sum' }] }, /names an output twice/],
    ['names that mean something in JavaScript', { inputs: [{ ...inputs[0], name: '__proto__' }] }, /takes no tensor "__proto__"/],
  ])('refuses %s', async ([, body, words]) => {
    expect(await post(body)).toEqual([400, { error: expect.stringMatching(words) as unknown }])
  })

  it('says what is not there', async () => {
    expect(await post({ inputs }, { model: 'other' })).toEqual([404, { error: 'There is no predictor "other" that is active.' }])
    expect(await get('/v2/models/plain/versions/8')).toEqual([404, { error: 'There is no predictor "plain" in version "8".' }])
    expect(await get('/v2/models/plain/infer')).toEqual([404, { error: 'There is nothing for GET at /v2/models/plain/infer.' }])
    expect(await get('/v2/repository/index', 'POST')).toEqual([404, { error: 'There is nothing for POST at /v2/repository/index.' }])
  })

  it('takes a bounded number of bytes: fewer as text than as binary tensors', async () => {
    const rows = 10_000
    const large = { inputs: [{ name: 'x', shape: [rows, 3], datatype: 'FP32', data: new Array(rows * 3).fill(1.25) }] }
    expect(await post(large)).toEqual([413, { error: 'A body may have 100000 bytes of JSON. Send fewer rows at a time, or binary tensors.' }])
    const header = JSON.stringify({ inputs: [{ name: 'x', shape: [rows, 3], datatype: 'FP32', parameters: { binary_data_size: rows * 12 } }], outputs: [{ name: 'sum', parameters: { binary_data: true } }] })
    const body = Buffer.concat([Buffer.from(header), Buffer.from(new Float32Array(rows * 3).fill(1.25).buffer)])
    const response = await fetch(`${server.url}/v2/models/plain/infer`, { method: 'POST', body, headers: { 'inference-header-content-length': String(header.length) } })
    const answer = await response.arrayBuffer()
    const length = Number(response.headers.get('inference-header-content-length'))
    expect([response.status, response.headers.get('content-type'), JSON.parse(Buffer.from(answer, 0, length).toString())]).toEqual([200, 'application/octet-stream', {
      model_name: 'plain', model_version: '7', outputs: [{ name: 'sum', datatype: 'FP32', shape: [rows, 1], parameters: { binary_data_size: rows * 4 } }],
    }])
    expect(new Float32Array(answer, length)).toEqual(new Float32Array(rows).fill(8))
    expect((await post(Buffer.alloc(1_000_001), { headers: { 'inference-header-content-length': '10' } }))[0]).toBe(413)
    expect(await post(body, { headers: { 'inference-header-content-length': '999999999' } })).toEqual([413, expect.anything()])
    expect(await post(body, { headers: { 'inference-header-content-length': '-3' } })).toEqual([400, { error: expect.stringMatching(/Inference-Header-Content-Length is "-3"/) as unknown }])
  })

  it('says that it is busy rather than to take more than it can hold', async () => {
    const address = new URL(server.url)
    const slow = connect(Number(address.port), address.hostname)
    await once(slow, 'connect')
    slow.write('POST /v2/models/plain/infer HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 999990\r\ninference-header-content-length: 10\r\nexpect: 100-continue\r\n\r\n')
    expect(String(await once(slow, 'data'))).toMatch(/^HTTP\/1.1 100/)
    expect(await post({ inputs })).toEqual([503, { error: expect.stringMatching(/Send them again/) as unknown }])
    slow.destroy()
    await expect.poll(async () => (await post({ inputs }))[0]).toBe(200)
  })

  it('counts what arrives where nobody says before how much that will be', async () => {
    const address = new URL(server.url)
    const chunked = async (text: string, headers = ''): Promise<string> => {
      const socket = connect(Number(address.port), address.hostname)
      socket.on('error', () => undefined) // it is hung up on
      socket.write(`POST /v2/models/plain/infer HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ntransfer-encoding: chunked\r\n${headers}\r\n`)
      for (let at = 0; at < text.length; at += 10_000) socket.write(`${text.slice(at, at + 10_000).length.toString(16)}\r\n${text.slice(at, at + 10_000)}\r\n`)
      socket.write('0\r\n\r\n')
      return String((await once(socket, 'data'))[0])
    }
    expect(await chunked(JSON.stringify({ inputs }))).toMatch(/^HTTP\/1.1 200/)
    for (const headers of ['', 'inference-header-content-length: 10\r\n']) expect(await chunked(' '.repeat(150_000), headers)).toMatch(/^HTTP\/1.1 413[^]*A body that does not say its length may have 100000 bytes/)
    expect((await post({ inputs }))[0]).toBe(200)
  })

  it('tells what came of the model: too long, too much memory', async () => {
    expect(await post({ inputs: [{ name: 'x', shape: [1], datatype: 'FP32', data: [1] }] }, { model: 'endless' })).toEqual([504, { error: expect.stringMatching(/longer than 6000 ms/) as unknown }])
    expect(await post({ inputs: [{ name: 'n', shape: [1], datatype: 'INT64', data: [500_000_000] }] }, { model: 'wide' })).toEqual([507, { error: expect.stringMatching(/more than the 600 MB/) as unknown }])
    expect((await post({ inputs }))[0]).toBe(200)
    expect(server.logged).toEqual([])
  })

  it('stops computing for a client that is gone', async () => {
    const stop = new AbortController()
    const asked = fetch(`${server.url}/v2/models/endless/infer`, { method: 'POST', body: JSON.stringify({ inputs: [{ name: 'x', shape: [1], datatype: 'FP32', data: [1] }] }), signal: stop.signal })
    const next = post({ inputs }) // behind it: there is one process
    stop.abort()
    await expect(asked).rejects.toThrow()
    expect((await next)[0]).toBe(200)
  })

  it.skipIf(pythonPath === undefined)('serves the client of Triton, in text, binary and both', async () => {
    const client = fileURLToPath(new URL('../../support/oip/triton_client.py', import.meta.url))
    const { stdout } = await promisify(execFile)(await installOipServer('mlserver'), [client, new URL(server.url).host, 'plain'], { timeout: 60_000 }) // MLServer brings it along
    const root = [[1, 2, 3], [4, 5, 6]].map((row) => row.map((each) => Math.fround(Math.sqrt(Math.fround(each * each + 1)))))
    const head = { id: 'seven', model: 'plain', version: '7' }
    const said = JSON.parse(stdout) as Record<string, unknown>
    expect(said).toMatchObject({
      live: true, ready: true, modelReady: true, otherReady: false, server: { name: 'twinfold' }, metadata: { versions: ['7'] }, version: { name: 'plain' },
      binary: { ...head, outputs: { sum: [[14.5], [32.5]], root } }, text: { ...head, outputs: { sum: [[14.5], [32.5]], root } }, mixed: { ...head, outputs: { root } },
    })
    expect([said['wrongShape'], said['unknown']]).toEqual([expect.stringMatching(/400.*shape \[1, 2\]/s), expect.stringMatching(/There is no predictor "other"/)])
  }, 600_000)
})
