/** Why a reading was refused; what a client looks for, and what the quarantine is filtered by. */
export type RefusalCode =
  | 'UNDECODABLE' // no JSON, or what the source's mapping cannot read
  | 'MALFORMED' // JSON, but no message
  | 'UNKNOWN_TWIN'
  | 'UNKNOWN_TELEMETRY'
  | 'WRONG_TYPE' // not of the telemetry's DTDL schema
  | 'WRONG_UNIT' // a unit that is none, or of something else
  | 'WRONG_TIME' // no instant, or too far in the future

export interface Refusal {
  readonly code: RefusalCode
  /** What was wrong, where, and what to do. */
  readonly message: string
  readonly twin: string | null
  /** The telemetry's name; null where the whole message was refused. */
  readonly name: string | null
  readonly at: string | null
  readonly origin: string | null
  readonly source: string | null
  readonly topic: string | null
  /** What replaying begins with: the message as JSON, with the refused values only; or the bytes of the source as they came. */
  readonly payload: string
  /** Whether the payload is a message already, or has to be read by the source's mapping first. */
  readonly form: 'MESSAGE' | 'RAW'
}
