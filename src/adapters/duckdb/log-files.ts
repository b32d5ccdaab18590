import { type FileHandle, mkdir, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nowMicroseconds } from '../../util/clock.ts'
import { decodeFrame, type Frame } from './frame.ts'

/**
 * The append-only log: numbered files of frames, one of which is written to. What is appended is on the disk before it counts; what a crash left of an
 * unfinished write is cut off when the file is read.
 */
export interface LogFiles extends AsyncDisposable {
  /** The number of the file that is written to. */
  readonly current: number
  readonly bytes: number
  /** Durable when it resolves. Rejects with the system's error, and then nothing of it is kept: the next append goes where this one would have. */
  append(bytes: Buffer): Promise<void>
  /** Begins the next file; resolves to the number of the one before. */
  rotate(): Promise<number>
  /** Removes a file and all before it. */
  removeThrough(number: number): Promise<void>
}

/** A file as it was found. */
export interface FoundLog {
  readonly number: number
  readonly frames: readonly Frame[]
  /** Bytes from the first that are no whole frame to the end; they were moved to a file of their own beside it. */
  readonly torn: number
}

const nameOf = (number: number): string => `log-${String(number).padStart(10, '0')}.bin`
const numberOf = (name: string): number | undefined => (/^log-\d{10}\.bin$/.test(name) ? Number(name.slice(4, 14)) : undefined)

/** Reads the files after `merged`, oldest first, giving each to `replay`; removes the others. */
export async function openLogFiles(directory: string, merged: number, replay: (found: FoundLog) => void | Promise<void>): Promise<LogFiles> {
  await mkdir(directory, { recursive: true })
  const numbers = (await readdir(directory)).flatMap((name) => numberOf(name) ?? []).sort((a, b) => a - b)
  let last = merged
  for (const number of numbers) {
    if (number <= merged) {
      await rm(join(directory, nameOf(number)))
      continue
    }
    await replay(await readLog(directory, number))
    last = number
  }
  return await writeLogFiles(directory, last + 1)
}

async function readLog(directory: string, number: number): Promise<FoundLog> {
  const path = join(directory, nameOf(number))
  const bytes = await readFile(path)
  const frames: Frame[] = []
  let offset = 0
  for (let decoded = decodeFrame(bytes, offset); decoded; decoded = decodeFrame(bytes, offset)) {
    frames.push(decoded.frame)
    offset = decoded.next
  }
  if (offset < bytes.length) {
    await writeFile(`${path}.damaged-${nowMicroseconds()}`, bytes.subarray(offset)) // behind a damaged frame others may be whole
    await truncate(path, offset)
  }
  return { number, frames, torn: bytes.length - offset }
}

async function writeLogFiles(directory: string, first: number): Promise<LogFiles> {
  let current = first
  let file = await create(directory, current)
  let length = 0
  let needsCut = false
  return {
    get current() {
      return current
    },
    get bytes() {
      return length
    },
    async append(bytes) {
      if (needsCut) await cut()
      needsCut = true // until it is known to be whole
      try {
        await writeFully(file, bytes, length)
        await file.datasync()
        length += bytes.length
        needsCut = false
      } catch (error) {
        await cut().catch(() => undefined) // else the next append tries again; it begins at the same place, and is not begun before
        throw error
      }
    },
    async rotate() {
      const fresh = await create(directory, current + 1)
      await file.close()
      file = fresh
      length = 0
      needsCut = false
      return current++
    },
    async removeThrough(number) {
      for (const name of await readdir(directory)) {
        const found = numberOf(name)
        if (found !== undefined && found <= number) await rm(join(directory, name), { force: true })
      }
    },
    async [Symbol.asyncDispose]() {
      await file.close()
    },
  }

  async function cut(): Promise<void> {
    await file.truncate(length)
    await file.datasync()
    needsCut = false
  }
}

/** The directory is flushed too, else a crash of the machine may lose the file's name. */
async function create(directory: string, number: number): Promise<FileHandle> {
  const file = await open(join(directory, nameOf(number)), 'w')
  const folder = await open(directory, 'r')
  await folder.sync().finally(() => folder.close())
  return file
}

async function writeFully(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten
  }
}
