import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { keepTail } from '../../src/util/keep-tail.ts'
import { freePort } from './free-port.ts'

/** A real inference server, with the models `plain`, `echo` and `endless` of onnx-model.ts. */
export interface OipServer extends AsyncDisposable {
  readonly url: string
}

export type OipServerKind = 'mlserver' | 'kserve'

/** Where Python is; undefined where it is not installed. */
export const pythonPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'python3')).find((path) => existsSync(path))

const versions: Readonly<Record<OipServerKind, string>> = { mlserver: '1.7.1', kserve: '0.21.0' }
const installMs = 420_000
const startMs = 90_000

const models = fileURLToPath(new URL('./oip', import.meta.url))
const cache = fileURLToPath(new URL('../../.cache/python', import.meta.url))

/** Installs the server where that was not done yet: a minute, and half a gigabyte. Rejects with what pip said. */
export async function installOipServer(kind: OipServerKind): Promise<string> {
  if (pythonPath === undefined) throw new Error('Python is not installed.')
  const home = join(cache, `${kind}-${versions[kind]}`)
  if (existsSync(home)) return join(home, 'bin', 'python')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'making-'))
  try {
    await run(pythonPath, ['-m', 'venv', folder])
    await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `${kind}==${versions[kind]}`])
    await rename(folder, home).catch(async (error: unknown) => { await access(home).catch(() => { throw error }) }) // another run was quicker
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return join(home, 'bin', 'python')
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: installMs, killSignal: 'SIGKILL' })
  const said = keepTail(child.stderr)
  const [code, signal] = await once(child, 'close') as [number | null, string | null]
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ${signal === null ? `ended with ${code}` : `took longer than ${installMs} ms`}. Is the package index reachable?\n${said.text()}`)
}

export async function startOipServer(kind: OipServerKind): Promise<OipServer> {
  const python = await installOipServer(kind)
  const folder = await mkdtemp(join(tmpdir(), `twinfold-${kind}-`))
  const port = await freePort()
  const args = kind === 'kserve' ? [join(models, 'kserve_models.py'), String(port)] : ['-c', 'from mlserver.cli import main; main()', 'start', await mlserverFolder(folder, port)]
  const child = spawn(python, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], HOME: folder, PYTHONPATH: models } })
  const tails = [keepTail(child.stdout), keepTail(child.stderr)]
  const server: OipServer = {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await end(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    await untilReady(server.url, child)
  } catch (error) {
    await server[Symbol.asyncDispose]()
    throw new Error(`${kind} did not start: ${String(error)}\n${tails.map((tail) => tail.text()).join('\n')}`, { cause: error })
  }
  return server
}

/** Its settings, and those of its models: `plain` says what it takes and gives, the others do not. */
async function mlserverFolder(folder: string, port: number): Promise<string> {
  const [grpc, metrics] = [await freePort(), await freePort()]
  const write = (path: string, json: object): Promise<void> => writeFile(join(folder, path), JSON.stringify(json))
  await write('settings.json', { host: '127.0.0.1', http_port: port, grpc_port: grpc, metrics_port: metrics, parallel_workers: 0, debug: false })
  const declared = {
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }],
    outputs: [{ name: 'sum', datatype: 'FP32', shape: [-1, 1] }, { name: 'root', datatype: 'FP32', shape: [-1, 3] }],
  }
  for (const [name, implementation, more] of [['plain', 'Plain', declared], ['endless', 'Endless', {}], ['echo', 'Echo', {}]] as const) {
    await mkdir(join(folder, name))
    await write(`${name}/model-settings.json`, { name, implementation: `mlserver_models.${implementation}`, ...more })
  }
  return folder
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = AbortSignal.timeout(startMs)
  while (child.exitCode === null && child.signalCode === null) {
    deadline.throwIfAborted()
    const isReady = await fetch(`${url}/v2/models/plain/ready`, { signal: deadline }).then(({ ok }) => ok, () => false)
    if (isReady) return
    await setTimeout(100) // its log does not say when a model is ready
  }
  throw new Error('it ended')
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
