import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { freePort } from './free-port.ts'

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
    await untilRunning(running, port)
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

/** An MQTT 5 CONNECT without a client id. */
const greeting = Buffer.from([0x10, 13, 0, 4, ...Buffer.from('MQTT'), 5, 2, 0, 10, 0, 0, 0])

/** Mosquitto says that it runs before its main loop does, and forgets a SIGTERM in between; so it has to answer somebody first. A line that never comes ends with the process, or with the deadline. */
async function untilRunning(child: ChildProcess, port: number): Promise<void> {
  if (child.stderr === null) throw new Error('Mosquitto has no log.')
  const said: string[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (): void => { reject(new Error(`Mosquitto did not start:\n${said.join('\n')}`)) }
  const late = setTimeout(fail, 10_000)
  child.once('exit', fail)
  createInterface(child.stderr).on('line', (line) => {
    said.push(line)
    if (!/mosquitto version \S+ running/.test(line)) return
    const socket = connect(port, '127.0.0.1', () => { socket.write(greeting) }).once('data', () => {
      socket.destroy()
      resolve()
    }).on('error', fail)
  })
  await promise.finally(() => { clearTimeout(late) })
}
