import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { link, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { failure } from '../../../errors.ts'
import { newId } from '../../../util/id.ts'

/**
 * Keeps a data directory for this process until disposed. A lock whose process has ended, or whose pid now belongs to another process
 * (told by its start time), is taken over. Fails with DATA_DIRECTORY_IN_USE.
 */
export async function lockDataDirectory(directory: string): Promise<AsyncDisposable> {
  await mkdir(directory, { recursive: true })
  const lock = join(directory, 'twinfold.lock')
  const own = `${lock}.${newId()}`
  await writeFile(own, `${process.pid} ${await startTime(process.pid)}`, { flag: 'wx' })
  try {
    const holder = await acquire(lock, own)
    if (holder !== undefined) {
      throw failure('DATA_DIRECTORY_IN_USE', { message: `The data directory ${resolve(directory)} is in use by the process ${holder}. Stop that one, or give this one a directory of its own in TWINFOLD_DATA.` })
    }
  } finally {
    await unlink(own)
  }
  return { [Symbol.asyncDispose]: async () => void await isDone(unlink(lock), 'ENOENT') } // gone already: the directory was removed
}

/**
 * Makes the file at `own`, which names this process, the lock; or returns the pid of the live process that has it or is about to.
 *
 * A lock appears whole, as a link to a file written before, so that nobody reads half of one. Of the processes that find it stale, only the one that has
 * a second lock, named for the stale one, may replace it, and only while the stale one is still there: so nobody replaces the winner's.
 */
async function acquire(lock: string, own: string): Promise<number | undefined> {
  while (!(await isDone(link(own, lock), 'EEXIST'))) {
    const found = await readIfThere(lock)
    if (found === undefined) continue // given back just now
    const holder = await liveHolder(found)
    if (holder !== undefined) return holder
    const permit = `${lock}.${createHash('sha256').update(found).digest('hex').slice(0, 16)}`
    const rival = await acquire(permit, own)
    if (rival !== undefined) return rival
    try {
      if (await readIfThere(lock) !== found) continue
      const copy = `${own}.copy`
      await link(own, copy)
      await rename(copy, lock)
      return undefined
    } finally {
      await unlink(permit)
    }
  }
  return undefined
}

const readIfThere = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
  if (error.code !== 'ENOENT') throw error
  return undefined
})

/** The pid in a lock, while the process that wrote it runs. */
async function liveHolder(text: string): Promise<number | undefined> {
  const [, pid, started] = /^(\d+) (.*)$/s.exec(text) ?? []
  return pid !== undefined && Number(pid) > 0 && isAlive(Number(pid)) && (await startTime(Number(pid))) === started ? Number(pid) : undefined
}

/** False where it failed with that code. */
const isDone = (work: Promise<void>, code: string): Promise<boolean> => work.then(() => true, (error: NodeJS.ErrnoException) => {
  if (error.code !== code) throw error
  return false
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When the process started: in ticks since the system did, field 22 of proc(5)'s stat, after the name in parentheses; elsewhere as ps(1) says it. '' for none. */
async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat !== undefined) return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  return await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).then(({ stdout }) => stdout.trim(), () => '')
}
