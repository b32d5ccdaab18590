import { type DestinationStream, pino, type Logger } from 'pino'

/** One JSON line an event. */
export type Log = Logger

export const logTo = (destination: DestinationStream, level: string): Log => pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)

/** Writes to stderr: stdout says only where the server is. */
export const createLog = (level: string): Log => logTo(pino.destination({ fd: 2, sync: true }), level)
