import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { Failure, failureCodes } from '../errors.ts'

/** How a failure is shown: its code, whether to try again, and what to do. */
export function toGraphQLError(error: Failure): GraphQLError {
  const { status, retryable, remedy } = failureCodes[error.code]
  return new GraphQLError(error.message, { originalError: error, extensions: { code: error.code, retryable, remedy, ...error.details, ...(status !== 200 && { http: { status } }) } })
}

/** The failure or bug behind an error of the execution. */
export function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? causeOf(error.originalError) : error
}

/**
 * What a client sees of an error. Failures are shown as they are; errors of GraphQL itself (syntax, validation, a value of the wrong type) too;
 * all else is a bug, and stays in the log under the request's id.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const cause = causeOf(error)
  if (cause instanceof Failure) {
    const shown = toGraphQLError(cause)
    const { http: _, ...extensions } = shown.extensions
    return { ...formatted, message: shown.message, extensions }
  }
  const { stacktrace: _stack, ...extensions } = formatted.extensions ?? {}
  if (isBug(error)) return { ...formatted, message: 'An error inside the server; the request id finds it in the log.', extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false } }
  return { ...formatted, extensions }
}

/** Thrown by our code or a library's rather than made by GraphQL. */
export function isBug(error: unknown): boolean {
  const cause = causeOf(error)
  return !(cause instanceof Failure) && !(cause instanceof GraphQLError)
}
