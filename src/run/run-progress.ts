import type { Payload, PayloadStream } from '../change/payload-stream.ts'
import type { RunBoard } from './run-board.ts'
import { isEnded, type Run, type RunKind, type RunState } from './run.ts'

export interface RunChoice {
  /** Undefined: every run. */
  readonly ids?: readonly string[] | null | undefined
  readonly where?: {
    readonly states?: readonly RunState[] | null
    readonly kinds?: readonly RunKind[] | null
    readonly engines?: readonly string[] | null
    readonly scenario?: string | null
    readonly tags?: readonly string[] | null
  } | null | undefined
}

export interface RunProgressConfig {
  readonly board: Pick<RunBoard, 'listen' | 'following'>
  readonly choice: RunChoice
  /** As the runs are, read after listening began. */
  snapshot(): Promise<readonly Run[]>
  /** A promise where the selection reads something. */
  encode(run: Run): Payload | Promise<Payload>
  wake(): void
}

/** States of one run that may wait for a slow reader; it has few, but retries repeat them. */
const mostWaiting = 20

/** The chosen runs as they are, then as they change. Of one run every change of state, and of its progress the newest. Ends where runs were named and all of them have ended. */
export async function openRunProgress({ board, choice, snapshot, encode, wake }: RunProgressConfig): Promise<PayloadStream> {
  const waiting = new Map<string, Run[]>()
  const unended = choice.ids ? new Set(choice.ids) : undefined
  let ready: { readonly payload: Payload } | { readonly failure: unknown } | undefined
  let isEncoding = false
  let isClosed = false

  const put = (run: Run): void => {
    if (!isChosen(run, choice)) {
      if (isEnded(run.phase)) unended?.delete(run.id) // nothing more comes of it
      return
    }
    const states = waiting.get(run.id) ?? []
    waiting.set(run.id, states)
    if (states.at(-1)?.phase.kind === run.phase.kind) states.pop()
    states.push(run)
    if (states.length > mostWaiting) states.shift()
  }
  const next = (): Run | undefined => {
    for (const [id, states] of waiting) {
      const run = states.shift()
      waiting.delete(id)
      if (states.length > 0) waiting.set(id, states) // behind the others
      if (run && isEnded(run.phase)) unended?.delete(id)
      if (run) return run
    }
    return undefined
  }
  const settle = (outcome: NonNullable<typeof ready>): void => {
    isEncoding = false
    ready = outcome
    if (!isClosed) wake()
  }
  const stop = board.listen((run) => {
    put(run)
    wake()
  })
  try {
    await board.following()
    const known = await snapshot()
    for (const run of known) if (!waiting.has(run.id)) put(run)
    const found = new Set(known.map(({ id }) => id))
    for (const id of unended ?? []) if (!found.has(id) && !waiting.has(id)) unended?.delete(id) // there is no such run
  } catch (error) {
    stop()
    throw error
  }
  return {
    take() {
      if (ready) {
        const outcome = ready
        ready = undefined
        if ('failure' in outcome) throw outcome.failure
        return outcome.payload
      }
      const run = isEncoding ? undefined : next()
      if (!run) return undefined
      const payload = encode(run)
      if (typeof payload === 'string') return payload
      isEncoding = true
      payload.then((text) => { settle({ payload: text }) }, (failure: unknown) => { settle({ failure }) })
      return undefined
    },
    get isDone() { return isClosed || (unended?.size === 0 && waiting.size === 0 && !ready && !isEncoding) },
    close() {
      isClosed = true
      stop()
      waiting.clear()
    },
  }
}

function isChosen({ id, phase, kind, engine, scenario, tags }: Run, { ids, where }: RunChoice): boolean {
  if (ids && !ids.includes(id)) return false
  const holds = <T>(list: readonly T[] | null | undefined, value: T): boolean => !list || list.includes(value)
  return holds(where?.states, phase.kind) && holds(where?.kinds, kind) && holds(where?.engines, engine.id)
    && (typeof where?.scenario !== 'string' || where.scenario === scenario?.id) && (!where?.tags || where.tags.some((tag) => tags.includes(tag)))
}
