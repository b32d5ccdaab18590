import { pino, type Logger } from 'pino'

/** One JSON line an event on stderr: stdout says only where the server is. */
export type Log = Logger

export const createLog = (level: string): Log => pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true }))
