import type { Conflict, Invalid, ItemProblem, LimitReached } from '../problem.ts'
import { done, refused, type Result } from '../util/result.ts'
import { canonicalJson } from './canonical-json.ts'
import { compareRegistries } from './compatibility/compare-registries.ts'
import type { ModelChange } from './compatibility/model-change.ts'
import type { Dtmi, InterfaceModel } from './model.ts'
import { assignNames } from './names.ts'
import { parseModels } from './parse-models.ts'
import { createRegistry, type PublishedModel, type Registry } from './registry.ts'

/** What publishing documents comes to. */
export interface Publication {
  /** All models of the request, published before or not. */
  readonly requested: readonly Dtmi[]
  readonly fresh: readonly PublishedModel[]
  readonly changes: readonly ModelChange[]
}

/** Interfaces in one request. */
export const mostModels = 10_000

/** Validates the documents against the models published so far. Pure; all problems at once. */
export function planPublication(documents: readonly unknown[], registry: Registry, publishedAt: string): Result<Publication, Invalid | Conflict | LimitReached> {
  const parsed = parseModels(documents, { known: (id) => registry.get(id)?.model })
  if (!parsed.ok) return refused(invalidModels(parsed.problems))
  const { models } = parsed
  if (models.length > mostModels) return refused(tooMany(models.length))
  const changed = models.filter((model) => isOtherDocument(model, registry))
  if (changed.length > 0) return refused(alreadyPublished(changed))
  const fresh = nameModels(models.filter(({ id }) => !registry.get(id)), registry, publishedAt)
  const after = createRegistry([...registry.models.values(), ...fresh])
  return done({ requested: models.map(({ id }) => id), fresh, changes: compareRegistries(registry, after, fresh.map(({ model }) => model.id)) })
}

function nameModels(models: readonly InterfaceModel[], registry: Registry, publishedAt: string): readonly PublishedModel[] {
  const names = assignNames(registry.models.values(), models)
  return models.map((model) => {
    const given = names.get(model.id)
    if (!given) throw new Error(`${model.id} was given no name.`)
    return { model, names: given, state: 'ACTIVE', publishedAt }
  })
}

function isOtherDocument(model: InterfaceModel, registry: Registry): boolean {
  const published = registry.get(model.id)
  return published !== undefined && canonicalJson(published.model.document) !== canonicalJson(model.document)
}

function invalidModels(problems: readonly ItemProblem[]): Invalid {
  const count = problems.length === 1 ? 'One problem' : `${problems.length} problems`
  return { kind: 'Invalid', code: 'INVALID_INPUT', message: `${count} in the models; nothing is published. Mend what \`problems\` lists and send them all again.`, path: ['documents'], problems }
}

function alreadyPublished(models: readonly InterfaceModel[]): Conflict {
  const ids = models.slice(0, 10).map(({ id }) => id).join(', ') + (models.length > 10 ? ` and ${models.length - 10} more` : '')
  return {
    kind: 'Conflict', code: 'MODEL_EXISTS', path: ['documents'],
    message: `Published already with another document: ${ids}. A published model never changes; raise the version in the @id and publish that.`,
  }
}

function tooMany(actual: number): LimitReached {
  return { kind: 'LimitReached', code: 'TOO_LARGE', limit: mostModels, actual, message: `${actual} models in one request; send at most ${mostModels} at a time.`, path: ['documents'] }
}
