import type { Changeset, Command } from './command.ts'

/** A twin or component as the store has it, under the lock. */
export interface TwinState {
  readonly id: string
  /** DTMI. */
  readonly model: string
  readonly version: number
  /** Stored values of the properties that a merge patch needs. */
  readonly values: ReadonlyMap<string, unknown>
}

export interface RelationshipState {
  readonly id: string
  readonly name: string
  readonly from: string
  readonly to: string
  readonly version: number
  readonly values: ReadonlyMap<string, unknown>
}

/** All that deciding a group of changesets needs to know. */
export interface State {
  readonly seq: number
  /** The stamp of the transaction, in milliseconds since 1970. */
  readonly at: number
  readonly twins: ReadonlyMap<string, TwinState>
  readonly components: ReadonlyMap<string, TwinState>
  /** By source and name. */
  readonly relationships: ReadonlyMap<string, readonly RelationshipState[]>
  /** Every relationship of the twins to be deleted, in both directions. */
  readonly attached: ReadonlyMap<string, readonly RelationshipState[]>
  /** How many relationships a source has of a name, where a limit may apply. */
  readonly counts: ReadonlyMap<string, number>
  readonly answers: ReadonlyMap<string, { readonly digest: string; readonly answer: string }>
}

/** What has to be read before a group can be decided. */
export interface Needs {
  readonly twins: readonly { readonly id: string; readonly values: readonly string[] }[]
  readonly components: readonly { readonly id: string; readonly values: readonly string[] }[]
  readonly relationships: readonly { readonly from: string; readonly name: string; readonly id: string | null; readonly to: string | null; readonly values: readonly string[] }[]
  readonly attached: readonly string[]
  readonly counts: readonly { readonly from: string; readonly name: string }[]
  readonly keys: readonly string[]
}

/** Ids have no NUL, so the key of two is unambiguous. */
export const sourceKey = (from: string, name: string): string => `${from}\0${name}`
export const componentId = (owner: string, name: string): string => `${owner}#${name}`

/** Collects what the changesets touch; the same thing named twice is read once, with all values any of them needs. */
export function needsOf(changesets: readonly Changeset[]): Needs {
  const twins = new Map<string, Set<string>>()
  const components = new Map<string, Set<string>>()
  const relationships = new Map<string, Needs['relationships'][number]>()
  const counts = new Map<string, Needs['counts'][number]>()
  const attached = new Set<string>()
  const want = (map: Map<string, Set<string>>, id: string, values: Iterable<string> = []): void => { map.set(id, new Set([...(map.get(id) ?? []), ...values])) }
  const relate = (from: string, name: string, to: string, id: string): void => {
    want(twins, from)
    want(twins, to)
    counts.set(sourceKey(from, name), { from, name })
    relationships.set(`${sourceKey(from, name)}\0${id}`, { from, name, id, to: null, values: [] })
  }
  const visit = (command: Command): void => {
    switch (command.kind) {
      case 'createTwin':
        want(twins, command.id)
        for (const { name, to, id } of command.relationships) relate(command.id, name, to, id)
        return
      case 'updateTwin':
        want(twins, command.id, merged(command.patch))
        for (const [name, patch] of objects(command.patch)) want(components, componentId(command.id, name), merged(patch))
        return
      case 'deleteTwin':
        want(twins, command.id)
        attached.add(command.id)
        return
      case 'relate': return relate(command.from, command.name, command.to, command.id)
      case 'updateRelationship':
        want(twins, command.from)
        relationships.set(`${sourceKey(command.from, command.name)}\0${command.id}`, { from: command.from, name: command.name, id: command.id, to: null, values: merged(command.patch) })
        return
      case 'unrelate':
        want(twins, command.from)
        relationships.set(`${sourceKey(command.from, command.name)}\0${command.id ?? ''}\0${command.to ?? ''}`, { from: command.from, name: command.name, id: command.id ?? null, to: command.to ?? null, values: [] })
    }
  }
  for (const { commands } of changesets) for (const command of commands) visit(command)
  const rows = (map: ReadonlyMap<string, ReadonlySet<string>>): Needs['twins'] => [...map].map(([id, values]) => ({ id, values: [...values] }))
  return {
    twins: rows(twins), components: rows(components), relationships: [...relationships.values()], attached: [...attached], counts: [...counts.values()],
    keys: changesets.flatMap(({ idempotency }) => (idempotency ? [idempotency.key] : [])),
  }
}

const objects = (patch: Readonly<Record<string, unknown>>): readonly (readonly [string, Readonly<Record<string, unknown>>])[] =>
  Object.entries(patch).flatMap(([name, value]) => (isObject(value) ? [[name, value] as const] : []))

/** The properties whose present value a merge patch goes into. */
const merged = (patch: Readonly<Record<string, unknown>>): readonly string[] => objects(patch).map(([name]) => name)

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)
