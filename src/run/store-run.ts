import { encodeCursor } from '../change/cursor.ts'
import { type Invalid, type ItemProblem, type LimitReached, toInvalid } from '../problem.ts'
import { checkKey, keyReused, toIdempotency } from '../scenario/idempotency.ts'
import type { Idempotency } from '../scenario/scenario-store.ts'
import type { Json } from '../util/json.ts'
import { refused, type Result } from '../util/result.ts'
import type { Started } from './run-service.ts'
import type { NewRun, RunCreated, RunStore } from './run-store.ts'
import type { Run } from './run.ts'

/** One refusal of all that is wrong, where it stands in the mutation's arguments; undefined where nothing is. */
export function toRefusal(items: readonly ItemProblem[], path: readonly string[] = []): Extract<Result<never, Invalid>, { readonly ok: false }> | undefined {
  const invalid = toInvalid(items.map((item) => ({ ...item, path: [...path, ...(item.path ?? [])] })))
  return invalid && refused(invalid)
}

/** What was answered to the key, or that it cannot be used; else what to keep the answer under. */
export async function findAnswered(store: Pick<RunStore, 'repeated'>, key: string | null | undefined, asked: Json): Promise<{ readonly answer: Started | undefined; readonly idempotency: Idempotency | undefined }> {
  const wrongKey = checkKey(key)
  if (wrongKey) return { answer: refused(wrongKey), idempotency: undefined }
  const idempotency = toIdempotency(key, asked)
  const repeated = idempotency && await store.repeated(idempotency)
  return { idempotency, answer: repeated && (repeated.kind === 'keyReused' ? refused(keyReused) : toStarted(repeated)) }
}

export async function storeRun({ store, mostOpen }: { readonly store: Pick<RunStore, 'create'>; readonly mostOpen: number }, run: NewRun, { force, idempotency }: { readonly force: boolean; readonly idempotency: Idempotency | undefined }): Promise<Started> {
  const created = await store.create(run, { force, mostOpen, idempotency })
  switch (created.kind) {
    case 'keyReused': return refused(keyReused)
    case 'tooMany': return refused(tooMany(created.open, mostOpen))
    default: return toStarted(created)
  }
}

const toStarted = ({ kind, run, seq }: Extract<RunCreated, { readonly run: Run }>): Started => ({ ok: true, value: { run, isKnown: kind === 'known', cursor: encodeCursor(seq) } })

export const tooMany = (open: number, most: number): LimitReached =>
  ({ kind: 'LimitReached', code: 'TOO_MANY_RUNS', limit: most, actual: open, message: `${open} runs wait or are under way, of at most ${most}. Wait for some to end, or cancel them.` })
