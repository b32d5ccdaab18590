import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { failure } from '../../../errors.ts'
import { findInstallation } from './installation.ts'

export interface ServerOptions {
  readonly home: string
  readonly configurationFile: string
  /** 0: any free one. */
  readonly port: number
  readonly heapMb: number
  readonly password: string
  /** The child's environment: where `java` is found. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** One run of the server, from the moment it answers. */
export interface ServerProcess {
  readonly pid: number
  readonly port: number
  /** Resolves when it has ended, by itself or not, to how: the signal or exit code, and what it said last of errors. */
  readonly ended: Promise<string>
  /** Asks it to end and waits until it has; it is given a while to write its stores. */
  stop(): Promise<void>
}

const startDeadlineMs = 120_000
const stopDeadlineMs = 30_000
const linesKept = 20

/** Starts the server and waits until it answers. Fails with STORE_UNAVAILABLE and what it printed when it ends before, or with the signal's reason. */
export async function startServer({ home, configurationFile, port, heapMb, password, environment }: ServerOptions, signal: AbortSignal): Promise<ServerProcess> {
  const { java, classPath } = await findInstallation()
  const child = spawn(java, [
    '-Xms256m', `-Xmx${heapMb}m`, '-XX:+UseG1GC',
    ...['java.nio', 'java.io', 'sun.nio.ch', 'java.util.concurrent'].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
    '-cp', classPath, 'Launcher', home, configurationFile, String(port),
  ], { detached: true, stdio: ['pipe', 'pipe', 'pipe'], env: { ...environment, TWINFOLD_NEO4J_PASSWORD: password } }) // detached: Ctrl-C is for us; its end comes in our order
  const printed: string[] = []
  const keep = (line: string): void => {
    if (!/^\s+(at |\.\.\. )/.test(line) && printed.push(line) > linesKept) printed.shift() // frames of Java's stack tell users nothing
  }
  const closed = Promise.withResolvers<string>() // after its last line was read
  child.once('error', (error) => { keep(error.message); closed.resolve('could not be run') })
  child.once('close', (code, by) => { closed.resolve(by ?? `exit code ${String(code)}`) })
  child.stdin.on('error', () => undefined) // it ended just before it was asked to
  createInterface({ input: child.stderr }).on('line', keep)

  const ready = Promise.withResolvers<number>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, bolt] = /^bolt (\d+)$/.exec(line) ?? []
    if (bolt) ready.resolve(Number(bolt))
    else keep(line)
  })
  const stop = async (): Promise<void> => {
    child.stdin.end()
    const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs)
    await closed.promise
    clearTimeout(timer)
  }
  const giveUp = AbortSignal.any([signal, AbortSignal.timeout(startDeadlineMs)])
  try {
    signal.throwIfAborted() // while the installation was looked for
    const bolt = await Promise.race([ready.promise, closed.promise, once(giveUp, 'abort').then(() => 'no answer in time')])
    if (typeof bolt === 'string') throw failure('STORE_UNAVAILABLE', { message: `The embedded Neo4j did not start (${bolt}):\n${printed.join('\n')}` })
    printed.length = 0
    return { pid: child.pid ?? 0, port: bolt, ended: closed.promise.then((how) => [how, ...printed].join('\n')), stop }
  } catch (error) {
    await stop()
    signal.throwIfAborted()
    throw error
  }
}
