import type { GraphQLFormattedError } from 'graphql'
import type { Limits } from '../../config.ts'
import { Failure, failure } from '../../errors.ts'
import type { Principal } from '../../graphql/context.ts'
import { causeOf, isBug } from '../../graphql/failures.ts'
import type { Services } from '../../graphql/services.ts'
import { showErrors } from '../../graphql/show-errors.ts'
import { RequestErrors } from '../../graphql/valid-documents.ts'
import type { Log } from '../../observe/log.ts'
import type { InFlight } from '../in-flight.ts'
import { type AnswerLine, answerOperation } from './answer-operation.ts'
import type { AskedHere, OpenAnswer } from './open-answer.ts'
import type { Pump } from './pump.ts'
import { createTally } from './tally.ts'

/** Operations whose answers go over a stream, whatever kind of stream that is. */
export interface LiveOperations {
  /** Never throws: what goes wrong is told to the line. Returns how to end it when the client asks for no more; of the line, only `freed` is called after that. */
  begin(asked: AskedHere, requestId: string, pump: Pump, line: AnswerLine): () => void
  /** Those that hold something: being opened, open, or being executed. */
  readonly count: number
  showError(error: unknown, requestId: string): readonly GraphQLFormattedError[]
}

export interface LiveOperationsConfig {
  readonly open: OpenAnswer
  readonly principal: Principal
  readonly services: Services
  readonly limits: Limits
  readonly inFlight: InFlight
  /** Whether errors may name what the schema has. */
  readonly suggest: boolean
  readonly log: Log
}

export function createLiveOperations({ open, principal, services, limits, inFlight, suggest, log }: LiveOperationsConfig): LiveOperations {
  const tenants = createTally()

  const showError = (error: unknown, requestId: string): readonly GraphQLFormattedError[] => {
    const errors = error instanceof RequestErrors ? error.errors : [error]
    for (const each of errors) {
      if (isBug(each)) log.error({ requestId, err: causeOf(each) }, 'a bug ended a stream')
      else if (each instanceof Failure && each.cause !== undefined) log.warn({ requestId, err: each }, 'a failure ended a stream')
    }
    return showErrors(errors, { requestId, suggest })
  }
  const refusal = (): Failure | undefined => {
    if (inFlight.isDraining) return failure('SHUTTING_DOWN')
    const limit = limits.tenantSubscriptions
    return tenants.of(principal.tenant) >= limit ? failure('TOO_MANY_SUBSCRIPTIONS', { message: `The tenant has ${limit} subscriptions, and no more are taken.`, details: { limit } }) : undefined
  }

  return {
    begin(asked, requestId, pump, line) {
      const refused = refusal()
      if (refused) {
        line.error(showError(refused, requestId))
        line.freed()
        return () => undefined
      }
      tenants.more(principal.tenant)
      const flight = inFlight.begin(limits.operationTimeoutMs)
      const freed = (): void => {
        flight.end()
        tenants.less(principal.tenant)
        line.freed()
      }
      const context = { principal, services, requestId, signal: flight.signal }
      return answerOperation({ asked, context, flight, open, pump, line: { ...line, freed }, log, showError: (error) => showError(error, requestId) })
    },
    get count() {
      return tenants.total
    },
    showError,
  }
}
