import { canonicalJson } from '../model/canonical-json.ts'
import type { Invalid } from '../problem.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { refused, type Result } from '../util/result.ts'
import { sha256 } from '../util/sha256.ts'
import type { Changeset, Command, CreateTwin, DeleteTwin, Relate, Unrelate, UpdateRelationship, UpdateTwin } from './command.ts'
import type { Committed, TwinProblem } from './decide/decide.ts'
import type { GroupCommit } from './group-commit.ts'
import { idRule, isValidId } from './id.ts'

/** Who asks, and how problems and repeats are taken. */
export interface Request {
  readonly actor: string
  /** The mutation's arguments as they came: tells a repeat from another request with the same key. */
  readonly given: unknown
  readonly idempotencyKey?: string | null | undefined
  readonly onProblem?: 'REFUSE_ALL' | 'REFUSE_ITEM' | null | undefined
  /** Written into this scenario; undefined: into the base. */
  readonly scenario?: Scenario | undefined
}

export type Outcome = Result<Committed, TwinProblem>

/** The commands on twins and relationships. Each resolves when what it did is durable. */
export interface TwinService {
  createTwins(twins: readonly CreateTwin[], request: Request): Promise<Outcome>
  createTwin(twin: CreateTwin, request: Request): Promise<Outcome>
  updateTwin(update: UpdateTwin, request: Request): Promise<Outcome>
  deleteTwins(twins: readonly DeleteTwin[], request: Request): Promise<Outcome>
  relate(relationships: readonly Relate[], request: Request): Promise<Outcome>
  updateRelationship(update: UpdateRelationship, request: Request): Promise<Outcome>
  unrelate(relationships: readonly Unrelate[], request: Request): Promise<Outcome>
}

/** Items of one batch. */
const longestBatch = 1_000

export function createTwinService(commits: GroupCommit): TwinService {
  const submit = (given: Changeset): Promise<Outcome> => {
    const key = given.idempotency?.key
    return key === undefined || isValidId(key) ? commits.submit(given) : Promise.resolve(refused(badKey(key)))
  }
  const batch = async (cause: string, path: string, commands: readonly Command[], request: Request): Promise<Outcome> => {
    if (commands.length > longestBatch) {
      return refused({ kind: 'LimitReached', code: 'TOO_LARGE', message: `${cause} was given ${commands.length} items; one batch takes at most ${longestBatch}. Send them in several.`, path: [path], limit: longestBatch, actual: commands.length })
    }
    return await submit(changeset(cause, path, true, commands, request))
  }
  const single = (cause: string, path: string, command: Command, request: Request): Promise<Outcome> => submit(changeset(cause, path, false, [command], request))
  return {
    createTwins: (twins, request) => batch('createTwins', 'twins', twins, request),
    createTwin: (twin, request) => single('createTwin', 'id', twin, request),
    updateTwin: (update, request) => single('updateTwin', 'patch', update, request),
    deleteTwins: (twins, request) => batch('deleteTwins', 'ids', twins, request),
    relate: (relationships, request) => batch('relate', 'relationships', relationships, request),
    updateRelationship: (update, request) => single('updateRelationship', 'patch', update, request),
    unrelate: (relationships, request) => batch('unrelate', 'relationships', relationships, request),
  }
}

function badKey(key: string): Invalid {
  const [message, path] = [`${JSON.stringify(key.slice(0, 80))} cannot be an idempotencyKey. ${idRule}`, ['idempotencyKey']]
  return { kind: 'Invalid', code: 'INVALID_INPUT', message, path, problems: [{ code: 'INVALID_ID', message, path }] }
}

function changeset(cause: string, path: string, isBatch: boolean, commands: readonly Command[], { actor, given, idempotencyKey, onProblem, scenario }: Request): Changeset {
  return {
    commands, cause, path, batch: isBatch, actor, scenario, onProblem: onProblem ?? 'REFUSE_ALL',
    idempotency: typeof idempotencyKey === 'string' ? { key: idempotencyKey, digest: sha256(canonicalJson([cause, given])) } : undefined,
  }
}
