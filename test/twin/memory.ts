import fc from 'fast-check'
import type { Command } from '../../src/twin/command.ts'
import { link, newTwin, patch, remove, unlink } from '../support/twins.ts'

/** A twin or a relationship as a reader should see it. */
export type Seen = Readonly<Record<string, unknown>>

/** All there is at one instant, by keys that sort. */
export type Snapshot = Readonly<Record<string, Seen>>

export interface Twin {
  readonly kind: 'Zone' | 'Pump'
  version: number
  values: Record<string, unknown>
  motor: Record<string, unknown>
  /** Which life of the id it is. */
  readonly life: number
}
export interface Link {
  readonly from: string
  readonly name: string
  readonly to: string
  readonly id: string
  version: number
  values: Record<string, unknown>
  /** Which life of its source's, name's and id's it is. */
  readonly life: number
}

/** What the commands mean, written down a second time and as simply as can be: no groups, no history, no store. */
export class Memory {
  readonly twins = new Map<string, Twin>()
  readonly links = new Map<string, Link>()

  /** Does the command; false where it must be refused, and then changes nothing. */
  apply(command: Command): boolean {
    switch (command.kind) {
      case 'createTwin': return this.#create(command)
      case 'updateTwin': return this.#update(command)
      case 'deleteTwin': return this.#delete(command)
      case 'relate': return this.#relate(command)
      case 'updateRelationship': {
        const found = this.links.get(keyOf(command))
        if (!found) return false
        found.version += 1
        found.values = merged(found.values, command.patch as object)
        return true
      }
      case 'unrelate': {
        const found = [...this.links].filter(([, each]) => each.from === command.from && each.name === command.name && (command.id === undefined || each.id === command.id) && (command.to === undefined || each.to === command.to))
        for (const [key] of found) this.links.delete(key)
        return found.length > 0
      }
    }
  }

  #create({ id, model, properties, components, relationships }: Extract<Command, { kind: 'createTwin' }>): boolean {
    if (this.twins.has(id)) return false
    const motor = { ...(components as { motor?: object }).motor }
    this.twins.set(id, { kind: model === zone ? 'Zone' : 'Pump', version: 1, values: { ...(properties as object) }, motor, life: nextLife() })
    const isRelated = relationships.every((each) => this.#relate({ from: id, ...each }))
    if (!isRelated) this.#delete(remove(id, true))
    return isRelated
  }

  #update({ id, patch: given }: Extract<Command, { kind: 'updateTwin' }>): boolean {
    const twin = this.twins.get(id)
    const { motor, ...own } = given as { motor?: object }
    if (!twin || (twin.kind === 'Zone' && (motor || 'labels' in own))) return false
    twin.version += 1
    twin.values = merged(twin.values, own)
    twin.motor = merged(twin.motor, motor ?? {})
    return true
  }

  #delete({ id, cascade }: Extract<Command, { kind: 'deleteTwin' }>): boolean {
    const attached = [...this.links].filter(([, { from, to }]) => from === id || to === id)
    if (!this.twins.has(id) || (!cascade && attached.some(([, { from, to }]) => from !== to))) return false // one that leads to itself holds nothing else back
    for (const [key] of attached) this.links.delete(key)
    return this.twins.delete(id)
  }

  #relate(command: Omit<Extract<Command, { kind: 'relate' }>, 'kind'>): boolean {
    const { from, name, to, id, properties } = command
    const wanted = name === 'partOf' ? 'Zone' : 'Pump'
    if (this.twins.get(from)?.kind !== 'Pump' || this.twins.get(to)?.kind !== wanted || this.links.has(keyOf(command))) return false
    this.links.set(keyOf(command), { from, name, to, id, version: 1, values: { ...(properties as object) }, life: nextLife() })
    return true
  }

  snapshot(): Snapshot {
    return snapshotOf(this)
  }
}

export function snapshotOf({ twins, links }: { readonly twins: ReadonlyMap<string, Twin>; readonly links: ReadonlyMap<string, Link> }): Snapshot {
  const seenTwins = [...twins].map(([id, { kind, version, values, motor }]) => [`twin ${id}`, { kind, version, values: { ...values }, motor: kind === 'Pump' ? { ...motor } : null }] as const)
  const seenLinks = [...links].map(([key, { to, version, values }]) => [`link ${key}`, { to, version, values: { ...values } }] as const)
  return Object.fromEntries<unknown>([...seenTwins, ...seenLinks].sort(([a], [b]) => (a < b ? -1 : 1))) as Snapshot
}

let lives = 0
export const nextLife = (): number => ++lives

export const keyOf = ({ from, name, id }: { readonly from: string; readonly name: string; readonly id: string }): string => `${from} ${name} ${id}`

export function merged(target: unknown, given: object): Record<string, unknown> {
  const result: Record<string, unknown> = { ...(typeof target === 'object' ? target : {}) }
  for (const [key, value] of Object.entries(given)) {
    if (value === null) delete result[key]
    else result[key] = typeof value === 'object' ? merged(result[key], value as object) : value
  }
  return result
}

export const zone = 'dtmi:plant:Zone;1'
export const pump = 'dtmi:plant:Pump;1'

const aName = fc.constantFrom('feeds', 'partOf')
const share = fc.record({ share: fc.constantFrom(0.25, 0.5, 1) }, { requiredKeys: [] })
const word = fc.constantFrom('x', 'y', 'z')

/** Commands on twins and relationships of these ids: few, so that most meet what others left. */
export const commandOn = (anId: fc.Arbitrary<string>, aLinkId: fc.Arbitrary<string>): fc.Arbitrary<Command> => fc.oneof(
  { weight: 4, arbitrary: fc.record({ id: anId, isZone: fc.boolean(), name: word, to: fc.option(anId), linkId: aLinkId, power: fc.option(fc.constantFrom(1, 2)) }).map(({ id, isZone, name, to, linkId, power }) =>
    isZone ? newTwin(id, zone, { name }) : newTwin(id, pump, { name }, {
      components: power === null ? {} : { motor: { power } },
      relationships: to === null ? [] : [{ name: 'partOf', to, id: linkId, properties: { share: 1 } }],
    })) },
  { weight: 4, arbitrary: fc.tuple(anId, fc.record({ name: fc.option(word), labels: fc.record({ k: fc.option(word), l: word }, { requiredKeys: [] }), motor: fc.record({ power: fc.option(fc.constantFrom(3, 4)) }) }, { requiredKeys: [] })).map(([id, values]) => patch(id, values)) },
  { weight: 2, arbitrary: fc.tuple(anId, fc.boolean()).map(([id, cascade]) => remove(id, cascade)) },
  { weight: 4, arbitrary: fc.tuple(anId, aName, anId, aLinkId, share).map(([from, name, to, id, values]) => link(from, name, to, id, values)) },
  { weight: 3, arbitrary: fc.tuple(anId, aName, aLinkId, fc.record({ share: fc.option(fc.constantFrom(2, 3)) })).map(([from, name, id, values]) => ({ kind: 'updateRelationship' as const, from, name, id, patch: values, ifVersion: undefined })) },
  { weight: 1, arbitrary: fc.tuple(anId, aName, aLinkId).map(([from, name, id]) => unlink(from, name, id)) },
  { weight: 1, arbitrary: fc.tuple(anId, aName, anId).map(([from, name, to]) => ({ kind: 'unrelate' as const, from, name, id: undefined, to })) },
)

export const aCommand = commandOn(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('1', '2', '3'))
