import { failure } from '../errors.ts'
import type { Delivery, Undecodable } from './message.ts'
import { isRecord } from './pipeline/decode.ts'
import { parseLossless } from './parse-lossless.ts'

/** What a request body holds: messages, and lines that are no JSON. */
export interface DecodedBody {
  readonly deliveries: readonly Delivery[]
  readonly undecodable: readonly Undecodable[]
}

/** An array of messages, or one. Throws MALFORMED_BODY. */
export function decodeJsonBody(text: string): DecodedBody {
  const body = parseBody(text)
  return { deliveries: (Array.isArray(body) ? body : [body]).map((each) => ({ body: each as unknown })), undecodable: [] }
}

/** A message a line. A line that is no JSON is refused by itself. */
export function decodeLines(text: string): DecodedBody {
  const deliveries: Delivery[] = []
  const undecodable: Undecodable[] = []
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start)
    const end = found < 0 ? text.length : found
    const line = text.slice(start, end).trim()
    start = end + 1
    if (line === '') continue
    try {
      deliveries.push({ body: parseLossless(line) })
    } catch (error) {
      undecodable.push({ payload: line, message: `The line is no JSON: ${error instanceof Error ? error.message : String(error)}` })
    }
  }
  return { deliveries, undecodable }
}

/**
 * CloudEvents 1.0 in JSON, one or a batch. The event's `data` holds the values, or a whole message; `subject` is the twin, `time` the time, `source` the
 * origin, and the extension attribute `sequence` (a number, or its digits) the sequence. Throws MALFORMED_BODY.
 */
export function decodeCloudEvents(text: string): DecodedBody {
  const body = parseBody(text)
  return { deliveries: (Array.isArray(body) ? body : [body]).map((event) => ({ body: fromCloudEvent(event) })), undecodable: [] }
}

function fromCloudEvent(event: unknown): unknown {
  if (!isRecord(event) || event['specversion'] !== '1.0') return event // the pipeline says what a message is
  const { data, subject, time, source, sequence } = event
  const message = isRecord(data) && isRecord(data['values']) ? data : { values: data }
  return { twin: subject, at: time, origin: source, sequence: typeof sequence === 'string' && /^\d{1,15}$/.test(sequence) ? Number(sequence) : sequence, ...message }
}

function parseBody(text: string): unknown {
  try {
    return parseLossless(text)
  } catch (cause) {
    throw failure('MALFORMED_BODY', { message: `The request body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, cause })
  }
}
