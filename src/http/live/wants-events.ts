import type { FastifyRequest } from 'fastify'
import type { AskedHere } from './open-answer.ts'

/** The operation of a request whose answer is to be a stream of events; undefined: it is to be answered as any other. */
export function askedByEvents(request: FastifyRequest): AskedHere | undefined {
  const { accept = '' } = request.headers
  if (!accept.includes('text/event-stream')) return undefined
  const asked = request.method === 'GET' ? fromSearch(request.query) : fromObject(request.body)
  if (!asked) return undefined // wrong in a way that plain requests are told of
  return prefersEvents(accept) || asked.query.includes('subscription') ? { ...asked, method: request.method === 'GET' ? 'GET' : 'POST' } : undefined
}

/** Some clients name every type they know on every request; queries are answered plainly then. */
function prefersEvents(accept: string): boolean {
  const plain = accept.search(/application\/(graphql-response\+)?json/)
  return plain < 0 || accept.indexOf('text/event-stream') < plain
}

function fromSearch(search: unknown): AskedHere | undefined {
  if (!isObject(search)) return undefined
  const { variables, ...others } = search
  if (variables === undefined || variables === '') return fromObject(others)
  try {
    return fromObject({ ...others, variables: JSON.parse(String(variables)) as unknown })
  } catch {
    return undefined
  }
}

function fromObject(given: unknown): AskedHere | undefined {
  if (!isObject(given)) return undefined
  const { query, operationName, variables } = given
  if (typeof query !== 'string' || !(operationName == null || typeof operationName === 'string') || !(variables == null || isObject(variables))) return undefined
  return { query, ...(operationName != null && operationName !== '' && { operationName }), ...(variables != null && { variables }) }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)
