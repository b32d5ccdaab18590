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

/**
 * Ends processes that were started with a folder, or one in it, in their environment, wherever in the tree of processes they are by now: those that left their group
 * and outlived who started them. Where the system does not tell, none.
 */
export async function killStrays(folder: string): Promise<void> {
  if (process.platform !== 'linux') return
  for (let round = 0; round < 5; round++) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const strays = (await Promise.all(pids.map(async (pid) => ((await environmentOf(pid)).some((text) => isWithin(text, folder)) ? [Number(pid)] : [])))).flat()
    for (const pid of strays) kill(pid)
    if (strays.length === 0) return // else they may have started others meanwhile
  }
}

const environmentOf = async (pid: string): Promise<readonly string[]> =>
  (await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')).split('\0') // it has ended, or is somebody else's

const isWithin = (variable: string, folder: string): boolean => {
  const path = variable.slice(variable.indexOf('=') + 1)
  return path === folder || path.startsWith(`${folder}/`)
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
