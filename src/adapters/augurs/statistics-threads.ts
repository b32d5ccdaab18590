import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import { failure } from '../../errors.ts'
import type { ForecastCompute } from '../../prediction/forecast/forecast-service.ts'
import type { StatisticsTask } from './statistics-task.ts'

/** Threads that compute forecasts and statistics. */
export interface StatisticsThreads extends ForecastCompute, AsyncDisposable {
  readonly threads: number
  run(task: StatisticsTask, signal?: AbortSignal): Promise<unknown>
}

export interface StatisticsThreadsConfig {
  /** At most so many at once; they begin when they are needed. */
  readonly threads: number
  /** Tasks that may wait for a thread; beyond them they are OVERLOADED. */
  readonly mostWaiting?: number
  /** A thread without work ends after so long. */
  readonly idleMs?: number
}

export function createStatisticsThreads({ threads, mostWaiting = 4_096, idleMs = 60_000 }: StatisticsThreadsConfig): StatisticsThreads {
  const pool = new Piscina({
    filename: fileURLToPath(new URL('./statistics-thread.ts', import.meta.url)),
    minThreads: 0, maxThreads: threads, idleTimeout: idleMs, maxQueue: mostWaiting, atomics: 'disabled', env: {}, execArgv: [],
  })
  pool.on('error', () => undefined) // of a thread without work; the next work gets another one
  const run = async (task: StatisticsTask, signal?: AbortSignal): Promise<unknown> => {
    signal?.throwIfAborted()
    if (pool.queueSize >= mostWaiting) throw failure('OVERLOADED', { message: `${pool.queueSize} forecasts and statistics wait to be computed; no more are taken at the moment.` })
    return await pool.run(task) as unknown // to the end: it takes milliseconds, and to end it is to end a thread
  }
  return {
    threads, run,
    // what a task answers is what its kind says in statistics-thread.ts
    forecast: (task, level, signal) => run({ kind: 'forecast', task, level }, signal) as ReturnType<ForecastCompute['forecast']>,
    band: (forecast, level, signal) => run({ kind: 'band', forecast, level }, signal) as ReturnType<ForecastCompute['band']>,
    score: (task, signal) => run({ kind: 'score', task }, signal) as ReturnType<ForecastCompute['score']>,
    async [Symbol.asyncDispose]() {
      await pool.destroy()
    },
  }
}
