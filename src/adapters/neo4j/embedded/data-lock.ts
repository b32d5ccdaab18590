import { execFile } from 'node:child_process'
import { link, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { failure } from '../../../errors.ts'
import { newId } from '../../../util/id.ts'

/**
 * Keeps a data directory for this process until disposed. A lock whose process has ended, or whose pid now belongs to another process
 * (told by its start time), is taken over. Fails with DATA_DIRECTORY_IN_USE.
 *
 * The lock is a file with the pid and start time of its holder. It appears whole, by a link to a file written before, so that nobody reads half of one;
 * a stale one is moved away before it is judged for good, so that of two processes that found it stale only one can take it, and neither takes the other's.
 */
export async function lockDataDirectory(directory: string): Promise<AsyncDisposable> {
  await mkdir(directory, { recursive: true })
  const lock = join(directory, 'twinfold.lock')
  const own = `${lock}.${newId()}`
  await writeFile(own, `${process.pid} ${await startTime(process.pid)}`, { flag: 'wx' })
  try {
    while (!(await isDone(link(own, lock), 'EEXIST'))) {
      const holder = await liveHolder(lock)
      if (holder !== undefined) throw inUse(directory, holder)
      await removeStale(lock, `${own}.stale`)
    }
  } finally {
    await unlink(own)
  }
  return { [Symbol.asyncDispose]: async () => void await isDone(unlink(lock), 'ENOENT') } // gone already: the directory was removed
}

const inUse = (directory: string, pid: number): Error =>
  failure('DATA_DIRECTORY_IN_USE', { message: `The data directory ${resolve(directory)} is in use by the process ${pid}. Stop that one, or give this one a directory of its own in TWINFOLD_DATA.` })

/** Moves the lock away, and back when it turns out to be another's fresh one. */
async function removeStale(lock: string, aside: string): Promise<void> {
  if (!(await isDone(rename(lock, aside), 'ENOENT'))) return
  if (await liveHolder(aside) !== undefined) await isDone(link(aside, lock), 'EEXIST')
  await unlink(aside)
}

/** The pid in a lock file, while the process that wrote it runs. */
async function liveHolder(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return ''
  })
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
