import { setTimeout as delay } from 'node:timers/promises'
import { EngineError, type EngineProgram, type RunContext } from '../../../../src/simulation/engine-program.ts'

const kept: unknown[] = []

/** Goes wrong in the way that `input` names. */
const faults: Readonly<Record<string, (context: RunContext) => Promise<void> | void>> = {
  hang: () => { for (;;) kept.length = 0 },
  throw: () => { throw new EngineError('NO_CONVERGENCE', 'The pressures of twin "junction-7" do not settle.', { twin: 'junction-7', isRetryable: false }) },
  retryable: () => { throw new EngineError('LICENCE_BUSY', 'All licences are in use.', { isRetryable: true }) },
  exit: () => process.exit(3),
  abort: () => process.abort(),
  memory: async (context) => {
    for (;;) {
      kept.push(Array.from({ length: 100_000 }, (_, i) => ({ i })))
      await context.progress(0)
    }
  },
  array: () => void kept.push(new Array(60_000_000).fill({})),
  buffers: async (context) => {
    for (;;) {
      kept.push(Buffer.alloc(8 * 1024 * 1024, 1))
      await context.progress(0)
    }
  },
  deaf: async (context) => { // it is told that it is aborted, and goes on
    for (;;) {
      try {
        await (context.progress(0) ?? delay(1))
      } catch {
        await delay(1)
      }
    }
  },
  silent: () => delay(600_000),
  cooperative: async (context) => {
    for (let at = 0; ; at++) await (context.progress(at % 1000) ?? undefined)
  },
  impatient: (context) => { for (let at = 0; ; at++) void context.emit(at, new Float64Array(2)) },
  infinite: async (context) => void (await context.emit(0, Float64Array.of(1, Infinity))),
  backwards: async (context) => {
    await context.emit(5, new Float64Array(2))
    await context.emit(4, new Float64Array(2))
  },
  uncaught: async () => {
    setTimeout(() => { throw new Error('a callback of a library failed') }, 1)
    await delay(600_000)
  },
}

export const program: EngineProgram = {
  async open({ input }) {
    if (input === 'openThrows') throw new EngineError('BAD_MODEL', 'It cannot be opened.')
    return {
      async run(_settings, context) {
        await faults[String(input)]?.(context)
        return {}
      },
      close: () => undefined,
    }
  },
}
