import type { ApolloServerPlugin } from '@apollo/server'
import { OperationTypeNode } from 'graphql'
import type { Limits } from '../config.ts'
import { Failure, failure } from '../errors.ts'
import type { Log } from '../observe/log.ts'
import { monotonicMs } from '../util/clock.ts'
import type { Context } from './context.ts'
import { causeOf, codeOf, isBug, toGraphQLError } from './failures.ts'
import { checkOperation } from './limits/check-operation.ts'
import { toOperation } from './limits/operation.ts'

/** After validation, when the variables are known: a page size may be one, and a validated document is not validated again with others. */
export const limitOperations = (limits: Limits): ApolloServerPlugin<Context> => ({
  requestDidStart: () => Promise.resolve({
    didResolveOperation: async ({ schema, document, operation, request }) => {
      if (!operation) return
      try {
        if (operation.operation === OperationTypeNode.SUBSCRIPTION) throw failure('SUBSCRIPTION_NEEDS_STREAM')
        await Promise.resolve(checkOperation(toOperation(schema, document, operation, request.variables ?? {}), limits))
      } catch (error) {
        throw error instanceof Failure ? toGraphQLError(error) : error
      }
    },
  }),
})

/** One line an operation, without its variables: they may hold what is nobody else's business. Causes of failures and bugs have lines of their own. */
export const logOperations = (log: Log): ApolloServerPlugin<Context> => ({
  requestDidStart() {
    const start = monotonicMs()
    return Promise.resolve({
      didEncounterErrors({ errors, contextValue: { requestId } }) {
        for (const error of errors) logCause(log, error, requestId)
        return Promise.resolve()
      },
      willSendResponse({ operation, operationName, errors, contextValue: { requestId } }) {
        const codes = errors && [...new Set(errors.map(codeOf))]
        log.info({ requestId, operation: operation?.operation, name: operationName ?? undefined, ms: Math.round(monotonicMs() - start), codes }, 'operation')
        return Promise.resolve()
      },
    })
  },
  unexpectedErrorProcessingRequest({ error, requestContext }) {
    log.error({ requestId: requestContext.contextValue.requestId, err: error }, 'a bug ended a request')
    return Promise.resolve()
  },
})

function logCause(log: Log, error: unknown, requestId: string): void {
  const cause = causeOf(error)
  if (isBug(error)) log.error({ requestId, err: cause, path: pathOf(error) }, 'a bug answered a request')
  else if (cause instanceof Failure && cause.cause !== undefined) log.warn({ requestId, err: cause, path: pathOf(error) }, 'a failure answered a request')
}

const pathOf = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'path' in error ? error.path : undefined)
