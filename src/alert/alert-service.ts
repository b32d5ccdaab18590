import type { NotFound, LimitReached, Invalid } from '../problem.ts'
import { toInvalid } from '../problem.ts'
import { done, refused, type Result } from '../util/result.ts'
import type { Alert } from './alert.ts'
import type { AlertBoard } from './alert-board.ts'
import type { AlertChange, AlertStore, Decide } from './alert-store.ts'

/** Alerts as people deal with them. Fails with STORE_UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN. */
export interface AlertService {
  acknowledge(ids: readonly string[], by: ByHand): Promise<Result<readonly Alert[], NotFound | Invalid | LimitReached>>
  resolve(ids: readonly string[], by: ByHand): Promise<Result<readonly Alert[], NotFound | Invalid | LimitReached>>
  find(ids: readonly string[]): Promise<readonly (Alert | undefined)[]>
  /** Those that are not resolved; at most so many. */
  open(limit: number): Promise<readonly Alert[]>
  affected(alert: string, page: { readonly first: number; readonly after: number }): Promise<readonly string[]>
}

export interface ByHand {
  readonly actor: string
  readonly note?: string | null | undefined
}

const [mostAtOnce, longestNote] = [1_000, 10_000]

export function createAlertService({ store, board }: { readonly store: AlertStore; readonly board: AlertBoard }): AlertService {
  const change = async (ids: readonly string[], { note }: ByHand, decide: Decide): Promise<Result<readonly Alert[], NotFound | Invalid | LimitReached>> => {
    if (ids.length > mostAtOnce) return refused({ kind: 'LimitReached', code: 'TOO_LARGE', message: `At most ${mostAtOnce} alerts are changed at once, not ${ids.length}.`, path: ['ids'], limit: mostAtOnce, actual: ids.length })
    const wrong = typeof note === 'string' && (note.length > longestNote || !note.isWellFormed()) ? toInvalid([{ code: 'TOO_LARGE', message: `A note has at most ${longestNote} characters; this one has ${note.length}.`, path: ['note'] }]) : undefined
    if (wrong) return refused(wrong)
    const known = await store.find(ids)
    const missing = known.findIndex((alert) => !alert)
    if (missing >= 0) return refused(unknownAlert(ids[missing] ?? '', missing))
    const events = new Map<string, AlertChange['event']>() // of one that was decided on twice, as its transaction was repeated, the last
    const alerts = await store.change(ids, (alert, now) => {
      const decided = decide(alert, now)
      if (decided) events.set(alert.id, decided.event)
      else events.delete(alert.id)
      return decided
    })
    const found = alerts.filter((alert) => alert !== undefined)
    const byId = new Map(found.map((alert) => [alert.id, alert]))
    board.tell([...byId.values()].flatMap((alert) => {
      const event = events.get(alert.id)
      return event ? [{ event, alert }] : []
    }))
    return found.length === ids.length ? done(found) : refused(unknownAlert(ids.find((id) => !byId.has(id)) ?? '', 0))
  }
  return {
    acknowledge: (ids, by) => change(ids, by, (alert, now) => (alert.state !== 'OPEN' ? undefined
      : { event: 'ACKNOWLEDGED', alert: { ...alert, state: 'ACKNOWLEDGED', acknowledgedAt: now, acknowledgedBy: by.actor, note: by.note ?? alert.note } })),
    resolve: (ids, by) => change(ids, by, (alert, now) => (alert.state === 'RESOLVED' ? undefined
      : { event: 'RESOLVED', alert: { ...alert, state: 'RESOLVED', resolvedAt: now, resolvedBy: by.actor, resolution: 'BY_HAND', note: by.note ?? alert.note } })),
    find: store.find,
    open: (limit) => store.open({ limit }),
    affected: store.affected,
  }
}

const unknownAlert = (id: string, index: number): NotFound =>
  ({ kind: 'NotFound', code: 'NOT_FOUND', message: `There is no alert ${JSON.stringify(id.slice(0, 80))}.`, path: ['ids', String(index)], id })
