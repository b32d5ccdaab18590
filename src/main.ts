import { createApp } from './app.ts'
import { ConfigError, createConfig } from './config.ts'

import { Failure } from './errors.ts'

/** The process: configuration, start, one line when ready, and an end on SIGTERM and SIGINT; a second signal, seconds later, ends at once. */
async function main(): Promise<void> {
  const app = await createApp(createConfig(process.env))
  process.stdout.write(`Twinfold ready at ${app.url}\n`)
  let askedAt: number | undefined
  const end = (): void => {
    if (askedAt !== undefined) {
      if (performance.now() - askedAt > 1_000) process.exit(1) // a group's signal arrives twice within milliseconds; this is a person's second wish
      return
    }
    askedAt = performance.now()
    app[Symbol.asyncDispose]().then(() => process.exit(0), (error: unknown) => {
      process.stderr.write(`twinfold: ${String(error)}\n`)
      process.exit(1)
    })
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)
}

main().catch((error: unknown) => {
  const isForUser = error instanceof ConfigError || error instanceof Failure
  process.stderr.write(`twinfold: ${isForUser ? error.message : error instanceof Error ? error.stack ?? error.message : String(error)}\n`)
  process.exit(1)
})
