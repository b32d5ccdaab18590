import { setTimeout as delay } from 'node:timers/promises'
import { Failure, failure } from '../errors.ts'
import type { Registry } from '../model/registry.ts'
import type { Result } from '../util/result.ts'
import { admit, type Claims, claimsOf } from './admission.ts'
import type { Changeset } from './command.ts'
import { type Committed, decide, type Decision, type TwinProblem } from './decide/decide.ts'
import { namesOf } from './needs.ts'
import type { State } from './state.ts'
import type { TwinStore } from './twin-store.ts'

type Outcome = Result<Committed, TwinProblem>

/** The models that changesets are held to. */
export interface PublishedModels {
  registry(): Registry
  /** Counts their changes, as the store does. */
  schemaVersion(): number
  /** Takes over what other processes changed. */
  refresh(): Promise<void>
}

export interface GroupCommit extends AsyncDisposable {
  /** Resolves when the changeset is durable, or was refused. Fails with OVERLOADED, SHUTTING_DOWN, STORE_UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN. */
  submit(changeset: Changeset): Promise<Outcome>
}

export interface GroupCommitOptions {
  /** Items in one transaction. */
  readonly mostInGroup?: number
  /** Items waiting; beyond, submitting fails with OVERLOADED. */
  readonly mostWaiting?: number
  /** Before a changeset whose outcome is unknown is sent again; doubles each time. */
  readonly firstPauseMs?: number
}

interface Pending {
  readonly changeset: Changeset
  readonly claims: Claims
  readonly size: number
  readonly scenario: number | undefined
  /** Why its outcome was not known when it was sent before. */
  lost?: unknown
  repeats: number
  resolve(outcome: Outcome): void
  reject(error: unknown): void
}

/** With the first pause of 250 ms, over 30 seconds: longer than the embedded store takes to come back. */
const mostRepeats = 7
/** Of a group decided by models that changed meanwhile. */
const mostRefreshes = 5

/**
 * One transaction at a time; what arrives meanwhile is the next group. No timer: alone, a mutation does not wait, and under load groups grow by themselves.
 * A transaction costs the same for one mutation and for hundreds, and only its holder contends for the head's lock.
 */
export function createGroupCommit(store: TwinStore, models: PublishedModels, { mostInGroup = 1_000, mostWaiting = 20_000, firstPauseMs = 250 }: GroupCommitOptions = {}): GroupCommit {
  let queue: Pending[] = []
  let waiting = 0
  let running: Promise<void> | undefined
  const closing = new AbortController()
  const repeating = new Set<Promise<void>>()

  const enqueue = (pending: Pending): void => {
    waiting += pending.size
    queue.push(pending)
    running ??= Promise.resolve().then(drain) // after this turn: mutations that arrive together commit together
  }

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const { group, rest } = admit(queue, mostInGroup)
      queue = [...rest]
      waiting -= group.reduce((sum, { size }) => sum + size, 0)
      await commit(group)
    }
    running = undefined
  }

  /** A statement that fails for one changeset fails for its group: halving finds the one and stores the others. */
  const commit = async (group: readonly Pending[]): Promise<void> => {
    try {
      const { results } = await decided(store, models, group.map(({ changeset }) => changeset))
      for (const [index, { resolve, reject }] of group.entries()) {
        const outcome = results[index]
        if (outcome) resolve(outcome)
        else reject(new Error('A changeset was not decided.'))
      }
    } catch (error) {
      if (group.length === 1 || error instanceof Failure) {
        for (const pending of group) failed(pending, error)
        return
      }
      const middle = Math.ceil(group.length / 2)
      await commit(group.slice(0, middle))
      await commit(group.slice(middle))
    }
  }

  /** After a lost connection nobody knows what was stored. Only a changeset with a key is sent again: if it was stored, the key finds its answer. */
  const failed = (pending: Pending, error: unknown): void => {
    const isUnknown = error instanceof Failure && error.code === 'OUTCOME_UNKNOWN'
    const isAway = error instanceof Failure && error.code === 'STORE_UNAVAILABLE'
    if (isUnknown && pending.changeset.idempotency) pending.lost ??= error
    if (pending.lost === undefined) return pending.reject(error)
    if (!(isUnknown || isAway) || pending.repeats >= mostRepeats || closing.signal.aborted) return pending.reject(pending.lost)
    const repeat = delay(firstPauseMs * 2 ** pending.repeats, undefined, { signal: closing.signal }).then(
      () => { enqueue({ ...pending, repeats: pending.repeats + 1 }) },
      () => { pending.reject(pending.lost) }, // closing: no time to find out
    ).finally(() => repeating.delete(repeat))
    repeating.add(repeat)
  }

  return {
    submit(changeset) {
      if (closing.signal.aborted) return Promise.reject(failure('SHUTTING_DOWN'))
      const size = Math.max(1, changeset.commands.length)
      if (waiting + size > mostWaiting) return Promise.reject(failure('OVERLOADED'))
      return new Promise<Outcome>((resolve, reject) => {
        enqueue({ changeset, claims: claimsOf(changeset, namesOf(models.registry()).limited), size, scenario: changeset.scenario?.number, repeats: 0, resolve, reject })
      })
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.all(repeating)
      await running
    },
  }
}

/** Decided by the models that are published when the group has the lock: another process may have changed them. */
async function decided(store: TwinStore, models: PublishedModels, changesets: readonly Changeset[]): Promise<Decision> {
  for (let refreshes = 0; refreshes <= mostRefreshes; refreshes += 1) {
    const registry = models.registry()
    const version = models.schemaVersion()
    try {
      return await store.commit(changesets, namesOf(registry), (state: State) => {
        if (state.models !== version) throw new ModelsChanged()
        return decide(changesets, state, registry)
      })
    } catch (error) {
      if (!(error instanceof ModelsChanged)) throw error
      await models.refresh()
    }
  }
  throw failure('STORE_UNAVAILABLE', { message: 'The published models change faster than they can be read.' })
}

class ModelsChanged extends Error {}
