import { Failure, failure } from '../../errors.ts'
import type { TelemetryStore } from '../../telemetry/telemetry-store.ts'
import { DurableButUnseen } from './broken-database.ts'
import { type DuckdbTelemetryConfig, openStore } from './open-store.ts'

export type { DuckdbTelemetryConfig } from './open-store.ts'

/** How often a question is asked of databases that break under it: it may be what breaks them. */
const mostTries = 3

/** Between two tries to open the database, in ms. */
const openAgainAfterMs = 1_000

/**
 * Telemetry in one directory, for one process. The log is what is true; a database that breaks, as DuckDB's does when a commit fails for want of memory, is
 * opened anew from it, and who asks meanwhile waits for that.
 */
export async function createDuckdbTelemetryStore(config: DuckdbTelemetryConfig): Promise<TelemetryStore> {
  let brokenBy: Error | undefined
  let opening: Promise<void> | undefined
  let isClosing = false
  let timer: NodeJS.Timeout | undefined

  const open = async (): Promise<TelemetryStore> => {
    brokenBy = undefined
    return await openStore(config, (error) => {
      brokenBy = error
      if (isClosing) return
      config.log?.warn({ err: error }, 'the telemetry database is broken; it is opened anew from the log')
      queueMicrotask(openAnew) // not while it is being opened
    })
  }
  let store = await open()

  const replace = async (): Promise<void> => {
    const cause = brokenBy
    try {
      await store[Symbol.asyncDispose]()
      store = await open()
      if (brokenBy !== undefined) throw brokenBy
    } catch (error) {
      brokenBy = cause
      if (!isClosing) timer = setTimeout(openAnew, openAgainAfterMs).unref()
      throw failure('TELEMETRY_UNAVAILABLE', { message: `The telemetry database broke, and cannot be opened: ${error instanceof Error ? error.message : String(error)}. It is tried again.`, cause: error })
    }
  }
  const reopened = (): Promise<void> => opening ??= replace().finally(() => { opening = undefined })
  const openAnew = (): void => {
    if (isClosing || brokenBy === undefined) return
    reopened().catch((err: unknown) => config.log?.warn({ err }, 'the telemetry database could not be opened anew; that is tried again'))
  }

  /** The store while it is sound. */
  const sound = async (): Promise<TelemetryStore> => {
    if (isClosing) throw failure('SHUTTING_DOWN')
    if (opening || brokenBy !== undefined) await reopened()
    return store
  }

  /** What fails because the database breaks is done again with the next one. */
  const ask = async <T>(work: (mine: TelemetryStore) => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries++) {
      const mine = await sound()
      try {
        return await work(mine)
      } catch (error) {
        if ((mine === store && brokenBy === undefined) || tries === mostTries) throw error
      }
    }
  }

  const close = async (): Promise<void> => {
    isClosing = true
    clearTimeout(timer)
    await opening?.catch(() => undefined) // whoever waits for it is told
    clearTimeout(timer)
    await store[Symbol.asyncDispose]()
  }
  let closing: Promise<void> | undefined

  return {
    async append(readings) {
      const appended = await ask((mine) => mine.append(readings).catch((error: unknown) => {
        if (error instanceof DurableButUnseen) return error.appended
        throw error
      }))
      if (brokenBy !== undefined) await sound() // what is acknowledged is seen
      return appended
    },
    latest: (...args) => ask((mine) => mine.latest(...args)),
    latestBefore: (...args) => ask((mine) => mine.latestBefore(...args)),
    readings: (...args) => ask((mine) => mine.readings(...args)),
    summaries: (...args) => ask((mine) => mine.summaries(...args)),
    rollup: (...args) => ask((mine) => mine.rollup(...args)),
    received: (...args) => ask((mine) => mine.received(...args)),
    head: () => ask((mine) => mine.head()),
    series: (...args) => ask((mine) => mine.series(...args)),
    forget: (...args) => ask((mine) => mine.forget(...args)).catch(unavailable),
    forgetRuns: (...args) => ask((mine) => mine.forgetRuns(...args)).catch(unavailable),
    health() {
      if (brokenBy === undefined) return store.health()
      return { ...store.health(), isWritable: false, problem: 'The telemetry database broke, and is opened anew from the log. Nothing is lost; should it take long, look after the disk and the memory of this machine.' }
    },
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}

/** What DuckDB says while it forgets is for whoever runs it; forgetting may be tried again. */
function unavailable(cause: unknown): never {
  if (cause instanceof Failure) throw cause
  throw failure('TELEMETRY_UNAVAILABLE', { message: `Telemetry cannot be forgotten now: ${cause instanceof Error ? cause.message : String(cause)}`, cause })
}
