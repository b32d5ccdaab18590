import type { Payload, PayloadStream } from '../change/payload-stream.ts'
import type { AlertState } from './alert.ts'
import type { AlertBoard } from './alert-board.ts'
import type { AlertChange } from './alert-store.ts'
import type { Severity } from './rule.ts'

export interface AlertChoice {
  readonly severities?: readonly Severity[] | null
  readonly states?: readonly AlertState[] | null
  readonly rules?: readonly string[] | null
  readonly twins?: readonly string[] | null
}

export interface AlertStreamConfig {
  readonly board: Pick<AlertBoard, 'listen' | 'following'>
  readonly choice: AlertChoice
  /** Alerts that are not resolved, read after listening began. */
  snapshot(): Promise<readonly AlertChange[]>
  /** A promise where the selection reads something. */
  encode(change: AlertChange): Payload | Promise<Payload>
  wake(): void
}

/** The chosen alerts as they are, then as they change. A slow reader gets the newest of each alert. */
export async function openAlertStream({ board, choice, snapshot, encode, wake }: AlertStreamConfig): Promise<PayloadStream> {
  const waiting = new Map<string, AlertChange>()
  let ready: { readonly payload: Payload } | { readonly failure: unknown } | undefined
  let isEncoding = false
  let isClosed = false

  const stop = board.listen((change) => {
    if (!isChosen(change, choice)) {
      waiting.delete(change.alert.id) // what it was before is not so any more
      return
    }
    waiting.set(change.alert.id, change)
    wake()
  })
  try {
    await board.following()
    const heard = new Set(waiting.keys())
    for (const change of await snapshot()) {
      const newer = waiting.get(change.alert.id)
      if (isChosen(change, choice) && !heard.has(change.alert.id) && (newer?.alert.revision ?? 0) < change.alert.revision) waiting.set(change.alert.id, change)
    }
  } catch (error) {
    stop()
    throw error
  }
  const settle = (outcome: NonNullable<typeof ready>): void => {
    isEncoding = false
    ready = outcome
    if (!isClosed) wake()
  }
  return {
    take() {
      if (ready) {
        const outcome = ready
        ready = undefined
        if ('failure' in outcome) throw outcome.failure
        return outcome.payload
      }
      const [first] = isEncoding ? [] : waiting.values()
      if (!first) return undefined
      waiting.delete(first.alert.id)
      const payload = encode(first)
      if (typeof payload === 'string') return payload
      isEncoding = true
      payload.then((text) => { settle({ payload: text }) }, (failure: unknown) => { settle({ failure }) })
      return undefined
    },
    get isDone() { return isClosed },
    close() {
      isClosed = true
      stop()
      waiting.clear()
    },
  }
}

function isChosen({ alert }: AlertChange, { severities, states, rules, twins }: AlertChoice): boolean {
  const holds = <T>(list: readonly T[] | null | undefined, value: T | null): boolean => !list || (value !== null && list.includes(value))
  return holds(severities, alert.severity) && holds(states, alert.state) && holds(rules, alert.rule) && holds(twins, alert.twin)
}
