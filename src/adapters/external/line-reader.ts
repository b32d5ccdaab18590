import type { Readable } from 'node:stream'
import { EngineError } from '../../simulation/engine-program.ts'

export interface LineReader {
  /** The next line that is not empty; undefined: there will be no more. Throws RESULTS_TOO_LARGE. */
  next(): Promise<string | undefined>
  /** Counts what is read anew. */
  restart(): void
}

/** Of a line. */
const mostLineBytes = 1_048_576

/** Reads only as fast as lines are taken. `mostBytes`: between two restarts. */
export function createLineReader(stream: Readable, mostBytes: number): LineReader {
  let lines: string[] = []
  let place = 0
  let rest: Buffer[] = []
  let restBytes = 0
  let bytes = 0

  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>
  const next = async (): Promise<Buffer | undefined> => {
    try {
      return (await chunks.next()).value
    } catch {
      return undefined // it was destroyed: whoever did so knows why
    }
  }
  const split = (chunk: Buffer): void => {
    const last = chunk.lastIndexOf(10)
    if (last === -1) {
      rest.push(chunk)
      restBytes += chunk.length
    } else {
      lines = Buffer.concat([...rest, chunk.subarray(0, last)]).toString('utf8').split('\n').filter((line) => line.trim() !== '')
      place = 0
      rest = [chunk.subarray(last + 1)]
      restBytes = chunk.length - last - 1
    }
    if (restBytes > mostLineBytes) throw new EngineError('RESULTS_TOO_LARGE', `The program wrote a line of more than ${mostLineBytes} bytes; give values in several frames.`)
  }
  return {
    async next() {
      for (;;) {
        const line = lines[place]
        if (line !== undefined) {
          place++
          return line
        }
        const chunk = await next()
        if (!chunk) return undefined
        bytes += chunk.length
        if (bytes > mostBytes) throw new EngineError('RESULTS_TOO_LARGE', `The program wrote more than the ${mostBytes} bytes that it may in one run.`)
        split(chunk)
      }
    },
    restart() {
      bytes = 0
    },
  }
}
