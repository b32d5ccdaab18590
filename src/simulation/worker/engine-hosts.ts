import type { EngineHost } from '../engine-host.ts'

/** Both places to compute as one: each engine where its isolation says. Disposes of both. */
export function createEngineHosts({ thread, process }: { readonly thread: EngineHost; readonly process: EngineHost }): EngineHost {
  return {
    compute: (work, listener, signal) => (work.engine.isolation === 'THREAD' ? thread : process).compute(work, listener, signal),
    atOnce: Math.max(thread.atOnce, process.atOnce), // they share the machine; each has what is too much wait
    async [Symbol.asyncDispose]() {
      await Promise.all([thread[Symbol.asyncDispose](), process[Symbol.asyncDispose]()])
    },
  }
}

export interface EngineHostConfig {
  /** Units of work at the same time; more wait. */
  readonly atOnce: number
  /** Memory that one of them may use. */
  readonly memoryMb: number
  /** How long cancelled work may take to come to an end by itself. */
  readonly graceMs?: number
  /** Work that gives no sign of life for so long is ended. */
  readonly silenceMs?: number
  /** Where folders for models are made; by default the system's for what is temporary. */
  readonly folder?: string
}

export const engineHostDefaults = { graceMs: 150, silenceMs: 120_000 }
