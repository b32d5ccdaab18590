import type { GraphQLFormattedError } from 'graphql'
import type { Payload } from '../../change/payload-stream.ts'
import type { Context } from '../../graphql/context.ts'
import { codeOf } from '../../graphql/failures.ts'
import type { Log } from '../../observe/log.ts'
import { monotonicMs } from '../../util/clock.ts'
import type { FlyingOperation } from '../in-flight.ts'
import type { Answer, AskedHere, OpenAnswer } from './open-answer.ts'
import type { Flow, Pump } from './pump.ts'

/** Where the answers to one operation go. After `error` or `complete` nothing more is said. */
export interface AnswerLine {
  next(payload: Payload): void
  /** Nothing was executed, or the stream broke. */
  error(errors: readonly GraphQLFormattedError[]): void
  complete(): void
  /** The operation holds nothing any more; called once, last, also where the client ended it. */
  freed(): void
}

export interface OperationToAnswer {
  readonly asked: AskedHere
  readonly context: Context
  readonly flight: FlyingOperation
  readonly open: OpenAnswer
  readonly pump: Pump
  readonly line: AnswerLine
  readonly showError: (error: unknown) => readonly GraphQLFormattedError[]
  readonly log: Log
}

/**
 * One operation, from being asked to holding nothing. Returns how to end it early; of the line, only `freed` is called after that.
 * A stream that nobody waits for any more costs what it costs until it is there and can be closed: `freed` comes after that, so that
 * subscribing and leaving at once, over and over, does not get around the limits.
 */
export function answerOperation({ asked, context, flight, open, pump, line, showError, log }: OperationToAnswer): () => void {
  const start = monotonicMs()
  let flow: Flow | undefined
  let [isOpening, isOver] = [true, false]

  const end = (tell?: () => void, codes?: readonly string[]): void => {
    if (isOver) return
    isOver = true
    tell?.()
    flow?.close()
    flight.leave()
    log.info({ requestId: context.requestId, operation: 'stream', name: asked.operationName, ms: Math.round(monotonicMs() - start), codes }, 'operation')
    if (!isOpening) line.freed()
  }
  const fail = (error: unknown): void => { end(() => { line.error(showError(error)) }, [codeOf(error)]) }
  const opened = (): void => {
    isOpening = false
    if (isOver) line.freed()
  }
  const send = (answer: Answer, isLive: boolean): void => {
    if (answer.kind === 'errors') end(() => { line.error(answer.errors) })
    else if (isOver) answer.stream.close()
    else {
      if (isLive) flight.end() // it has no deadline, and stopping does not wait for it
      flow = pump.add(answer.stream, { next: line.next, fail, done: () => { end(line.complete) } })
    }
  }

  try {
    const { isLive, answer } = open(asked, context, () => { flow?.wake() })
    if (isLive) context.signal.addEventListener('abort', () => { if (isOpening) fail(context.signal.reason) }, { once: true }) // others are answered by who executes them
    answer.then((opening) => { send(opening, isLive) }, fail).finally(opened).catch((error: unknown) => { log.error({ err: error }, 'a bug in answering') })
  } catch (error) {
    isOpening = false
    fail(error)
  }
  return () => { end() }
}
