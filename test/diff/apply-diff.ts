import { expect } from 'vitest'
import type { PropertyDiff, RelationshipDiff, TwinDiff } from '../../src/diff/compare.ts'
import type { Diff, DiffPage, DiffPageOptions } from '../../src/diff/diff.ts'
import { pump, type Seen, type Snapshot } from '../twin/memory.ts'

async function all<Item, Key>(read: (options: DiffPageOptions<Key>) => Promise<DiffPage<Item>>, first: number, placeOf: (item: Item) => Key): Promise<readonly Item[]> {
  const items: Item[] = []
  for (let after: Key | undefined; ;) {
    const page = await read({ first, after, kinds: undefined })
    items.push(...page.items)
    const last = page.items.at(-1)
    if (!page.hasMore || last === undefined) return items
    expect(page.items).toHaveLength(first)
    after = placeOf(last)
  }
}

/** All pages. */
export const differences = async (diff: Diff, first: number) => ({
  twins: await all(diff.twins, first, ({ id }: TwinDiff) => id),
  relationships: await all(diff.relationships, first, ({ from, name, id, kind }: RelationshipDiff) => ({ from, name, id, kind })),
})

/** Does what the differences say; what they say of values before must be so. */
export function applied(start: Snapshot, { twins, relationships }: Awaited<ReturnType<typeof differences>>): Snapshot {
  const graph: Record<string, Seen> = {}
  for (const [key, { version: _, ...seen }] of Object.entries(start)) graph[key] = seen
  for (const { kind, id, model, properties } of twins) {
    const key = `twin ${id}`
    const isPump = model === pump
    const was = graph[key]
    expect(was === undefined, `${id} is ${kind}`).toBe(kind === 'ADDED')
    delete graph[key]
    const before = { values: was?.['values'] as Seen | undefined, motor: was?.['motor'] as Seen | null | undefined }
    const of = (component: string | null): readonly PropertyDiff[] => properties.filter((each) => each.component === component && each.name !== '_model')
    const [values, motor] = [changed(before.values, of(null)), changed(before.motor ?? undefined, of('motor'))]
    if (kind === 'REMOVED') expect([values, motor]).toEqual([{}, {}])
    else graph[key] = { kind: isPump ? 'Pump' : 'Zone', values, motor: isPump ? motor : null }
  }
  for (const { kind, from, name, id, to, properties } of relationships) {
    const key = `link ${from} ${name} ${id}`
    const was = graph[key]
    expect([was === undefined, was?.['to'] ?? to], `${key} is ${kind}`).toEqual([kind === 'ADDED', to])
    delete graph[key]
    const values = changed(was?.['values'] as Seen | undefined, properties)
    if (kind === 'REMOVED') expect(values).toEqual({})
    else graph[key] = { to, values }
  }
  return graph
}

function changed(was: Seen | undefined, properties: readonly PropertyDiff[]): Seen {
  const values: Record<string, unknown> = { ...was }
  for (const { name, before, after } of properties) {
    expect(values[name] ?? null, name).toEqual(before)
    expect(after).not.toEqual(before)
    if (after === null) delete values[name]
    else values[name] = after
  }
  return values
}

export const withoutVersions = (snapshot: Snapshot): Snapshot => Object.fromEntries(Object.entries(snapshot).map(([key, { version: _, ...seen }]) => [key, seen]))
