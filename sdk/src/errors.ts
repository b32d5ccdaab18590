/** An error of an answer, as GraphQL gives it: https://spec.graphql.org/October2021/#sec-Errors */
export interface AnswerError {
  readonly message: string
  readonly path?: readonly (string | number)[] | undefined
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
}

/**
 * What the client itself finds:
 * `NETWORK`: no connection, or it broke; `BAD_RESPONSE`: the answer is not one of a GraphQL server; `CONNECTION_REFUSED`: the server closed the socket with a code
 * that a repetition would meet again; `UNFIT_DOCUMENT`: the document does not select what the client needs of it; `DISPOSED`: the client was disposed of.
 */
export type ClientErrorCode = 'NETWORK' | 'BAD_RESPONSE' | 'CONNECTION_REFUSED' | 'UNFIT_DOCUMENT' | 'DISPOSED'

/** Codes of the server are listed in its docs/errors.md. */
export type ErrorCode = ClientErrorCode | (string & NonNullable<unknown>)

export interface TwinfoldErrorDetails {
  readonly isRetryable: boolean
  readonly errors?: readonly AnswerError[]
  readonly cause?: unknown
}

/** Everything that this client throws. `code` is for programs, `message` for people. */
export class TwinfoldError extends Error {
  override readonly name = 'TwinfoldError'
  readonly code: ErrorCode
  /** The same may succeed later. */
  readonly isRetryable: boolean
  /** All errors of the answer; none where there was no answer. */
  readonly errors: readonly AnswerError[]

  constructor(code: ErrorCode, message: string, { isRetryable, errors = [], cause }: TwinfoldErrorDetails) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.isRetryable = isRetryable
    this.errors = errors
  }

  /** Finds the request in the server's log. */
  get requestId(): string | undefined {
    const id = this.errors[0]?.extensions?.['requestId']
    return typeof id === 'string' ? id : undefined
  }
}

/** The first error tells the code; all must be retryable for the whole to be. */
export function fromAnswerErrors(errors: readonly AnswerError[]): TwinfoldError {
  const code = errors[0]?.extensions?.['code']
  const isRetryable = errors.length > 0 && errors.every(({ extensions }) => extensions?.['retryable'] === true)
  return new TwinfoldError(typeof code === 'string' ? code : 'BAD_RESPONSE', errors[0]?.message ?? 'The answer has neither data nor errors.', { isRetryable, errors })
}

export const networkError = (cause: unknown, message = 'The server cannot be reached.'): TwinfoldError => new TwinfoldError('NETWORK', message, { isRetryable: true, cause })

export const unfitDocument = (message: string): TwinfoldError => new TwinfoldError('UNFIT_DOCUMENT', message, { isRetryable: false })

export const disposed = (): TwinfoldError => new TwinfoldError('DISPOSED', 'The client was disposed of.', { isRetryable: false })
