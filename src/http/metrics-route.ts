import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../observe/metrics.ts'

/** `/metrics`, in the text format of Prometheus. */
export function addMetrics(server: FastifyInstance, metrics: Metrics): void {
  server.get('/metrics', async (_request, reply) => await reply.type(metrics.contentType).header('cache-control', 'no-store').send(await metrics.text()))
}
