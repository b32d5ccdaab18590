import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from './free-port.ts'

/** A real Redis with an address of its own. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string
  /** Resolves when it takes connections. */
  start(): Promise<void>
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Stops answering, without closing anything. */
  freeze(): void
  thaw(): void
}

/** Where it is installed; undefined where it is not. */
export const redisPath = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'].map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path))

export async function startRedis(): Promise<RedisServer> {
  if (redisPath === undefined) throw new Error('Redis is not installed.')
  const path = redisPath
  const folder = await mkdtemp(join(tmpdir(), 'twinfold-redis-'))
  const port = await freePort()
  let running: ChildProcess | undefined

  const stop: RedisServer['stop'] = async (signal = 'SIGKILL') => {
    if (running === undefined) return
    const ended = once(running, 'exit')
    running.kill(signal)
    running.kill('SIGCONT')
    running = undefined
    await ended
  }
  const start = async (): Promise<void> => {
    running = spawn(path, ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '', '--appendonly', 'no'], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })
    await untilReady(running)
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`, start, stop,
    freeze() { running?.kill('SIGSTOP') },
    thaw() { running?.kill('SIGCONT') },
    async [Symbol.asyncDispose]() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A line that never comes ends with the process, or with the deadline. */
async function untilReady(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('Redis has no log.')
  const said: string[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (): void => { reject(new Error(`Redis did not start:\n${said.join('\n')}`)) }
  const late = setTimeout(fail, 10_000)
  child.once('exit', fail)
  createInterface(child.stdout).on('line', (line) => {
    said.push(line)
    if (/ready to accept connections/i.test(line)) resolve()
  })
  await promise.finally(() => {
    clearTimeout(late)
    child.off('exit', fail)
  })
}
