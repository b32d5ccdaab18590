import type { ExecutionResult } from 'graphql'
import { execute } from 'graphql'
import type { Payload } from '../change/payload-stream.ts'
import { completeValue, type Complete, type Later } from '../domain/complete/complete-value.ts'
import type { Context } from './context.ts'
import { formatError } from './failures.ts'
import type { LiveOperation } from './live-operation.ts'
import type { SubscriptionRoot } from './subscription-root.ts'

/** Events of a subscription as payloads. */
export interface EventEncoder {
  /** Of an event whose selected fields are all in it. */
  atOnce(event: object): Payload
  /** Of events of which resolvers have to read something: what they read for all of them is read together. */
  resolved(events: readonly object[]): Promise<readonly Payload[]>
}

/** Completes an event as the operation selects it: by the short way, and by graphql-js where resolvers are needed or something goes wrong. */
export function createEventEncoder(operation: LiveOperation, { key, nodes, field, fragments }: SubscriptionRoot): EventEncoder {
  const { schema, document, definition, variables, principal, services, requestId } = operation
  let complete: Complete | undefined
  const contextOf = (): Context => ({ principal, services, requestId, signal: new AbortController().signal })
  const executed = (event: object, contextValue: Context) =>
    execute({ schema, document, rootValue: { [field.name]: event }, contextValue, variableValues: variables, operationName: definition.name?.value })
  const toPayload = ({ data, errors }: ExecutionResult): Payload =>
    JSON.stringify({ ...(errors && { errors: errors.map((error) => formatError(error.toJSON(), error, { requestId, suggest: false })) }), data })

  return {
    atOnce(event) {
      try {
        complete ??= completeValue({ schema, fragments, variables, context: contextOf() }, field.type, nodes)
        const later: Later = []
        const text = JSON.stringify({ data: { [key]: complete(event, later) } })
        if (later.length === 0) return text
      } catch {
        // graphql-js meets the same error, and puts it where it belongs
      }
      const result = executed(event, contextOf())
      if (result instanceof Promise) throw new TypeError(`${field.name} has a resolver that is not answered at once.`)
      return toPayload(result)
    },
    async resolved(events) {
      const context = contextOf() // one for all: what is read for one is read for the others with it
      return await Promise.all(events.map(async (event) => toPayload(await executed(event, context))))
    },
  }
}
