import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { Failure } from '../errors.ts'
import { type ErrorFormat, formatError, toGraphQLError } from './failures.ts'

/** Whatever was thrown, as clients see it everywhere else: coded, with the request's id, bugs masked. */
export const showErrors = (errors: readonly unknown[], format: ErrorFormat): readonly GraphQLFormattedError[] => errors.map((error) => {
  const wrapped = toWrapped(error)
  return formatError(wrapped.toJSON(), wrapped, format)
})

function toWrapped(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error
  if (error instanceof Failure) return toGraphQLError(error)
  return new GraphQLError('', { originalError: error instanceof Error ? error : new Error(String(error)) })
}
