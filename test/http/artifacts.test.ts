import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFileArtifactStore } from '../../src/adapters/file/artifact-store.ts'
import { createTrialApi, sendRaw, type TrialApi, until } from './api.ts'

const hashOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

async function openApi(artifactBytes = 5_000_000): Promise<TrialApi & { readonly directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'twinfold-artifacts-'))
  const api = await createTrialApi({ artifacts: await createFileArtifactStore({ directory }), limits: { artifactBytes } })
  onTestFinished(async () => {
    await api[Symbol.asyncDispose]()
    await rm(directory, { recursive: true, force: true })
  })
  return { ...api, directory }
}

const put = (api: TrialApi, name: string, content: Uint8Array, headers: Record<string, string> = {}): ReturnType<TrialApi['send']> =>
  api.send(`/artifacts/${name}`, { method: 'PUT', body: Buffer.from(content), headers })
const codeOf = ({ status, body }: Awaited<ReturnType<TrialApi['send']>>): readonly [number, unknown] => [status, body.errors?.[0]?.extensions['code']]

describe('/artifacts', () => {
  it('takes content under its SHA-256, once, and gives it back byte by byte', async () => {
    const api = await openApi()
    for (const content of [Buffer.alloc(0), randomBytes(1), randomBytes(3_000_000)]) {
      const name = hashOf(content)
      const first = await put(api, name, content, { 'content-type': 'application/zip' })
      expect([first.status, first.body]).toEqual([201, { sha256: name, bytes: content.length }])
      expect((await put(api, name, content)).status).toBe(200)
      const answer = await fetch(`${api.url}/artifacts/${name}`)
      expect(answer.headers.get('content-type')).toBe('application/octet-stream')
      expect(answer.headers.get('cache-control')).toMatch(/immutable/)
      expect(hashOf(await answer.bytes())).toBe(name)
    }
  })

  it('says how much there is to HEAD, and nothing anew to whoever has it', async () => {
    const api = await openApi()
    const content = randomBytes(1_234)
    const path = `/artifacts/${hashOf(content)}`
    await put(api, hashOf(content), content)
    const head = await api.send(path, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), head.headers.get('etag')]).toEqual([200, '1234', `"${hashOf(content)}"`])
    for (const tag of [`"${hashOf(content)}"`, `W/"${hashOf(content)}"`, `"other", "${hashOf(content)}"`, '*']) expect((await api.send(path, { headers: { 'if-none-match': tag } })).status).toBe(304)
    expect((await api.send(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
    expect((await fetch(`${api.url}/artifacts/${hashOf(randomBytes(9))}`, { method: 'HEAD' })).status).toBe(404)
  })

  it('refuses content under a wrong name, and tells the right one', async () => {
    const api = await openApi()
    const content = randomBytes(100)
    const refused = await put(api, 'a'.repeat(64), content)
    expect(codeOf(refused)).toEqual([422, 'OTHER_CONTENT'])
    expect(refused.body.errors?.[0]?.extensions['actual']).toBe(hashOf(content))
    expect(codeOf(await api.send(`/artifacts/${'a'.repeat(64)}`))).toEqual([404, 'NO_SUCH_ADDRESS'])
  })

  it('refuses more than is taken, whether its length is said before or not', async () => {
    const api = await openApi(10_000)
    const content = randomBytes(10_001)
    expect(codeOf(await put(api, hashOf(content), content))).toEqual([413, 'PAYLOAD_TOO_LARGE'])
    const body = new ReadableStream({ start: (controller) => { controller.enqueue(content); controller.close() } })
    expect(codeOf(await api.send(`/artifacts/${hashOf(content)}`, { method: 'PUT', body, duplex: 'half' }))).toEqual([413, 'PAYLOAD_TOO_LARGE'])
    expect((await put(api, hashOf(content.subarray(1)), content.subarray(1))).status).toBe(201)
    expect(await filesIn(api.directory)).toHaveLength(1)
  })

  it('refuses names that are no hashes, and other methods', async () => {
    const api = await openApi()
    for (const name of ['x', 'A'.repeat(64), '..%2f..%2fetc%2fpasswd', 'a'.repeat(65)]) {
      expect(codeOf(await put(api, name, randomBytes(3))), name).toEqual([400, 'BAD_USER_INPUT'])
      expect(codeOf(await api.send(`/artifacts/${name}`)), name).toEqual([400, 'BAD_USER_INPUT'])
    }
    const deleted = await api.send(`/artifacts/${'a'.repeat(64)}`, { method: 'DELETE' })
    expect([...codeOf(deleted), deleted.headers.get('allow')]).toEqual([405, 'METHOD_NOT_ALLOWED', 'GET, HEAD, PUT'])
    expect(await sendRaw(api.url, `GET /artifacts/${'a'.repeat(64)} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 421 .*UNKNOWN_HOST/s)
  })

  it('keeps nothing of an upload that is cut off, and does not wait for the rest of it', async () => {
    const api = await openApi()
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
    socket.write(`PUT /artifacts/${'a'.repeat(64)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n`)
    socket.write(randomBytes(100_000))
    await until(async () => (await filesIn(api.directory)).length === 1, 'the upload has begun')
    expect(api.served.inFlight).toBe(1)
    socket.destroy()
    await until(async () => (await filesIn(api.directory)).length === 0 && api.served.inFlight === 0, 'the upload has ended')
    expect(api.logged.filter(({ level }) => level === 'error' || level === 50)).toEqual([])
  })

  it('is an outage where the store cannot write, with its cause in the log', async () => {
    const api = await openApi()
    await rm(api.directory, { recursive: true })
    const content = randomBytes(10)
    expect(codeOf(await put(api, hashOf(content), content))).toEqual([503, 'ARTIFACTS_UNAVAILABLE'])
    expect(JSON.stringify(api.logged)).toContain('ENOENT')
  })
})

const filesIn = async (directory: string): Promise<readonly string[]> => (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name)
