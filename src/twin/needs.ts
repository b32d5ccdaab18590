import type { Registry } from '../model/registry.ts'
import type { Changeset, Command } from './command.ts'
import { componentId, isObject, sourceKey } from './state.ts'

/** What has to be read before a group can be decided. */
export interface Needs {
  readonly twins: readonly Thing[]
  readonly components: readonly Thing[]
  /** By name, for the store reads each name's relationships on their own. */
  readonly relationships: ReadonlyMap<string, readonly SourceNeeds[]>
  /** Sources to count the relationships of, by name. */
  readonly counts: ReadonlyMap<string, readonly string[]>
  /** Twins to read every relationship of. */
  readonly attached: readonly string[]
  readonly keys: readonly string[]
  /** Numbers of the scenarios that are written into, and of those that end. */
  readonly scenarios: readonly number[]
}

interface Thing {
  readonly id: string
  /** Properties whose present value a merge patch goes into. */
  readonly values: readonly string[]
}

/** Relationships of one name of a source: those with one of the ids and those to one of the targets. */
export interface SourceNeeds {
  readonly from: string
  readonly ids: readonly string[]
  readonly targets: readonly string[]
  readonly values: readonly string[]
}

/** What names mean to the models. */
export interface ModelNames {
  /** Of relationships. One that no model has is not looked for: it is refused. */
  readonly known: ReadonlySet<string>
  /** Those that some model gives a maxMultiplicity. */
  readonly limited: ReadonlySet<string>
  /** Names of components, by DTMI of the model. */
  componentsOf(model: string): readonly string[]
}

/** Found once for every set of models. */
export function namesOf(registry: Registry): ModelNames {
  const cached = cache.get(registry)
  if (cached) return cached
  const all = [...registry.models.values()].flatMap(({ model }) => model.contents.filter((content) => content.kind === 'Relationship'))
  const components = new Map<string, readonly string[]>()
  const names: ModelNames = {
    known: new Set(all.map(({ name }) => name)), limited: new Set(all.filter(({ maxMultiplicity }) => maxMultiplicity !== undefined).map(({ name }) => name)),
    componentsOf(model) {
      const found = components.get(model) ?? [...registry.get(model)?.contents.values() ?? []].filter(({ kind }) => kind === 'Component').map(({ name }) => name)
      components.set(model, found)
      return found
    },
  }
  cache.set(registry, names)
  return names
}
const cache = new WeakMap<Registry, ModelNames>()

/** Collects what the changesets touch; what several touch is read once, with all values any of them needs. */
export function needsOf(changesets: readonly Changeset[], names: ModelNames): Needs {
  const collected: Collected = { names, twins: new Map(), components: new Map(), sources: new Map(), counts: new Map(), attached: new Set() }
  for (const { commands } of changesets) for (const command of commands) collect(collected, command)
  return {
    twins: things(collected.twins), components: things(collected.components), attached: [...collected.attached],
    relationships: Map.groupBy([...collected.sources.values()].map(toSourceNeeds), ({ name }) => name),
    counts: new Map([...collected.counts].map(([name, sources]) => [name, [...sources]])),
    keys: changesets.flatMap(({ idempotency }) => (idempotency ? [idempotency.key] : [])),
    scenarios: [...new Set(changesets.flatMap(({ scenario, ends }) => [scenario, ends?.scenario].flatMap((each) => each?.number ?? [])))],
  }
}

interface Source {
  readonly from: string
  readonly name: string
  readonly ids: Set<string>
  readonly targets: Set<string>
  readonly values: Set<string>
}

interface Collected {
  readonly names: ModelNames
  readonly twins: Map<string, Set<string>>
  readonly components: Map<string, Set<string>>
  readonly sources: Map<string, Source>
  readonly counts: Map<string, Set<string>>
  readonly attached: Set<string>
}

function collect(all: Collected, command: Command): void {
  switch (command.kind) {
    case 'createTwin':
      want(all.twins, command.id)
      for (const name of all.names.componentsOf(command.model)) want(all.twins, componentId(command.id, name)) // a twin may have its id
      if (command.id.includes('#')) want(all.components, command.id) // and a component this one's
      for (const relationship of command.relationships) collectRelate(all, command.id, relationship)
      return
    case 'updateTwin':
      want(all.twins, command.id, merged(command.patch))
      for (const [name, patch] of objects(command.patch)) want(all.components, componentId(command.id, name), merged(patch))
      return
    case 'deleteTwin':
      want(all.twins, command.id)
      all.attached.add(command.id)
      return
    case 'relate': return collectRelate(all, command.from, command)
    case 'updateRelationship':
      want(all.twins, command.from)
      wantRelationship(all, command, { values: merged(command.patch) })
      return
    case 'unrelate':
      want(all.twins, command.from)
      wantRelationship(all, command)
  }
}

function collectRelate(all: Collected, from: string, { name, to, id, isIdFresh }: { readonly name: string; readonly to: string; readonly id: string; readonly isIdFresh?: boolean }): void {
  want(all.twins, from)
  want(all.twins, to)
  if (!isIdFresh) wantRelationship(all, { from, name, id })
  if (all.names.limited.has(name)) want(all.counts, name, [from])
}

function want(map: Map<string, Set<string>>, key: string, values: Iterable<string> = []): void {
  const known = map.get(key) ?? new Set()
  for (const value of values) known.add(value)
  map.set(key, known)
}

function wantRelationship({ names, sources }: Collected, key: { readonly from: string; readonly name: string; readonly id: string | undefined; readonly to?: string | undefined }, { values = [] }: { readonly values?: readonly string[] } = {}): void {
  const { from, name, id, to } = key
  if (!names.known.has(name)) return
  const source = sources.get(sourceKey(from, name)) ?? { from, name, ids: new Set(), targets: new Set(), values: new Set() }
  if (id !== undefined) source.ids.add(id)
  else if (to !== undefined) source.targets.add(to)
  for (const value of values) source.values.add(value)
  sources.set(sourceKey(from, name), source)
}

const things = (map: ReadonlyMap<string, ReadonlySet<string>>): readonly Thing[] => [...map].map(([id, values]) => ({ id, values: [...values] }))

const toSourceNeeds = ({ from, name, ids, targets, values }: Source): SourceNeeds & { readonly name: string } => ({ name, from, ids: [...ids], targets: [...targets], values: [...values] })

const objects = (patch: unknown): readonly (readonly [string, Readonly<Record<string, unknown>>])[] =>
  Object.entries(isObject(patch) ? patch : {}).flatMap(([name, value]) => (isObject(value) ? [[name, value] as const] : []))

const merged = (patch: unknown): readonly string[] => objects(patch).map(([name]) => name)
