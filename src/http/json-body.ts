import { failure } from '../errors.ts'
import { jsonNesting } from '../graphql/limits/nesting.ts'

/** Deeper than any sensible request, and far from the depth at which recursion ends a process. */
export const deepestNesting = 200

/**
 * Parses a request's body; throws MALFORMED_BODY. Keys such as `__proto__` are kept: in JSON, and in DTDL, they are names like any other, and
 * `JSON.parse` makes them plain own properties.
 */
export function parseJsonBody(text: string): unknown {
  const depth = jsonNesting(text)
  if (depth > deepestNesting) throw failure('MALFORMED_BODY', { message: `The request body nests ${depth} levels deep; at most ${deepestNesting} are taken. Send flatter data.` })
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw failure('MALFORMED_BODY', { message: text === '' ? 'The request has no body.' : `The request body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, cause })
  }
}
