import { Failure, failure } from '../../errors.ts'

/**
 * Conditions that pass or that somebody mends without us, by the first characters of their SQLSTATE
 * (PostgreSQL documentation, appendix A "PostgreSQL Error Codes").
 */
const outages: readonly (readonly [prefix: string, remedy: string])[] = [
  ['08', 'The connection to PostgreSQL was lost; see that the server and the network are up.'],
  ['53100', 'The disk of PostgreSQL is full; free space on it.'],
  ['53', 'PostgreSQL has too little of something (memory, connections, disk); see its log.'],
  ['57P', 'PostgreSQL is shutting down or starting.'],
  ['58', 'PostgreSQL has trouble with its disk; see its log.'],
  ['25006', 'PostgreSQL is read-only, as a standby is; give the address of the primary.'],
  ['28', 'PostgreSQL does not let this user in; see the user and password in TWINFOLD_TELEMETRY_URL.'],
  ['3D000', 'The database in TWINFOLD_TELEMETRY_URL does not exist.'],
  ['42501', 'The user of PostgreSQL lacks a right that the telemetry store needs: to create a schema, or to use it.'],
  ['40', 'Transactions of PostgreSQL got into each other\'s way.'],
  ['55P03', 'A lock of PostgreSQL was not to be had in time.'],
  ['XX', 'PostgreSQL has an internal error; see its log.'],
]

/** Errors of the network and of the driver, which carry no SQLSTATE. */
const connectionLost = /^(E[A-Z]+|timeout exceeded when trying to connect|Connection terminated.*|Client has encountered a connection error.*|Client was closed.*|Query read timeout|The server does not support SSL.*)$/

const canceled = '57014'

/** What an error of the driver means for who asked. What is no outage stays what it is: a bug. */
export function toFailure(cause: unknown): unknown {
  if (!(cause instanceof Error) || cause instanceof Failure) return cause
  const code = codeOf(cause)
  if (code === canceled) return failure('TIMEOUT', { cause })
  const outage = outages.find(([prefix]) => code.startsWith(prefix))
  if (outage) return failure('TELEMETRY_UNAVAILABLE', { message: `${outage[1]} (${cause.message})`, cause })
  if (connectionLost.test(code) || connectionLost.test(cause.message)) return failure('TELEMETRY_UNAVAILABLE', { message: `PostgreSQL cannot be reached: ${cause.message || code}.`, cause })
  return cause
}

/** SQLSTATE, or the system's name for what happened to the socket; empty where there is none. */
export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '')
