import { readdir, readFile } from 'node:fs/promises'

/** The process and all that come from it, itself first; where the system does not tell, itself alone. */
export async function processTree(pid: number): Promise<readonly number[]> {
  if (process.platform !== 'linux') return [pid]
  const found = [pid]
  for (const each of found) found.push(...await childrenOf(each)) // grows as it goes
  return found
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []) // it has ended
  const texts = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')))
  return texts.join(' ').split(' ').filter((text) => text.trim() !== '').map(Number)
}

/** Resident memory; 0 where the system does not tell. */
export async function residentMb(pid: number): Promise<number> {
  if (process.platform !== 'linux') return 0
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '') // it has ended
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024
}

/** False: it has ended already. */
export function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}
