import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { Failure, failureCodes } from '../errors.ts'

/**
 * Codes that GraphQL itself, or Apollo in its name, gives to errors of a request; docs/errors.md is generated from this. Their messages are meant for clients.
 */
export const requestErrorCodes = {
  GRAPHQL_PARSE_FAILED: { status: 400, meaning: 'The document is not GraphQL, or has more tokens than are taken.', remedy: 'The message and the location say where.' },
  GRAPHQL_VALIDATION_FAILED: { status: 400, meaning: 'The operation does not fit the schema.', remedy: 'Ask Query.schemaSdl, or introspection, for the present schema; publishing models changes it.' },
  OPERATION_RESOLUTION_FAILURE: { status: 400, meaning: 'operationName names no operation of the document, or is missing where there are several.', remedy: 'Give the name of one of them.' },
  BAD_REQUEST: { status: 400, meaning: 'The HTTP request is not a GraphQL request, or could come from another site\'s page.', remedy: 'POST a JSON object with `query`, with content-type: application/json.' },
  PERSISTED_QUERY_NOT_SUPPORTED: { status: 200, meaning: 'Automatic persisted queries are off.', remedy: 'Send the document.' },
  INTERNAL_SERVER_ERROR: { status: 500, meaning: 'A defect of the server. The cause is in its log, under the request id.', remedy: 'Report it with the request id.' },
} as const satisfies Record<string, { status: number; meaning: string; remedy: string }>

/** Shown in the place of what a bug says of itself. */
export const bugMessage = 'An error inside the server; the request id finds it in the log.'

/** How a failure is shown: its code, whether to try again, and what to do. Its HTTP status holds where nothing was executed. */
export function toGraphQLError(error: Failure): GraphQLError {
  return new GraphQLError(error.message, { originalError: error, extensions: { ...failureExtensions(error), http: { status: failureCodes[error.code].status } } })
}

export function failureExtensions({ code, details }: Failure): Readonly<Record<string, unknown>> {
  const { retryable, remedy } = failureCodes[code]
  return { ...details, code, retryable, remedy }
}

/** What a resolver, a library or the server threw: the error behind those that GraphQL wraps around it. */
export function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? causeOf(error.originalError) : error
}

/** The code a client sees. */
export function codeOf(error: unknown): string {
  const cause = causeOf(error)
  if (cause instanceof Failure) return cause.code
  if (cause instanceof Error && cause.name === 'AbortError') return 'CLIENT_GONE' // neither failure nor bug; nobody waits for the answer
  if (isRefusedArgument(cause)) return 'BAD_USER_INPUT'
  const code = error instanceof GraphQLError ? error.extensions['code'] : undefined
  return typeof code === 'string' && (Object.hasOwn(requestErrorCodes, code) || code === 'BAD_USER_INPUT') ? code : 'INTERNAL_SERVER_ERROR'
}

/** Thrown, but by nobody who meant it for a client. */
export const isBug = (error: unknown): boolean => codeOf(error) === 'INTERNAL_SERVER_ERROR'

export interface ErrorFormat {
  readonly requestId: string | undefined
  /** Whether errors of the request may name what the schema has. */
  readonly suggest: boolean
}

/** What a client sees of an error: failures and errors of the request as they are, of all else only that it happened. */
export function formatError(formatted: GraphQLFormattedError, error: unknown, { requestId, suggest }: ErrorFormat): GraphQLFormattedError {
  const cause = causeOf(error)
  const code = codeOf(error)
  if (cause instanceof Failure) return { ...formatted, message: cause.message, extensions: { ...failureExtensions(cause), requestId } }
  if (code === 'INTERNAL_SERVER_ERROR') return { ...formatted, message: bugMessage, extensions: { code, retryable: false, requestId } }
  const message = suggest ? formatted.message : formatted.message.replace(/ ?Did you mean .+\?$/s, '') // Apollo does so for validation, not for variables
  return { ...formatted, message, extensions: { ...formatted.extensions, code, retryable: false, requestId } }
}

/** graphql-js gives no code to an argument's value that it refuses during the execution: null from a variable where there must be none, a custom scalar's. */
const isRefusedArgument = (cause: unknown): boolean => cause instanceof GraphQLError && cause.extensions['code'] === undefined && /^(Argument "|Invalid value )/.test(cause.message)
