import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { EngineWork } from '../../simulation/engine-host.ts'
import { EngineError } from '../../simulation/engine-program.ts'
import type { WorkerAtWork } from '../../simulation/worker/converse.ts'
import { toOrder } from '../../simulation/worker/to-order.ts'
import type { FromWorker } from '../../simulation/worker/wire.ts'
import { kill, killStrays, residentMb } from '../../util/process-tree.ts'
import { keepTail } from '../../util/keep-tail.ts'

/** A process that computes for one run. */
export interface EngineChild {
  readonly run: string
  /** Whether it can be given work. */
  readonly isAlive: boolean
  work(work: EngineWork): WorkerAtWork
  /** Ends it, and all that it has started. Resolves when it is gone. */
  end(): Promise<void>
}

export interface EngineChildOptions {
  readonly run: string
  /** MiB of resident memory. */
  readonly memoryMb: number
  readonly environment: Readonly<Record<string, string>>
  /** Where its own folder is made. */
  readonly folder: string
}

const watchMs = 200

export async function startEngineChild({ run, memoryMb, environment, folder }: EngineChildOptions): Promise<EngineChild> {
  const root = await mkdtemp(join(folder, 'twinfold-engine-'))
  const child = fork(new URL('./engine-process.ts', import.meta.url), [String(process.pid)], {
    execArgv: [`--max-old-space-size=${memoryMb}`], // a heap beyond it ends the process; what is beside the heap is watched
    env: environment,
    serialization: 'advanced',
    detached: true, // it leads a group of processes, so that all can be ended at once
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const said = keepTail(child.stderr)
  if (child.stderr instanceof Socket) child.stderr.unref()
  const { promise: ended, resolve } = Promise.withResolvers<EngineError>()
  let isTooLarge = false
  const watch = setInterval(() => void residentMb(child.pid ?? 0).then((used) => {
    if (used <= memoryMb) return
    isTooLarge = true
    killGroup(child)
  }), watchMs).unref()
  child.on('error', (error) => { resolve(crashed(error.message)) }) // it could not be started, or a message not be sent: then its exit follows
  child.once('exit', (code, signal) => {
    clearInterval(watch)
    killGroup(child)
    setImmediate(() => { resolve(isTooLarge || /heap out of memory/.test(said.text()) ? tooLarge(memoryMb) : crashed(howEnded(code, signal), said.text())) }) // when the rest of what it said has come
  })
  const gone = ended.then(async () => {
    await killStrays(root) // programs have it as their home
    await rm(root, { recursive: true, force: true })
  })
  return {
    run,
    get isAlive() {
      return child.connected && child.exitCode === null && child.signalCode === null
    },
    work(work) {
      hold(child, true)
      child.send({ kind: 'work', order: toOrder(work, root) })
      return { wire: wireOf(child), ended, end: () => { killGroup(child) } }
    },
    async end() {
      hold(child, true)
      killGroup(child)
      await gone
    },
  }
}

/** While it has no work it does not keep this process from ending. */
function hold(child: ChildProcess, isHeld: boolean): void {
  child[isHeld ? 'ref' : 'unref']()
  child.channel?.[isHeld ? 'ref' : 'unref']()
}

function wireOf(child: ChildProcess): WorkerAtWork['wire'] {
  return {
    post: (message) => { if (child.connected) child.send(message) },
    listen(listener) {
      const onMessage = (message: FromWorker): void => { listener(message) }
      child.on('message', onMessage)
      return () => {
        child.off('message', onMessage)
        hold(child, false)
      }
    },
  }
}

/** Also when it has ended itself: its group may live on. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  if (process.platform === 'win32') return void child.kill('SIGKILL')
  kill(-child.pid)
}

const howEnded = (code: number | null, signal: NodeJS.Signals | null): string => (signal ? `by ${signal}` : `with exit code ${code}`)

const crashed = (how: string, said = ''): EngineError =>
  new EngineError('ENGINE_CRASHED', `The process that computed has ended ${how}.${said === '' ? '' : ` The last that it said: ${said.slice(-2_000)}`}`, { isRetryable: true })

const tooLarge = (memoryMb: number): EngineError => new EngineError('OUT_OF_MEMORY', `The engine took more than the ${memoryMb} MB of memory that a run may have.`)
