import type { ModelService } from '../../model/model-service.ts'
import type { Registry } from '../../model/registry.ts'
import type { JournalEntry } from '../journal.ts'

/** Models that were looked for and are not there: not looked for again while the models stay as they are. */
const missing = new WeakMap<Registry, Set<string>>()

/** A registry that knows the models of the entries: those that another process published are taken over first. */
export async function registryFor(models: Pick<ModelService, 'registry' | 'refresh'>, entries: readonly JournalEntry[]): Promise<Registry> {
  if (unknownOf(models.registry(), entries).length === 0) return models.registry()
  await models.refresh()
  const registry = models.registry()
  missing.set(registry, new Set([...(missing.get(registry) ?? []), ...unknownOf(registry, entries)]))
  return registry
}

function unknownOf(registry: Registry, entries: readonly JournalEntry[]): readonly string[] {
  const known = missing.get(registry)
  const unknown: string[] = []
  for (const { op, id, model } of entries) {
    const needed = op.startsWith('model-') ? id : model
    if (needed !== undefined && !registry.get(needed) && !known?.has(needed)) unknown.push(needed)
  }
  return unknown
}
