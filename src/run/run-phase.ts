import { isEnded, type RunAttempts, type RunEnd, type RunFailure, type RunPhase } from './run.ts'

/** How far a run is, and how often it was tried: all that decides what may become of it. */
export interface RunTurn {
  readonly phase: RunPhase
  readonly attempts: RunAttempts
}

/** What someone wants of a run. `now` is the clock of the store, which all processes share; ms since 1970. */
export type RunMove =
  | { readonly kind: 'claim'; readonly owner: string; readonly now: number; readonly leaseMs: number }
  | { readonly kind: 'begin'; readonly owner: string }
  | { readonly kind: 'renew'; readonly owner: string; readonly now: number; readonly leaseMs: number }
  | { readonly kind: 'end'; readonly owner: string; readonly end: RunEnd }
  | { readonly kind: 'putBack'; readonly owner: string; readonly failure: RunFailure; readonly dueAt: number; /** The attempt went well for long: those before it are forgotten. */ readonly forgives: boolean }
  /** The process ends in order: what it did so far is no attempt. */
  | { readonly kind: 'giveBack'; readonly owner: string; readonly failure: RunFailure; readonly now: number }
  | { readonly kind: 'cancel'; readonly actor: string }
  | { readonly kind: 'recover'; readonly now: number }

/** Of an attempt whose worker was not heard of for a whole lease. */
export const workerLost: RunFailure = {
  code: 'WORKER_LOST', message: 'The process that did the run was not heard of any more.', twin: undefined, isRetryable: true,
}

/**
 * What a run is after the move; undefined where the move is not allowed, and nothing changes. Nothing leaves an end. An owner that was not heard of for its lease keeps the run
 * until someone recovers it. The conditions and settings of `adapters/neo4j/run-statements.ts` say the same in Cypher, and are tested against this.
 */
export function afterMove(turn: RunTurn, move: RunMove): RunTurn | undefined {
  const { phase, attempts } = turn
  if (isEnded(phase)) return undefined
  switch (move.kind) {
    case 'cancel': return { phase: cancelled(phase, move.actor), attempts }
    case 'claim': return phase.kind === 'QUEUED' && phase.dueAt <= move.now ? claimed(attempts, move) : undefined
    case 'recover': return phase.kind !== 'QUEUED' && phase.leaseUntil <= move.now ? setBack(phase, attempts, workerLost, move.now) : undefined
    default: return phase.kind !== 'QUEUED' && phase.owner === move.owner ? ownerMoved(phase, attempts, move) : undefined
  }
}

type Taken = Extract<RunPhase, { readonly owner: string }>
type OwnerMove = Exclude<RunMove, { readonly kind: 'cancel' | 'claim' | 'recover' }>

function ownerMoved(phase: Taken, attempts: RunAttempts, move: OwnerMove): RunTurn | undefined {
  switch (move.kind) {
    case 'begin': return phase.kind === 'BINDING' ? { phase: { ...phase, kind: 'RUNNING' }, attempts } : undefined
    case 'renew': return { phase: { ...phase, leaseUntil: move.now + move.leaseMs }, attempts }
    case 'end': return move.end.kind === 'SUCCEEDED' && phase.kind === 'BINDING' ? undefined : { phase: move.end, attempts }
    case 'putBack': return setBack(phase, move.forgives ? { ...attempts, made: 1 } : attempts, move.failure, move.dueAt)
    case 'giveBack': return setBack(phase, { ...attempts, made: attempts.made - 1 }, move.failure, move.now)
  }
}

const claimed = (attempts: RunAttempts, { owner, now, leaseMs }: Extract<RunMove, { readonly kind: 'claim' }>): RunTurn =>
  ({ phase: { kind: 'BINDING', owner, leaseUntil: now + leaseMs, cancelledBy: undefined }, attempts: { ...attempts, made: attempts.made + 1 } })

/** Who cancelled it first did it; its owner is told, and ends it. */
const cancelled = (phase: Exclude<RunPhase, RunEnd>, actor: string): RunPhase =>
  (phase.kind === 'QUEUED' ? { kind: 'CANCELLED', by: actor } : { ...phase, cancelledBy: phase.cancelledBy ?? actor })

/** An attempt failed: what nobody wants any more is not tried again, and nothing is tried more often than it may be. */
function setBack({ cancelledBy }: Taken, attempts: RunAttempts, failure: RunFailure, dueAt: number): RunTurn {
  if (cancelledBy !== undefined) return { phase: { kind: 'CANCELLED', by: cancelledBy }, attempts }
  if (attempts.made >= attempts.most) return { phase: { kind: 'FAILED', failure }, attempts }
  return { phase: { kind: 'QUEUED', dueAt }, attempts: { ...attempts, last: failure } }
}
