import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { once } from 'node:events'

/** A real Mosquitto with an address, sessions and messages of its own that outlive its process. */
export interface Mosquitto extends AsyncDisposable {
  readonly url: string
  /** Resolves when it takes connections. */
  start(): Promise<void>
  /** `SIGTERM`: in order, with a word to its clients. `SIGKILL`: not. What was saved comes back with the next start. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Stops answering, without closing anything. */
  freeze(): void
  thaw(): void
}

/** Where it is installed; undefined where it is not. */
export const mosquittoPath = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].map((folder) => join(folder, 'mosquitto')).find((path) => existsSync(path))

export async function startMosquitto(lines: readonly string[] = ['allow_anonymous true']): Promise<Mosquitto> {
  if (mosquittoPath === undefined) throw new Error('Mosquitto is not installed.')
  const path = mosquittoPath
  const folder = await mkdtemp(join(tmpdir(), 'twinfold-mosquitto-'))
  const port = await freePort()
  const config = join(folder, 'mosquitto.conf')
  await writeFile(config, [
    `listener ${port} 127.0.0.1`, 'persistence true', `persistence_location ${folder}/`, 'autosave_interval 1', 'autosave_on_changes true', 'max_queued_messages 0', 'log_dest stderr',
    ...(process.getuid?.() === 0 ? ['user root'] : []), ...lines, '',
  ].join('\n'))

  let running: ChildProcess | undefined
  const stop: Mosquitto['stop'] = async (signal = 'SIGTERM') => {
    if (running === undefined) return
    const ended = once(running, 'exit')
    running.kill(signal)
    running.kill('SIGCONT')
    running = undefined
    await ended
  }
  const start = async (): Promise<void> => {
    running = spawn(path, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] })
    await untilRunning(running)
  }
  await start()
  return {
    url: `mqtt://127.0.0.1:${port}`, start, stop,
    freeze() { running?.kill('SIGSTOP') },
    thaw() { running?.kill('SIGCONT') },
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Mosquitto says so once it listens; a line that never comes ends with the process, or with the deadline. */
async function untilRunning(child: ChildProcess): Promise<void> {
  if (child.stderr === null) throw new Error('Mosquitto has no log.')
  const said: string[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (): void => { reject(new Error(`Mosquitto did not start:\n${said.join('\n')}`)) }
  const late = setTimeout(fail, 10_000)
  child.once('exit', fail)
  createInterface(child.stderr).on('line', (line) => {
    said.push(line)
    if (/mosquitto version \S+ running/.test(line)) resolve()
  })
  await promise.finally(() => { clearTimeout(late) })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('There is no free port.')
  return address.port
}
