import { type App, createApp } from './app.ts'
import { ConfigError, createConfig } from './config.ts'
import { Failure } from './errors.ts'
import { monotonicMs } from './util/clock.ts'

/** A signal to a process group arrives twice within milliseconds, from the terminal and from npm: that is one wish. */
const repeatMs = 1_000

/** The process: configuration, start, one line when ready, and an end on a signal. A second signal cuts short the requests in flight, a third everything. */
async function main(): Promise<void> {
  const app = await createApp(createConfig())
  endOnSignals(app)
  process.stdout.write(`Twinfold ready at ${app.url}\n`)
}

function endOnSignals(app: App): void {
  let [wishes, lastAt] = [0, -Infinity]
  const onSignal = (): void => {
    const at = monotonicMs()
    if (at - lastAt < repeatMs) return
    lastAt = at
    wishes++
    if (wishes === 1) app[Symbol.asyncDispose]().then(() => process.exit(0), giveUp)
    else if (wishes === 2) app.hurry()
    else process.exit(1)
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal)
}

/** What the user can mend is said plainly; a defect shows where it is. */
function giveUp(error: unknown): never {
  const isForUser = error instanceof ConfigError || error instanceof Failure
  const text = error instanceof Error ? (isForUser ? [error.message, ...reasonsOf(error.cause)].join('\n  because: ') : error.stack ?? error.message) : String(error)
  process.stderr.write(`twinfold: ${text}\n`)
  process.exit(1)
}

/** The first line of each cause, outermost first. */
const reasonsOf = (cause: unknown): readonly string[] => (cause instanceof Error ? [cause.message.split('\n', 1)[0] ?? '', ...reasonsOf(cause.cause)] : [])

main().catch(giveUp)
