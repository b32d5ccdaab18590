/**
 * Failures: outage, misuse, missing right. Thrown, coded, shown to clients as `extensions { code retryable requestId }`.
 * Anything thrown that is neither a Failure nor a GraphQL error is a bug and is masked as INTERNAL_SERVER_ERROR.
 * docs/errors.md is generated from this registry.
 */
export const failureCodes = {
  STORE_UNAVAILABLE: { status: 503, retryable: true, message: 'The graph store cannot be reached.', remedy: 'Retry after a moment; /readyz tells when it is back.' },
  TELEMETRY_UNAVAILABLE: { status: 503, retryable: true, message: 'The telemetry store cannot be reached or cannot write.', remedy: 'Retry after a moment; /readyz tells when it is back, and the message what it needs.' },
  OUTCOME_UNKNOWN: { status: 503, retryable: false, message: 'The connection was lost while committing: whether the change was stored is not known.', remedy: 'Read the state, or repeat the mutation with the same idempotencyKey.' },
  LIST_TOO_LONG: { status: 200, retryable: false, message: 'The list has more than 1,000 items.', remedy: 'Give a limit, or page through the connection field.' },
  BAD_USER_INPUT: { status: 400, retryable: false, message: 'An argument cannot be used.', remedy: 'The message names the argument and what it takes.' },
  QUERY_TOO_COSTLY: { status: 400, retryable: false, message: 'The operation would cost more than is allowed.', remedy: 'Ask for fewer levels, smaller pages or fewer fields.' },
  QUERY_TOO_DEEP: { status: 400, retryable: false, message: 'The operation nests too deeply.', remedy: 'Split it into several operations.' },
  TOO_MANY_ALIASES: { status: 400, retryable: false, message: 'The operation has too many aliases.', remedy: 'Send fewer fields in one operation.' },
  PAYLOAD_TOO_LARGE: { status: 413, retryable: false, message: 'The request body is too large.', remedy: 'Send less at a time.' },
  SUBSCRIPTION_NEEDS_STREAM: { status: 400, retryable: false, message: 'A subscription is not answered by one HTTP response.', remedy: 'Subscribe over a stream: a WebSocket, or server-sent events.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, retryable: false, message: 'The request body has a type that is not taken.', remedy: 'Send JSON, with content-type: application/json.' },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false, message: 'The address does not take this method.', remedy: 'The allow header names those it takes.' },
  NO_SUCH_ADDRESS: { status: 404, retryable: false, message: 'There is nothing at this address.', remedy: 'The API is at /graphql.' },
  UNKNOWN_HOST: { status: 421, retryable: false, message: 'The request was meant for another host.', remedy: 'Address the server as localhost or 127.0.0.1.' },
  UNKNOWN_ORIGIN: { status: 403, retryable: false, message: 'Pages of this origin may not open streams here.', remedy: 'Add the origin to TWINFOLD_ORIGINS.' },
  TOO_MANY_SUBSCRIPTIONS: { status: 429, retryable: true, message: 'There are as many subscriptions as are taken.', remedy: 'Complete some that are not needed, or retry later.' },
  MALFORMED_BODY: { status: 400, retryable: false, message: 'The request body is not JSON.', remedy: 'Send a JSON object with a query.' },
  TIMEOUT: { status: 504, retryable: true, message: 'The operation took longer than its deadline.', remedy: 'Ask for less, or retry.' },
  SHUTTING_DOWN: { status: 503, retryable: true, message: 'The server is shutting down.', remedy: 'Retry: another process, or the restarted one, will answer.' },
  DATA_DIRECTORY_IN_USE: { status: 503, retryable: false, message: 'Another process works in the data directory.', remedy: 'Stop that process, or give this one a directory of its own in TWINFOLD_DATA.' },
  NOT_CAUGHT_UP: { status: 503, retryable: true, message: 'What the cursor names cannot be read here yet.', remedy: 'Retry after a moment; another process may be ahead of this one.' },
  SCENARIO_ENDED: { status: 409, retryable: false, message: 'The scenario was promoted or discarded.', remedy: 'Read the base, which has what was promoted, or create another scenario.' },
  SCHEMA_CHANGED: { status: 409, retryable: true, message: 'Models were published since the subscription began, and what it tells is of one that it does not know.', remedy: 'Subscribe again; with `after`, it goes on from there.' },
  QUEUE_UNAVAILABLE: { status: 503, retryable: true, message: 'The queue of runs cannot be reached.', remedy: 'Retry after a moment. Runs that were accepted are kept, and done when it is back.' },
  OTHER_CONTENT: { status: 422, retryable: false, message: 'The content is not the one that its address names.', remedy: 'Address it by the SHA-256 that it has, which the message tells; or send it again, if that is not the content that you meant.' },
  MODEL_FAILED: { status: 200, retryable: false, message: 'The predictor could not compute what was asked.', remedy: 'The message says what its model made of it; `reason` is the code.' },
  MODEL_UNAVAILABLE: { status: 503, retryable: true, message: 'The predictor cannot be reached, or did not answer in time.', remedy: 'Retry after a moment; the message names the server or the process.' },
  ARTIFACTS_UNAVAILABLE: { status: 503, retryable: true, message: 'Artifacts cannot be stored or read.', remedy: 'Retry after a moment; the log says what is wrong, such as a full disk.' },
  OVERLOADED: { status: 429, retryable: true, message: 'More comes in than can be stored.', remedy: 'Retry after the time that the retry-after header gives, or a second.' },
} as const satisfies Record<string, { status: number; retryable: boolean; message: string; remedy: string }>

export type FailureCode = keyof typeof failureCodes

export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: FailureCode
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(code: FailureCode, options: { message?: string; details?: Record<string, unknown>; cause?: unknown } = {}) {
    super(options.message ?? failureCodes[code].message, { cause: options.cause })
    this.code = code
    this.details = options.details
  }
}

/** Makes a coded failure; `throw failure('STORE_UNAVAILABLE', { cause })`. */
export const failure = (code: FailureCode, options?: { message?: string; details?: Record<string, unknown>; cause?: unknown }): Failure => new Failure(code, options)
