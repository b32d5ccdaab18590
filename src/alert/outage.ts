import { Failure } from '../errors.ts'

/** What no rule is to blame for: stores that cannot be reached, or the end of the server. All else that goes wrong while one rule is judged, its own slow query too, is that rule's trouble. */
export const isEverybodys = (error: unknown): boolean =>
  error instanceof Failure && ['STORE_UNAVAILABLE', 'TELEMETRY_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'NOT_CAUGHT_UP', 'SHUTTING_DOWN'].includes(error.code)
