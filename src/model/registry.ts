import type { Content, Dtmi, InterfaceModel } from './model.ts'

/** ACTIVE: twins can be made. DEPRECATED: still, but clients are told. RETIRED: existing twins are read and changed, none is made. */
export type ModelState = 'ACTIVE' | 'DEPRECATED' | 'RETIRED'

/** Names given once, at publishing, and kept for ever: a later upload never renames a type or a root field. */
export interface ModelNames {
  /** GraphQL type and Neo4j label; `[A-Za-z][A-Za-z0-9_]*`. */
  readonly type: string
  /** Root fields: `pump`, `pumps`. Other fields derive: `pumpsConnection`, `createPump`. */
  readonly singular: string
  readonly plural: string
}

export interface PublishedModel {
  readonly model: InterfaceModel
  readonly names: ModelNames
  readonly state: ModelState
  /** ISO 8601. */
  readonly publishedAt: string
  readonly replacedBy?: Dtmi
  /** ISO 8601 date. */
  readonly removeAfter?: string
  /** Shown in the schema even where no twin uses it. */
  readonly pinned?: boolean
}

export interface RegisteredModel extends PublishedModel {
  readonly id: Dtmi
  /** Every interface it extends, directly or not, without itself and without duplicates, nearest first. */
  readonly ancestors: readonly RegisteredModel[]
  /** Direct subtypes. An interface that has any is a GraphQL interface, with an object type of its own. */
  readonly children: readonly RegisteredModel[]
  /** Own and inherited contents by name. A map: DTDL allows names such as `constructor`. */
  readonly contents: ReadonlyMap<string, Content>
  /** Its own type name and its ancestors': the labels of its twins, besides the system's. */
  readonly labels: readonly string[]
  /** Is it, or does it extend, the interface? */
  isA(id: Dtmi): boolean
}

/** An immutable snapshot of a tenant's published models, with inheritance resolved. */
export interface Registry {
  readonly models: ReadonlyMap<Dtmi, RegisteredModel>
  get(id: Dtmi): RegisteredModel | undefined
  byType(type: string): RegisteredModel | undefined
}

/** Linear in the number of models and their inherited contents; contents are resolved when first asked for. */
export function createRegistry(published: Iterable<PublishedModel>): Registry {
  const models = new Map<Dtmi, Entry>()
  const types = new Map<string, Entry>()
  for (const item of published) {
    const entry = new Entry(item, models)
    models.set(item.model.id, entry)
    types.set(item.names.type, entry)
  }
  for (const entry of models.values()) for (const parent of entry.parents) parent.children.push(entry)
  return { models, get: (id) => models.get(id), byType: (type) => types.get(type) }
}

class Entry implements RegisteredModel {
  readonly model: InterfaceModel
  readonly names: ModelNames
  readonly state: ModelState
  readonly publishedAt: string
  readonly replacedBy?: Dtmi
  readonly removeAfter?: string
  readonly pinned?: boolean
  readonly children: RegisteredModel[] = []
  readonly #models: ReadonlyMap<Dtmi, Entry>
  #ancestors: readonly Entry[] | undefined
  #ancestorIds: ReadonlySet<Dtmi> | undefined
  #contents: ReadonlyMap<string, Content> | undefined
  #labels: readonly string[] | undefined

  constructor(published: PublishedModel, models: ReadonlyMap<Dtmi, Entry>) {
    this.model = published.model
    this.names = published.names
    this.state = published.state
    this.publishedAt = published.publishedAt
    if (published.replacedBy !== undefined) this.replacedBy = published.replacedBy
    if (published.removeAfter !== undefined) this.removeAfter = published.removeAfter
    if (published.pinned !== undefined) this.pinned = published.pinned
    this.#models = models
  }

  get id(): Dtmi {
    return this.model.id
  }

  get parents(): readonly Entry[] {
    return this.model.extends.flatMap((id) => this.#models.get(id) ?? [])
  }

  get ancestors(): readonly Entry[] {
    if (this.#ancestors) return this.#ancestors
    const found = new Set<Entry>()
    let level = this.parents
    while (level.length > 0) {
      const next: Entry[] = []
      for (const parent of level) {
        if (found.has(parent)) continue
        found.add(parent)
        next.push(...parent.parents)
      }
      level = next
    }
    return (this.#ancestors = [...found])
  }

  get contents(): ReadonlyMap<string, Content> {
    if (this.#contents) return this.#contents
    const contents = new Map<string, Content>()
    for (const owner of [...this.ancestors].reverse()) for (const content of owner.model.contents) contents.set(content.name, content)
    for (const content of this.model.contents) contents.set(content.name, content)
    return (this.#contents = contents)
  }

  get labels(): readonly string[] {
    return (this.#labels ??= [this.names.type, ...this.ancestors.map((ancestor) => ancestor.names.type)])
  }

  isA(id: Dtmi): boolean {
    if (id === this.id) return true
    this.#ancestorIds ??= new Set(this.ancestors.map((ancestor) => ancestor.id))
    return this.#ancestorIds.has(id)
  }
}
