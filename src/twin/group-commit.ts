import { Failure, failure } from '../errors.ts'
import type { Registry } from '../model/registry.ts'
import type { Result } from '../util/result.ts'
import { admit, type Claims, claimsOf } from './admission.ts'
import type { Changeset } from './command.ts'
import { type Committed, decide, type TwinProblem } from './decide/decide.ts'
import type { TwinStore } from './twin-store.ts'

type Outcome = Result<Committed, TwinProblem>

interface Pending {
  readonly changeset: Changeset
  readonly claims: Claims
  readonly size: number
  resolve(outcome: Outcome): void
  reject(error: unknown): void
}

export interface GroupCommit extends AsyncDisposable {
  /** Resolves when the changeset is durable, or was refused. */
  submit(changeset: Changeset): Promise<Outcome>
}

/** Items in one transaction. */
const mostInGroup = 1_000
/** Items waiting; beyond, submitting fails with OVERLOADED. */
const mostWaiting = 20_000

/**
 * One transaction at a time; what arrives meanwhile is the next group. No timer: alone, a mutation does not wait, and under load groups grow by themselves.
 * A transaction costs the same for one mutation and for hundreds, and only its holder contends for the head's lock.
 */
export function createGroupCommit(store: TwinStore, registry: () => Registry): GroupCommit {
  let queue: Pending[] = []
  let waiting = 0
  let running: Promise<void> | undefined
  let isClosed = false
  const limited = createLimitedNames()

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
      const { results } = await store.commit(group.map(({ changeset }) => changeset), (state) => decide(group.map(({ changeset }) => changeset), state, registry()))
      for (const [index, pending] of group.entries()) {
        const outcome = results[index]
        if (outcome) pending.resolve(outcome)
        else pending.reject(new Error('A changeset was not decided.'))
      }
    } catch (error) {
      if (group.length === 1 || error instanceof Failure) {
        for (const pending of group) pending.reject(error)
        return
      }
      const middle = Math.ceil(group.length / 2)
      await commit(group.slice(0, middle))
      await commit(group.slice(middle))
    }
  }

  return {
    submit(changeset) {
      if (isClosed) return Promise.reject(failure('SHUTTING_DOWN'))
      const size = Math.max(1, changeset.commands.length)
      if (waiting + size > mostWaiting) return Promise.reject(failure('OVERLOADED'))
      waiting += size
      return new Promise<Outcome>((resolve, reject) => {
        queue.push({ changeset, claims: claimsOf(changeset, limited(registry())), size, resolve, reject })
        running ??= Promise.resolve().then(drain) // after this turn: mutations that arrive together commit together
      })
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      await running
    },
  }
}

/** The names of relationships with a maxMultiplicity, found once for every set of models. */
function createLimitedNames(): (registry: Registry) => ReadonlySet<string> {
  const known = new WeakMap<Registry, ReadonlySet<string>>()
  return (registry) => {
    const found = known.get(registry) ?? new Set([...registry.models.values()].flatMap(({ model }) =>
      model.contents.flatMap((content) => (content.kind === 'Relationship' && content.maxMultiplicity !== undefined ? [content.name] : []))))
    known.set(registry, found)
    return found
  }
}
