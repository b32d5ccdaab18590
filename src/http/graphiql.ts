import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { failure } from '../errors.ts'
import type { Log } from '../observe/log.ts'
import type { Environment } from '../util/environment.ts'
import { buildGraphiql, graphiqlDirectory } from './graphiql-build.ts'

export interface GraphiqlConfig {
  /** The environment of the build. */
  readonly environment: Environment
  readonly log: Log
  /** Where built pages are kept; `.cache` beside the sources unless given. */
  readonly cache?: string
}

/** Enough to find a page that was built before. */
const patienceMs = 500

const types: Readonly<Record<string, string>> = { '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.ttf': 'font/ttf', '.woff2': 'font/woff2', '.svg': 'image/svg+xml' }

/** Everything comes from this server. The editor writes its own style elements, and starts workers. */
const contentSecurityPolicy = [
  `default-src 'none'`, `script-src 'self'`, `style-src 'self' 'unsafe-inline'`, `worker-src 'self' blob:`, `connect-src 'self'`, `font-src 'self' data:`, `img-src 'self' data:`,
  `base-uri 'none'`, `form-action 'none'`, `frame-ancestors 'none'`,
].join('; ')

/** `/graphiql`: GraphiQL, served from here alone. It is built when it is first asked for, so that no start waits for it. */
export function addGraphiql(server: FastifyInstance, { environment, log, cache }: GraphiqlConfig): void {
  const stopping = new AbortController()
  server.addHook('preClose', async () => await Promise.resolve(stopping.abort()))

  let page: Page | undefined
  let building: Promise<void> | undefined
  const build = async (): Promise<void> => {
    const directory = await graphiqlDirectory(cache)
    await buildGraphiql(directory, { environment, signal: stopping.signal })
    page = { directory, assets: new Set(await readdir(join(directory, 'assets'))) }
  }
  const begin = (): Promise<void> => {
    building ??= build()
      .catch((error: unknown) => { if (!stopping.signal.aborted) log.error({ err: error }, 'GraphiQL cannot be shown') })
      .finally(() => { building = undefined }) // the next request tries again
    return building
  }

  for (const url of ['/graphiql', '/graphiql/']) {
    server.get(url, async (_request, reply) => {
      if (!page) await Promise.race([begin(), delay(patienceMs, undefined, { ref: false })])
      void reply.type('text/html; charset=utf-8').headers({ 'content-security-policy': contentSecurityPolicy, 'referrer-policy': 'no-referrer' })
      if (page) return await reply.header('cache-control', 'no-cache').send(createReadStream(join(page.directory, 'index.html')))
      return await reply.status(503).headers({ 'retry-after': '2', 'cache-control': 'no-store' }).send(waitingPage)
    })
  }
  server.get<{ Params: { asset: string } }>('/graphiql/assets/:asset', (request, reply) => {
    const { asset } = request.params
    if (!page?.assets.has(asset)) throw failure('NO_SUCH_ADDRESS')
    return reply.type(types[extname(asset)] ?? 'application/octet-stream').header('cache-control', 'public, max-age=31536000, immutable').send(createReadStream(join(page.directory, 'assets', asset)))
  })
  server.get('/', (_request, reply) => reply.redirect('/graphiql', 302)) // until there is more to explore
}

interface Page {
  readonly directory: string
  /** Names carry a hash of their contents. */
  readonly assets: ReadonlySet<string>
}

const waitingPage = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>Twinfold – GraphiQL</title>
<body style="font-family: system-ui; margin: 4rem"><p>GraphiQL is being built, which takes a few seconds the first time. This page shows it when it is ready; if it does not, the server's log says why.</p></body></html>
`
