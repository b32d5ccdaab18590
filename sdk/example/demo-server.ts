import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

/** The demo, as `npm start` runs it, at an address that it keeps over restarts. */
export interface DemoServer extends AsyncDisposable {
  readonly url: string
  /** Ends it as a deployment would, and starts it again on the same data. */
  restart(): Promise<void>
}

/** In a data directory of its own, with the demo town. Rejects where the server ends before it is ready. */
export async function startDemoServer(root: string, data: string): Promise<DemoServer> {
  const environment = { ...process.env, TWINFOLD_PORT: String(await freePort()), TWINFOLD_DATA: data, TWINFOLD_DEMO: 'on', TWINFOLD_LOG: 'warn' }
  let server = await start(root, environment)
  return {
    url: server.url,
    async restart() {
      await stop(server.child)
      server = await start(root, environment)
    },
    [Symbol.asyncDispose]: () => stop(server.child),
  }
}

async function start(root: string, environment: NodeJS.ProcessEnv): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, ['src/main.ts'], { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit').then(([code]) => { throw new Error(`The server ended with ${String(code)} before it was ready.`) })
  ended.catch(() => undefined) // of interest only as long as it is not ready
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]) as [string]
  return { child, url: line.replace(/^.* (?=http)/, '') }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (typeof address !== 'object' || !address) throw new Error('There is no free port.')
  return address.port
}
