import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

/** A real PostgreSQL with an address and data that outlive its process. */
export interface PostgresServer extends AsyncDisposable {
  /** Of a superuser's database. */
  readonly url: string
  /** Resolves when it takes connections. */
  start(): Promise<void>
  /** `SIGINT`: its clients are sent away. `SIGQUIT`: as in a crash; the next start recovers from the log. */
  stop(signal?: 'SIGINT' | 'SIGQUIT'): Promise<void>
}

const distribution = '/usr/lib/postgresql'
const folders = [...(existsSync(distribution) ? readdirSync(distribution).map((version) => join(distribution, version, 'bin')).reverse() : []), ...(process.env['PATH'] ?? '').split(delimiter)]

/** Where its programs are; undefined where it is not installed. Debian has a wrapper on the PATH, so that both have to be in one folder. */
export const postgresFolder = folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))

const execute = promisify(execFile)

/** PostgreSQL refuses to run as root; its package makes a user for it. */
async function account(): Promise<{ readonly uid?: number; readonly gid?: number }> {
  if (process.getuid?.() !== 0) return {}
  const idOf = async (which: string): Promise<number> => Number((await execute('id', [which, 'postgres'])).stdout)
  return { uid: await idOf('-u'), gid: await idOf('-g') }
}

export async function startPostgres(): Promise<PostgresServer> {
  if (postgresFolder === undefined) throw new Error('PostgreSQL is not installed.')
  const bin = postgresFolder
  const user = await account()
  const folder = await mkdtemp(join(tmpdir(), 'twinfold-postgres-'))
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const env = { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C.UTF-8' }
  await execute(join(bin, 'initdb'), ['-D', data, '-U', 'twinfold', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8'], { ...user, cwd: folder, env })
  const port = await freePort()

  let running: ChildProcess | undefined
  const start = async (): Promise<void> => {
    const options = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'log_min_messages=warning', 'max_connections=60'] // fsync matters where power fails, not where a process does
    running = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...options.flatMap((option) => ['-c', option])], { ...user, cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] })
    await untilReady(running)
  }
  const stop: PostgresServer['stop'] = async (signal = 'SIGINT') => {
    if (running === undefined) return
    const ended = once(running, 'exit')
    running.kill(signal)
    running = undefined
    await ended
  }
  await start()
  return {
    url: `postgres://twinfold@127.0.0.1:${port}/postgres`, start, stop,
    async [Symbol.asyncDispose]() {
      await stop('SIGQUIT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A line that never comes ends with the process, or with the deadline. */
async function untilReady(child: ChildProcess): Promise<void> {
  if (child.stderr === null) throw new Error('PostgreSQL has no log.')
  const said: string[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (): void => { reject(new Error(`PostgreSQL did not start:\n${said.join('\n')}`)) }
  const late = setTimeout(fail, 20_000)
  child.once('exit', fail)
  createInterface(child.stderr).on('line', (line) => {
    said.push(line)
    if (line.includes('database system is ready to accept connections')) resolve()
  })
  await promise.finally(() => {
    clearTimeout(late)
    child.off('exit', fail)
  })
}
