import type { FastifyInstance } from 'fastify'

/** What has to hold before the server takes requests: parts by name, each with its check. */
export type HealthChecks = Readonly<Record<string, () => boolean | Promise<boolean>>>

/** `/livez`: the process is up. `/readyz`: it can answer; 503 with what is missing, where it cannot. */
export function addHealth(server: FastifyInstance, checks: HealthChecks): void {
  const check = coalesced(async () => Object.fromEntries(await Promise.all(Object.entries(checks).map(async ([name, isWell]) => [name, await isWell()] as const))))
  server.get('/livez', async (_request, reply) => await reply.header('cache-control', 'no-store').send({ status: 'up' }))
  server.get('/readyz', async (_request, reply) => {
    const parts = await check()
    const isReady = Object.values(parts).every(Boolean)
    return await reply.status(isReady ? 200 : 503).header('cache-control', 'no-store').send({ status: isReady ? 'ready' : 'not ready', parts })
  })
}

/** However many ask at once, the store is asked once. */
function coalesced<T>(ask: () => Promise<T>): () => Promise<T> {
  let asking: Promise<T> | undefined
  return () => (asking ??= ask().finally(() => { asking = undefined }))
}
