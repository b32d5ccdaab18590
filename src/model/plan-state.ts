import type { Conflict, Invalid, NotFound } from '../problem.ts'
import { done, refused, type Result } from '../util/result.ts'
import type { Dtmi } from './model.ts'
import type { ModelUpdate } from './model-store.ts'
import type { Registry } from './registry.ts'

/** Changes of what is decided about a model after publishing. No update: it is so already. */
type Updates = readonly ModelUpdate[]

export interface Deprecation {
  readonly dtmi: Dtmi
  /** Null: as it was. */
  readonly replacedBy: Dtmi | null
  /** ISO 8601 date; null: as it was. */
  readonly removeAfter: string | null
}

export function planDeprecation(registry: Registry, { dtmi, replacedBy, removeAfter }: Deprecation): Result<Updates, NotFound | Conflict | Invalid> {
  const model = registry.get(dtmi)
  if (!model) return refused(unknownModel(dtmi))
  if (model.state === 'RETIRED') return refused({ kind: 'Conflict', code: 'MODEL_NOT_ACTIVE', message: `${dtmi} is retired already; that is further than deprecated.`, path: ['dtmi'] })
  if (replacedBy !== null && (replacedBy === dtmi || !registry.get(replacedBy))) return refused(wrongReplacement(replacedBy, dtmi))
  const same = model.state === 'DEPRECATED' && (replacedBy ?? model.replacedBy) === model.replacedBy && (removeAfter ?? model.removeAfter) === model.removeAfter
  return done(same ? [] : [{ dtmi, state: 'DEPRECATED', ...(replacedBy !== null && { replacedBy }), ...(removeAfter !== null && { removeAfter }) }])
}

export function planRetirement(registry: Registry, dtmi: Dtmi): Result<Updates, NotFound> {
  const model = registry.get(dtmi)
  if (!model) return refused(unknownModel(dtmi))
  return done(model.state === 'RETIRED' ? [] : [{ dtmi, state: 'RETIRED' }])
}

export function planExposure(registry: Registry, ids: readonly Dtmi[], pinned: boolean): Result<Updates, Invalid> {
  const problems = ids.flatMap((id, item) => (registry.get(id) ? [] : [{ code: 'UNKNOWN_MODEL' as const, message: `No model ${id} is published.`, path: ['ids', String(item)], item }]))
  if (problems.length > 0) {
    return refused({ kind: 'Invalid', code: 'INVALID_INPUT', message: `${problems.length} of the ids are not of published models; nothing was changed.`, path: ['ids'], problems })
  }
  return done([...new Set(ids)].filter((id) => (registry.get(id)?.pinned ?? false) !== pinned).map((dtmi) => ({ dtmi, pinned })))
}

function unknownModel(id: Dtmi): NotFound {
  return { kind: 'NotFound', code: 'UNKNOWN_MODEL', id, message: `No model ${id} is published. List what is with \`models\`.`, path: ['dtmi'] }
}

function wrongReplacement(replacedBy: Dtmi, dtmi: Dtmi): Invalid {
  const message = replacedBy === dtmi ? 'A model cannot replace itself.' : `No model ${replacedBy} is published; publish it first.`
  return { kind: 'Invalid', code: 'INVALID_INPUT', message, path: ['replacedBy'], problems: [{ code: replacedBy === dtmi ? 'INVALID_INPUT' : 'UNKNOWN_MODEL', message, path: ['replacedBy'] }] }
}
