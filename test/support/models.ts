import { assignNames } from '../../src/model/names.ts'
import { parseModels } from '../../src/model/parse-models.ts'
import { createRegistry, type Registry } from '../../src/model/registry.ts'

/** The registry of a tenant that published these documents, and nothing else. */
export function registryOf(documents: readonly unknown[]): Registry {
  const parsed = parseModels(documents, { known: () => undefined })
  if (!parsed.ok) throw new Error(`The documents are not valid:\n${parsed.problems.map(({ document, pointer, message }) => `${document ?? ''} ${pointer ?? ''} ${message}`).join('\n')}`)
  const names = assignNames([], parsed.models)
  return createRegistry(parsed.models.map((model) => {
    const given = names.get(model.id)
    if (!given) throw new Error(`${model.id} got no names.`)
    return { model, names: given, state: 'ACTIVE' as const, publishedAt: '2026-01-01T00:00:00Z' }
  }))
}
