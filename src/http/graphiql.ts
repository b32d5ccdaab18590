import type { FastifyInstance } from 'fastify'
import type { Log } from '../observe/log.ts'

export function addGraphiql(_server: FastifyInstance, _log: Log): void {
  // built in a later step
}
