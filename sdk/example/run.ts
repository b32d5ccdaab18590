// The example: a live view that outlives the server. It makes the types of its operations from the schema of the server that runs, shows the view for some
// seconds, restarts the server meanwhile where it is its own, and ends.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { generate } from '@graphql-codegen/cli'
import { createTwinfoldClient } from '@twinfold/client'
import codegen from '../codegen.ts'
import { type DemoServer, startDemoServer } from './demo-server.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const work = join(root, '.cache/sdk-example')
const showMs = 6_000
const say = (text: string): void => { process.stdout.write(`${text}\n`) }

async function main(): Promise<void> {
  const given = process.env['TWINFOLD_URL']
  if (!given) say('Starting the demo ...')
  await using server = given ? undefined : await startDemoServer(root, join(work, 'data'))
  const url = `${(given ?? server?.url ?? '').replace(/\/(graphql)?$/, '')}/graphql`
  await writeTypes(url)
  const { show } = await import('./show.ts') // not before its types are there
  const end = new AbortController()
  process.once('SIGINT', () => { end.abort() }).once('SIGTERM', () => { end.abort() })
  const view = createView()
  await Promise.all([show(url, end.signal, view.onCaughtUp), direct(server, view, end)])
}

interface View {
  onCaughtUp(): void
  /** Resolves when the view is next caught up. */
  caughtUp(): Promise<void>
}

function createView(): View {
  let next = Promise.withResolvers<void>()
  return {
    onCaughtUp() {
      next.resolve()
      next = Promise.withResolvers()
    },
    caughtUp: () => next.promise,
  }
}

async function direct(server: DemoServer | undefined, view: View, end: AbortController): Promise<void> {
  await view.caughtUp()
  await wait(showMs, undefined, { signal: end.signal })
  if (server) {
    say('Restarting the server ...')
    await server.restart()
    say('The server is back.')
    await view.caughtUp()
    await wait(showMs, undefined, { signal: end.signal })
  }
  end.abort()
}

/** What `graphql-codegen --config sdk/codegen.ts` does, with the schema as the server has it now. */
async function writeTypes(url: string): Promise<void> {
  const client = createTwinfoldClient({ url })
  const { data } = await client.query<{ readonly schemaSdl: string }>('{ schemaSdl }')
  const file = join(work, 'schema.graphql')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, data.schemaSdl)
  await generate({ ...codegen, silent: true, errorsOnly: true }, true)
}

main().catch((error: unknown) => {
  if (error instanceof Error && error.name === 'AbortError') return // asked to end while it waited
  process.stderr.write(`${error instanceof Error ? error.stack ?? error.message : String(error)}\n`)
  process.exitCode = 1
})
