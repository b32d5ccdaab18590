import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFileArtifactStore } from '../../src/adapters/file/artifact-store.ts'

const mostBytes = 1_000_000
const hashOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'twinfold-artifacts-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

async function* inChunks(content: Uint8Array, size = 1_000): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < content.length; from += size) yield await Promise.resolve(content.subarray(from, from + size))
}

/** Every file below, so that what is half-written is seen. */
const filesIn = async (directory: string): Promise<readonly string[]> => (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name)

describe('An artifact', () => {
  it('is read as it was put, by its hash, also after a restart', async () => {
    const directory = await folder()
    const store = await createFileArtifactStore({ directory })
    for (const bytes of [0, 1, 999, 1_000, 123_456]) {
      const content = randomBytes(bytes)
      expect(await store.put(hashOf(content), inChunks(content), { mostBytes })).toEqual({ kind: 'stored', bytes, isNew: true })
      const reopened = await createFileArtifactStore({ directory })
      expect(await reopened.size(hashOf(content))).toBe(bytes)
      expect(Buffer.compare(await reopened.read(hashOf(content)) ?? Buffer.from('none'), content)).toBe(0)
      expect(await readFile(await reopened.path(hashOf(content)) ?? 'none')).toEqual(content)
    }
  })

  it('is stored once, however often and however much at once it is put', async () => {
    const directory = await folder()
    const store = await createFileArtifactStore({ directory })
    const content = randomBytes(50_000)
    const puts = await Promise.all(Array.from({ length: 20 }, () => store.put(hashOf(content), inChunks(content), { mostBytes })))
    expect(puts.every((put) => put.kind === 'stored' && put.bytes === 50_000)).toBe(true)
    expect(await store.put(hashOf(content), inChunks(content), { mostBytes })).toEqual({ kind: 'stored', bytes: 50_000, isNew: false })
    expect(await store.keep(content)).toBe(hashOf(content))
    expect(await filesIn(directory)).toEqual([hashOf(content).slice(2)])
  })

  it('leaves nothing where its bytes are not those of its name, are too many, or stop coming', async () => {
    const directory = await folder()
    const store = await createFileArtifactStore({ directory })
    const content = randomBytes(5_000)
    const other = hashOf(randomBytes(10))
    expect(await store.put(other, inChunks(content), { mostBytes })).toEqual({ kind: 'otherContent', actual: hashOf(content) })
    expect(await store.put(hashOf(content), inChunks(content), { mostBytes: 4_999 })).toEqual({ kind: 'tooLarge' })
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* inChunks(content)
      throw new Error('the line is cut')
    }
    await expect(store.put(hashOf(content), broken(), { mostBytes })).rejects.toThrow('the line is cut')
    await expect(store.put(hashOf(content), inChunks(content), { mostBytes, signal: AbortSignal.abort(new Error('no longer wanted')) })).rejects.toThrow('no longer wanted')
    expect(await filesIn(directory)).toEqual([])
    expect([await store.size(other), await store.read(hashOf(content)), await store.path(hashOf(content))]).toEqual([undefined, undefined, undefined])
    expect(await store.put(hashOf(content), inChunks(content), { mostBytes: 5_000 })).toMatchObject({ kind: 'stored' })
  })

  it('that a crash left half-written is removed at a later start, and not one that another process is still writing', async () => {
    const directory = await folder()
    await createFileArtifactStore({ directory })
    const twoHoursAgo = new Date(Date.now() - 2 * 3_600_000)
    for (const name of ['left', 'written']) await writeFile(join(directory, 'incoming', name), 'half of it')
    await utimes(join(directory, 'incoming', 'left'), twoHoursAgo, twoHoursAgo)
    await createFileArtifactStore({ directory })
    expect(await filesIn(directory)).toEqual(['written'])
  })

  it('is none where its name is no hash: names are not paths', async () => {
    const directory = await folder()
    const store = await createFileArtifactStore({ directory: join(directory, 'store') })
    await writeFile(join(directory, 'secret'), 'secret')
    for (const name of ['../secret', '../../secret', '', 'A'.repeat(64), `${'a'.repeat(62)}/x`]) {
      expect(await store.read(name)).toBeUndefined()
      expect(await store.path(name)).toBeUndefined()
      await expect(store.put(name, inChunks(randomBytes(3)), { mostBytes })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
    }
  })

  it('that cannot be written is an outage, and says so', async () => {
    const directory = await folder()
    const store = await createFileArtifactStore({ directory })
    const content = randomBytes(10)
    await writeFile(join(directory, hashOf(content).slice(0, 2)), 'a file where the folder should be')
    await expect(store.keep(content)).rejects.toMatchObject({ code: 'ARTIFACTS_UNAVAILABLE' })
    await writeFile(join(directory, 'file'), '')
    await expect(createFileArtifactStore({ directory: join(directory, 'file', 'below') })).rejects.toMatchObject({ code: 'ARTIFACTS_UNAVAILABLE' })
    await rm(join(directory, 'incoming'), { recursive: true })
    await expect(store.put(hashOf(content), inChunks(content), { mostBytes })).rejects.toMatchObject({ code: 'ARTIFACTS_UNAVAILABLE' })
    await mkdir(join(directory, 'incoming'))
  })
})
