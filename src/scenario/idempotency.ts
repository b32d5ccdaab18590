import { canonicalJson } from '../model/canonical-json.ts'
import { type Conflict, type Invalid, toInvalid } from '../problem.ts'
import { idRule, isValidId } from '../twin/id.ts'
import { sha256 } from '../util/sha256.ts'
import type { Idempotency } from './scenario-store.ts'

export const toIdempotency = (key: string | null | undefined, given: unknown): Idempotency | undefined =>
  (typeof key === 'string' ? { key, digest: sha256(canonicalJson(given)) } : undefined)

export function checkKey(key: string | null | undefined): Invalid | undefined {
  if (typeof key !== 'string' || isValidId(key)) return undefined
  return toInvalid([{ code: 'INVALID_ID', message: `${JSON.stringify(key.slice(0, 80))} cannot be an idempotencyKey. ${idRule}`, path: ['idempotencyKey'] }])
}

export const keyReused: Conflict = {
  kind: 'Conflict', code: 'IDEMPOTENCY_KEY_REUSED', path: ['idempotencyKey'],
  message: 'The idempotencyKey was used before with another request. Use a fresh key for every distinct mutation.',
}
