import type { Payload, PayloadStream } from '../../change/payload-stream.ts'
import type { Turns } from './turns.ts'

/** One subscription's side of a connection. After `fail` or `done` nothing more is said. */
export interface Line {
  next(payload: Payload): void
  fail(error: unknown): void
  done(): void
}

/** A stream that is being sent. */
export interface Flow {
  /** There may be something to take again. */
  wake(): void
  /** Nothing more is to be sent. The line is not told. */
  close(): void
}

/** What the pump asks of a connection. */
export interface Pipe {
  /** False while enough waits to be sent. `resume` is to be called when that is over. */
  readonly hasRoom: boolean
  /** Writes of the work may leave together. */
  together(work: () => void): void
}

/** From streams to one connection. Takes only what the connection has room for, so what a slow consumer has not read stays where it can still be replaced. */
export interface Pump {
  add(stream: PayloadStream, line: Line): Flow
  /** The connection has room again. */
  resume(): void
  /** Looks at every stream once more. */
  wakeAll(): void
  /** Every stream has been taken from until it had nothing. */
  readonly isQuiet: boolean
  readonly size: number
  close(): void
}

/** Payloads a turn: enough to share a write, few enough for others to get theirs. */
const aTurn = 16

export function createPump(turns: Turns, pipe: Pipe): Pump {
  const flows = new Set<OpenFlow>()
  const awake = new Set<OpenFlow>()

  const sendAFew = (): void => {
    let left = aTurn
    for (const flow of awake) { // one that has more goes behind the others: round-robin
      if (left-- === 0 || !pipe.hasRoom) return
      awake.delete(flow)
      if (sendOne(flow)) awake.add(flow)
    }
  }
  const forget = (flow: OpenFlow): void => {
    flows.delete(flow)
    awake.delete(flow)
  }
  const sender = {
    sendSome(): boolean {
      if (awake.size > 0 && pipe.hasRoom) pipe.together(sendAFew)
      return awake.size > 0 && pipe.hasRoom
    },
  }
  const resume = (): void => { if (awake.size > 0 && pipe.hasRoom) turns.ask(sender) }
  const wake = (flow: OpenFlow): void => {
    if (!flows.has(flow)) return
    awake.add(flow)
    resume()
  }
  return {
    add(stream, line) {
      const flow: OpenFlow = { stream, line, end: () => { forget(flow) } }
      flows.add(flow)
      wake(flow)
      return {
        wake: () => { wake(flow) },
        close() {
          forget(flow)
          stream.close()
        },
      }
    },
    resume,
    wakeAll: () => { for (const flow of flows) wake(flow) },
    get isQuiet() {
      return awake.size === 0
    },
    get size() {
      return flows.size
    },
    close() {
      turns.forget(sender)
      for (const flow of [...flows]) {
        forget(flow)
        flow.stream.close()
      }
    },
  }
}

interface OpenFlow {
  readonly stream: PayloadStream
  readonly line: Line
  end(): void
}

/** Whether there may be more. Where the stream has ended, the line was told. */
function sendOne({ stream, line, end }: OpenFlow): boolean {
  let payload: Payload | undefined
  try {
    payload = stream.take()
  } catch (error) {
    end()
    stream.close()
    line.fail(error)
    return false
  }
  if (payload !== undefined) {
    line.next(payload)
    return true
  }
  if (stream.isDone) {
    end()
    stream.close()
    line.done()
  }
  return false
}
