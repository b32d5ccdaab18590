import { readFileSync } from 'node:fs'

/** Whether the process computes or waits; one that has ended, and whose parent has not asked how yet, does neither. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false // there is none
  }
}
