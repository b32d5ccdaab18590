import { mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { failure } from '../../../errors.ts'

/**
 * Keeps a data directory for this process until disposed. A lock whose process has ended, or whose pid now belongs to another process
 * (told by its start time, where the system shows it), is taken over. Fails with DATA_DIRECTORY_IN_USE.
 */
export async function lockDataDirectory(directory: string): Promise<AsyncDisposable> {
  await mkdir(directory, { recursive: true })
  const file = join(directory, 'twinfold.lock')
  const mine = `${process.pid} ${await startTime(process.pid)}`
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = await open(file, 'wx')
      await handle.writeFile(mine)
      await handle.close()
      return { [Symbol.asyncDispose]: () => unlink(file).catch(() => undefined) } // gone already: the directory was removed
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 2) throw error
    }
    const [pid = '', started = ''] = (await readFile(file, 'utf8').catch(() => '')).split(' ')
    if (isAlive(Number(pid)) && (await startTime(Number(pid))) === started) {
      throw failure('DATA_DIRECTORY_IN_USE', { message: `The data directory ${resolve(directory)} is in use by the process ${pid}. Stop that one, or give this one a directory of its own in TWINFOLD_DATA.` })
    }
    await unlink(file).catch(() => undefined) // another process may have taken it over first; the next attempt tells
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When the process started, in the system's ticks; '' where the system has no /proc. Field 22 of proc(5)'s stat, after the name in parentheses. */
async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}
