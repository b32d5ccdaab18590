import type { ModelChange } from '../../../src/model/compatibility/model-change.ts'
import { planPublication } from '../../../src/model/plan-publication.ts'
import { createRegistry, type Registry } from '../../../src/model/registry.ts'

export type Document = Readonly<Record<string, unknown>>

/** An interface of DTDL 3, with units. */
export function iface(id: string, contents: readonly Document[] = [], more: Document = {}): Document {
  return { '@context': ['dtmi:dtdl:context;3', 'dtmi:dtdl:extension:quantitativeTypes;1'], '@id': id, '@type': 'Interface', contents, ...more }
}

export const property = (name: string, schema: unknown = 'string', more: Document = {}): Document => ({ '@type': 'Property', name, schema, ...more })
export const telemetry = (name: string, schema: unknown = 'double', more: Document = {}): Document => ({ '@type': 'Telemetry', name, schema, ...more })
export const relationship = (name: string, more: Document = {}): Document => ({ '@type': 'Relationship', name, ...more })
export const component = (name: string, schema: string): Document => ({ '@type': 'Component', name, schema })

/** What publishing each group of documents on top of those before comes to: the registry after all, and the last group's changes. */
export function published(...groups: readonly (readonly Document[])[]): { registry: Registry; changes: readonly ModelChange[] } {
  let registry = createRegistry([])
  let changes: readonly ModelChange[] = []
  for (const documents of groups) {
    const plan = planPublication(documents, registry, '2026-01-01T00:00:00.000Z')
    if (!plan.ok) throw new Error(JSON.stringify(plan.problem))
    registry = createRegistry([...registry.models.values(), ...plan.value.fresh])
    changes = plan.value.changes
  }
  return { registry, changes }
}

/** `KIND path: what`, a line a change. */
export const lines = (changes: readonly ModelChange[]): readonly string[] => changes.map(({ kind, path, what }) => `${kind} ${path.join('/')}: ${what}`)
