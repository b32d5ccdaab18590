import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { freePort } from '../../test/support/free-port.ts'

/** A Redis of its own, in memory; undefined where it is not installed. */
export async function startRedis(): Promise<{ readonly url: string } & AsyncDisposable | undefined> {
  const port = await freePort()
  const child = spawn('redis-server', ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const exit = once(child, 'exit').catch(() => undefined)
  const isThere = await new Promise<boolean>((resolve) => {
    child.once('error', () => { resolve(false) }).once('exit', () => { resolve(false) })
    createInterface({ input: child.stdout }).on('line', (line) => { if (/ready to accept connections/i.test(line)) resolve(true) })
  })
  if (!isThere) return undefined
  return {
    url: `redis://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill()
      await exit
    },
  }
}
