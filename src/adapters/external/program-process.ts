import { spawn } from 'node:child_process'
import { EngineError } from '../../simulation/engine-program.ts'
import { type FromProgram, parseLine, type ToProgram } from '../../simulation/external/protocol.ts'
import { monotonicMs } from '../../util/clock.ts'
import { kill, processTree, residentMb } from '../../util/process-tree.ts'
import { keepTail } from '../../util/keep-tail.ts'
import type { Launch } from './launch.ts'
import { createLineReader } from './line-reader.ts'

/** A program that was started. */
export interface ProgramProcess {
  readonly isAlive: boolean
  /** Resolves when the program has room for more. */
  send(message: ToProgram): Promise<void>
  /** The next message. Throws EngineError: what it wrote cannot be used, or it has ended, and why. */
  next(): Promise<FromProgram>
  /** The time that it may take, and the bytes that it may write, begin anew. */
  restart(): void
  /** Tells it that it is cancelled, and ends it soon after; `next` throws the reason then. */
  cancel(reason: unknown): void
  /** Ends it with all that it has started. Resolves when it is gone. */
  end(): Promise<void>
}

const watchMs = 100
/** How long a cancelled program may take to end by itself. */
const cancelMs = 80

/** Makes the folder the home of all that the program leaves, and caps the memory of each process: a second line behind what is watched, which is the whole. */
const launcher = 'HOME=$PWD TMPDIR=$PWD; export HOME TMPDIR; ulimit -d "$1" 2>/dev/null; shift; exec "$@"'
const dataKb = (memoryMb: number): number => (2 * memoryMb + 512) * 1024

/** Starts it in a folder, with the environment of this process, in this process's group, which its host ends as a whole. */
export function startProgram({ engine, command, limits }: Launch, folder: string): ProgramProcess {
  const [file, args] = process.platform === 'win32' ? [command[0], command.slice(1)] : ['/bin/sh', ['-c', launcher, engine, String(dataKb(limits.memoryMb)), ...command]] as const
  const child = spawn(file, args, { cwd: folder, stdio: 'pipe', windowsHide: true })
  const said = keepTail(child.stderr)
  const lines = createLineReader(child.stdout, limits.outputBytes)
  const { promise: gone, resolve } = Promise.withResolvers<{ readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly error?: Error }>()
  let cause: { readonly why: unknown } | undefined
  let [saidAt, late] = [Infinity, Infinity]

  const endWith = async (why: unknown): Promise<void> => {
    cause ??= { why }
    if (child.pid !== undefined) for (const pid of await processTree(child.pid)) kill(pid)
    child.stdout.destroy() // what it started may hold it open
  }
  const restart = (): void => {
    saidAt = monotonicMs()
    late = saidAt + limits.timeMs
    lines.restart()
  }
  const watch = setInterval(() => void check(), watchMs)
  const check = async (): Promise<void> => {
    const now = monotonicMs()
    if (now > late) return endWith(new EngineError('TIME_LIMIT', `${engine} took longer than the ${limits.timeMs / 1000} s that it may.`))
    if (now - saidAt > limits.silenceMs) return endWith(new EngineError('ENGINE_SILENT', `${engine} wrote nothing for ${limits.silenceMs / 1000} s.`, { isRetryable: true }))
    const pids = await processTree(child.pid ?? 0)
    const used = (await Promise.all(pids.map(residentMb))).reduce((sum, mb) => sum + mb, 0)
    if (used > limits.memoryMb) await endWith(tooLarge(engine, limits.memoryMb))
  }
  child.once('close', (code, signal) => { resolve({ code, signal }) })
  child.once('error', (error) => { resolve({ code: null, signal: null, error }) }) // it could not be started
  child.stdin.on('error', () => undefined) // it reads no more; `next` tells what became of it
  void gone.then(() => { clearInterval(watch) })
  restart()
  return {
    get isAlive() {
      return child.exitCode === null && child.signalCode === null && cause === undefined
    },
    send: (message) => new Promise((sent) => { child.stdin.write(`${JSON.stringify(message)}\n`, () => { sent() }) }),
    async next() {
      saidAt = monotonicMs()
      const line = await lines.next()
      saidAt = Infinity // until it is asked for the next one, nobody waits for the program
      if (line !== undefined) {
        const message = parseLine(line)
        if (message.type === 'ready' || message.type === 'done' || message.type === 'error') late = Infinity
        return message
      }
      const end = await gone
      throw cause ? cause.why : whyEnded(engine, limits.memoryMb, said.text(), end)
    },
    restart,
    cancel(reason) {
      cause ??= { why: reason }
      child.stdin.write(`${JSON.stringify({ type: 'cancel' } satisfies ToProgram)}\n`)
      setTimeout(() => void endWith(reason), cancelMs)
    },
    async end() {
      await endWith(undefined)
      await gone
    },
  }
}

function whyEnded(engine: string, memoryMb: number, said: string, { code, signal, error }: { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly error?: Error }): EngineError {
  const quoted = said === '' ? '' : ` The last that it said: ${said}`
  if (error || code === 126 || code === 127) return new EngineError('ENGINE_UNAVAILABLE', `${engine} cannot be started. ${error?.message ?? ''}${quoted}`.trim())
  if (/MemoryError|bad_alloc|out of memory|cannot allocate memory/i.test(said)) return tooLarge(engine, memoryMb, quoted)
  return new EngineError('ENGINE_CRASHED', `${engine} ended ${signal ? `by ${signal}` : `with exit code ${code}`} before it was done.${quoted}`, { isRetryable: signal !== null })
}

const tooLarge = (engine: string, memoryMb: number, quoted = ''): EngineError => new EngineError('OUT_OF_MEMORY', `${engine} took more than the ${memoryMb} MB of memory that it may.${quoted}`)
