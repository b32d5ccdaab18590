import { mkdtempSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of this process for what is needed only while it is computed; gone when it is disposed of. */
export interface WorkFolder extends AsyncDisposable {
  readonly path: string
}

/** Of this process, which may have the pid of one that was killed. */
const own = new Set<string>()

/** Makes it in the system's folder for such, and removes those of processes of this machine that were killed, and could not do so. `onTrouble`: one could not be removed. */
export async function createWorkFolder({ parent = tmpdir(), onTrouble }: { readonly parent?: string; readonly onTrouble: (error: unknown) => void }): Promise<WorkFolder> {
  const prefix = `twinfold-work-${hostname().replaceAll(/[^\w.]/g, '_')}-`
  const path = mkdtempSync(join(parent, `${prefix}${process.pid}-`)) // at once, so that no other one of this process takes it for abandoned
  own.add(path)
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split('-')[0]) : NaN
    if (Number.isInteger(pid) && !own.has(join(parent, name)) && (pid === process.pid || !isThere(pid))) await remove(join(parent, name)).catch(onTrouble)
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await remove(path)
      own.delete(path)
    },
  }
}

/** Processes that end meanwhile may still write. */
const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 })

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH' // one of another user may not be asked
  }
}
