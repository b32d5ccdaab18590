import type { Idempotency } from '../scenario/scenario-store.ts'
import type { Kpis } from '../simulation/engine-program.ts'
import type { Run, RunEnd, RunFailure, RunProgress, RunResults } from './run.ts'

export interface NewRun extends Omit<Run, 'phase' | 'attempts' | 'progress' | 'results' | 'createdAt' | 'startedAt' | 'finishedAt'> {
  readonly mostAttempts: number
  /** The twins it was made of, for the links of the catalogue. */
  readonly reads: readonly string[]
}

export interface CreateOptions {
  /** Make it although there is an equal one. */
  readonly force: boolean
  /** Runs that may be waiting or under way at once. */
  readonly mostOpen: number
  readonly idempotency: Idempotency | undefined
}

export type RunCreated =
  | { readonly kind: 'created'; readonly run: Run; readonly seq: number }
  /** An equal run of the same scenario that succeeded, waits or is under way, or the answer to the same idempotency key. */
  | { readonly kind: 'known'; readonly run: Run; readonly seq: number }
  | { readonly kind: 'keyReused' }
  | { readonly kind: 'tooMany'; readonly open: number }

/**
 * Runs and how far they are: the one truth, whatever a queue believes. Every method is one transaction; of two processes that want the same transition one gets it.
 * They throw STORE_UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN.
 */
export interface RunStore {
  create(run: NewRun, options: CreateOptions): Promise<RunCreated>
  /** What was answered to a key; undefined where nothing was, or its run is gone. */
  repeated(idempotency: Idempotency): Promise<Extract<RunCreated, { readonly kind: 'known' | 'keyReused' }> | undefined>
  find(ids: readonly string[]): Promise<readonly (Run | undefined)[]>
  /** QUEUED and due → BINDING. Undefined where it is anything else by now. */
  claim(id: string, owner: string, leaseMs: number): Promise<Run | undefined>
  /** BINDING → RUNNING; false where it is not this owner's any more. */
  begin(id: string, owner: string): Promise<boolean>
  /** Prolongs the leases; says of each that is still the owner's whether someone wants it cancelled. Those that are not named are lost to it. */
  renew(owner: string, ids: readonly string[], leaseMs: number): Promise<ReadonlyMap<string, { readonly cancelledBy: string | undefined }>>
  /** Of BINDING and RUNNING ones of this owner. */
  report(owner: string, progress: ReadonlyMap<string, RunProgress>): Promise<void>
  /** That it has results for twins, where that is known before its end; twins that are linked already stay so. */
  addWrites(run: Pick<Run, 'id' | 'createdAt'>, twins: readonly string[]): Promise<void>
  /** To an end; undefined where it is not this owner's any more. */
  end(id: string, owner: string, end: RunEnd, outcome: { readonly progress: RunProgress; readonly results: RunResults | undefined }): Promise<Run | undefined>
  /** An attempt of this owner failed and there are more: back to QUEUED, due at the instant. Undefined where it is not this owner's any more. `forgives`: it went well for long, and is counted as the first. */
  putBack(id: string, owner: string, failure: RunFailure, dueAt: number, forgives?: boolean): Promise<Run | undefined>
  /** This owner ends in order, and does no more of the run: as `putBack`, due at once, and the attempt does not count. */
  giveBack(id: string, owner: string, failure: RunFailure): Promise<Run | undefined>
  /** QUEUED → CANCELLED at once; BINDING and RUNNING ones are marked, and their owner sees it. Undefined where there is no such run; one that ended is answered as it is. */
  cancel(id: string, actor: string): Promise<Run | undefined>
  /** QUEUED ones, those due first, by priority and age. */
  waiting(limit: number): Promise<readonly { readonly id: string; readonly priority: number; readonly dueAt: number }[]>
  /** BINDING and RUNNING ones whose lease has ended: with attempts left back to QUEUED, cancelled ones CANCELLED, else FAILED with WORKER_LOST. Answers those it moved. */
  recover(): Promise<readonly Run[]>
  /** Runs that changed after a revision, in its order, each as it is by now; for other processes to see. With a limit of 0 none, and the revision of the latest change. */
  changed(after: number, limit: number): Promise<{ readonly runs: readonly Run[]; readonly revision: number }>
  /** Members of a sweep as they are done; one that is there already is left. */
  addMembers(run: string, members: readonly SweepMember[]): Promise<void>
  members(run: string, page: { readonly first: number; readonly after: number | undefined }): Promise<readonly SweepMember[]>
  /** Deletes those that have ended, with their members and links; answers their ids. In portions; one that was cut short can be done again. */
  remove(ids: readonly string[]): Promise<readonly string[]>
  /** Lets the store plan what runs take, so that the first one does not wait for it. */
  prepare(): Promise<void>
}

export interface SweepMember {
  /** From 0, in the order of the design. */
  readonly index: number
  /** The design's numbers, by the names of the variables. */
  readonly settings: Readonly<Record<string, number>>
  readonly seed: number
  readonly kpis: Kpis | undefined
  readonly resultHash: string | undefined
  readonly failure: { readonly code: string; readonly message: string } | undefined
}
