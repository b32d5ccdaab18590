import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type ArtifactPut, type ArtifactStore, isSha256 } from '../../artifact/artifact-store.ts'
import { failure } from '../../errors.ts'
import { nowMicroseconds } from '../../util/clock.ts'
import { newId } from '../../util/id.ts'

export interface FileArtifactStoreConfig {
  /** Made where it is missing. Several processes may share it. */
  readonly directory: string
}

/**
 * Artifacts as files `ab/cdef…` of a directory. Content is written beside and renamed when it is whole and on the disk, so that a name is either all of its
 * bytes or nothing. What a crash left half-written is removed at a later start. Throws ARTIFACTS_UNAVAILABLE.
 */
export async function createFileArtifactStore({ directory }: FileArtifactStoreConfig): Promise<ArtifactStore> {
  const root = resolve(directory)
  const incoming = join(root, 'incoming')
  await guarded(async () => {
    await mkdir(incoming, { recursive: true })
    await removeStale(incoming)
  })
  const fileOf = (sha256: string): string | undefined => (isSha256(sha256) ? join(root, sha256.slice(0, 2), sha256.slice(2)) : undefined)
  const size = async (sha256: string): Promise<number | undefined> => {
    const file = fileOf(sha256)
    return file === undefined ? undefined : await guarded(async () => (await present(stat(file)))?.size)
  }

  const put: ArtifactStore['put'] = async (sha256, content, { mostBytes, signal }) => {
    const file = fileOf(sha256)
    if (file === undefined) throw failure('BAD_USER_INPUT', { message: `${JSON.stringify(sha256.slice(0, 80))} is no SHA-256: it takes 64 hexadecimal digits in lower case.` })
    const written = join(incoming, newId())
    try {
      const taken = await take(content, written, mostBytes, signal)
      if (taken === undefined) return { kind: 'tooLarge' }
      if (taken.actual !== sha256) return { kind: 'otherContent', actual: taken.actual }
      return { kind: 'stored', bytes: taken.bytes, isNew: await guarded(() => settle(written, file)) }
    } finally {
      await rm(written, { force: true }).catch(() => undefined) // what cannot be removed now is at the next start
    }
  }
  return {
    put, size,
    async keep(content) {
      const sha256 = createHash('sha256').update(content).digest('hex')
      if (await size(sha256) === undefined) assertStored(await put(sha256, once(content), { mostBytes: content.byteLength }))
      return sha256
    },
    async read(sha256) {
      const file = fileOf(sha256)
      return file === undefined ? undefined : await guarded(() => present(readFile(file)))
    },
    path: async (sha256) => (await size(sha256) === undefined ? undefined : fileOf(sha256)),
  }
}

/** Far longer than any upload may take, so that what another process is writing stays. */
const staleMs = 3_600_000

async function removeStale(incoming: string): Promise<void> {
  const before = nowMicroseconds() / 1_000 - staleMs
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name)
    const found = await present(stat(path))
    if (found && found.mtimeMs < before) await rm(path, { force: true })
  }
}

/** Writes a stream to a file, to the disk; undefined where it is longer than it may be. What the stream itself throws is thrown as it is. */
async function take(content: AsyncIterable<Uint8Array>, path: string, mostBytes: number, signal: AbortSignal | undefined): Promise<{ readonly actual: string; readonly bytes: number } | undefined> {
  const hash = createHash('sha256')
  let bytes = 0
  const file = await guarded(() => open(path, 'wx'))
  try {
    for await (const chunk of content) {
      signal?.throwIfAborted()
      bytes += chunk.byteLength
      if (bytes > mostBytes) return undefined
      hash.update(chunk)
      await guarded(() => writeAll(file, chunk))
    }
    signal?.throwIfAborted()
    await guarded(() => file.sync())
  } finally {
    await guarded(() => file.close())
  }
  return { actual: hash.digest('hex'), bytes }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let from = 0; from < chunk.byteLength;) from += (await file.write(chunk, from)).bytesWritten
}

/** Gives a whole file its name; false where it was there. Of several that are put at once, each renames the same bytes over the others'. */
async function settle(written: string, file: string): Promise<boolean> {
  const folder = join(file, '..')
  const isNew = (await present(stat(file))) === undefined
  if (!isNew) return false
  if (await mkdir(folder, { recursive: true }) !== undefined) await syncFolder(join(folder, '..'))
  await rename(written, file)
  await syncFolder(folder)
  return true
}

/** So that the name is on the disk as well. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return // folders cannot be opened there
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve()
  yield content
}

function assertStored(put: ArtifactPut): void {
  if (put.kind !== 'stored') throw new Error(`Bytes of our own were not stored: ${put.kind}.`)
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** Undefined where there is no such file. */
async function present<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const why = codeOf(cause)
    throw failure('ARTIFACTS_UNAVAILABLE', why === 'ENOSPC' ? { cause, message: 'The disk for artifacts is full.' } : { cause })
  }
}
