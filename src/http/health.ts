import type { FastifyInstance } from 'fastify'

/** What has to hold before the server takes requests. */
export interface Health {
  /** Names of parts, and whether each is well. */
  check(): Promise<Readonly<Record<string, boolean>>>
}

/** `/livez`: the process is up. `/readyz`: it can answer; 503 with what is missing, where it cannot. */
export function addHealth(server: FastifyInstance, health: Health): void {
  server.get('/livez', () => ({ status: 'up' }))
  server.get('/readyz', async (_request, reply) => {
    const parts = await health.check()
    const isReady = Object.values(parts).every(Boolean)
    return await reply.status(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', parts })
  })
}
