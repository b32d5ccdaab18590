import type { Command } from '../../src/twin/command.ts'
import { keyOf, type Link, type Memory, merged, nextLife, pump, type Snapshot, snapshotOf, type Twin, zone } from '../twin/memory.ts'

type Of<Kind extends Command['kind']> = Extract<Command, { kind: Kind }>

/** A relationship, and the lives of the twins that it was tied to: it ends with either. */
interface Tied extends Link { readonly lives: readonly [number, number] }

/** What there is to see at one level. */
interface View {
  readonly twins: ReadonlyMap<string, Twin>
  readonly links: ReadonlyMap<string, Tied>
}

/** What a scenario says of one life of a twin below: what it sets, undefined where it removes; and how often it was edited. */
interface Word { readonly life: number; edits: number; values: Record<string, unknown>; motor: Record<string, unknown> }

export type Below = () => View

/** The base as it is, whenever it is looked at. */
export const live = (base: Memory): Below => () => ({ twins: base.twins, links: new Map([...base.links].map(([key, link]) => [key, { ...link, lives: livesOf(base.twins, link) }])) })

/** The base as it is now, for ever. */
export function fixed(base: Memory): Below {
  const view = structuredClone(live(base)())
  return () => view
}

/** What edits of a scenario mean, written down a second time and as simply as can be: what it has of its own, and what it says of what lies below. */
export class BranchMemory {
  #own = new Map<string, Twin>()
  #words = new Map<string, Word>()
  /** Which life of an id was deleted, of a relationship ended. */
  #gone = new Map<string, number>()
  #links = new Map<string, Tied>()
  #ended = new Map<string, number>()
  readonly #below: Below

  constructor(below: Below) {
    this.#below = below
  }

  /** Does the command; false where it must be refused, and then changes nothing. */
  apply(command: Command): boolean {
    const before = structuredClone([this.#own, this.#words, this.#gone, this.#links, this.#ended] as const)
    const isDone = this.#do(command)
    if (!isDone) [this.#own, this.#words, this.#gone, this.#links, this.#ended] = before
    return isDone
  }

  #do(command: Command): boolean {
    switch (command.kind) {
      case 'createTwin': return this.#create(command)
      case 'updateTwin': return this.#update(command)
      case 'deleteTwin': return this.#delete(command)
      case 'relate': return this.#relate(command)
      case 'updateRelationship': return this.#updateRelationship(command)
      case 'unrelate': {
        const found = [...this.view().links].filter(([, each]) => each.from === command.from && each.name === command.name && (command.id === undefined || each.id === command.id) && (command.to === undefined || each.to === command.to))
        for (const [key] of found) this.#end(key)
        return found.length > 0 || (command.id !== undefined && this.#withdraw(keyOf({ ...command, id: command.id }), command.to))
      }
    }
  }

  view(): View {
    const below = this.#below()
    const twins = new Map<string, Twin>()
    for (const [id, twin] of below.twins) if (this.#gone.get(id) !== twin.life) twins.set(id, over(twin, this.#words.get(id)))
    for (const [id, twin] of this.#own) twins.set(id, twin)
    const isThere = ([, link]: [string, Tied]): boolean => livesOf(twins, link).join() === link.lives.join()
    const links = new Map([...below.links].filter(([key, { life }]) => this.#ended.get(key) !== life).filter(isThere))
    for (const [key, link] of [...this.#links].filter(isThere)) links.set(key, link)
    return { twins, links }
  }

  readonly seen: Below = () => this.view()

  snapshot(): Snapshot {
    return snapshotOf(this.view())
  }

  #create({ id, model, properties, components, relationships }: Of<'createTwin'>): boolean {
    if (this.view().twins.has(id) || this.#gone.has(id)) return false
    this.#words.delete(id)
    this.#own.set(id, { kind: model === zone ? 'Zone' : 'Pump', version: 1, values: { ...(properties as object) }, motor: { ...(components as { motor?: object }).motor }, life: nextLife() })
    if (model !== zone && model !== pump) throw new Error(model)
    return relationships.every((each) => this.#relate({ from: id, ...each }))
  }

  #update({ id, patch }: Of<'updateTwin'>): boolean {
    const twin = this.view().twins.get(id)
    const { motor, ...given } = patch as { motor?: object }
    if (!twin || (twin.kind === 'Zone' && (motor || 'labels' in given))) return false
    const own = this.#own.get(id)
    const [values, parts] = [merged(twin.values, given), merged(twin.motor, motor ?? {})]
    if (own) {
      this.#own.set(id, { ...own, version: own.version + 1, values, motor: parts })
      return true
    }
    const known = this.#words.get(id)
    const word = known?.life === twin.life ? known : { life: twin.life, edits: 0, values: {}, motor: {} }
    this.#gone.delete(id) // of a life before
    for (const name of Object.keys(given)) word.values[name] = values[name]
    for (const name of Object.keys(motor ?? {})) word.motor[name] = parts[name]
    this.#words.set(id, { ...word, edits: word.edits + 1 })
    return true
  }

  #delete({ id, cascade }: Of<'deleteTwin'>): boolean {
    const view = this.view()
    const attached = [...view.links].filter(([, { from, to }]) => from === id || to === id)
    if (!view.twins.has(id) || (!cascade && attached.some(([, { from, to }]) => from !== to))) return false
    for (const [key] of attached) this.#end(key)
    this.#own.delete(id)
    this.#words.delete(id)
    const below = this.#below().twins.get(id)
    if (below) this.#gone.set(id, below.life)
    return true
  }

  /** One that it lost with one of its ends; nothing else of the key can be seen. */
  #withdraw(key: string, to: string | undefined): boolean {
    const lost = this.#links.get(key)
    return lost !== undefined && (to === undefined || lost.to === to) && this.#links.delete(key)
  }

  /** What lies below stays hidden; what is its own is no more. */
  #end(key: string): void {
    this.#links.delete(key)
    const below = this.#below().links.get(key)
    if (below) this.#ended.set(key, below.life)
  }

  #relate(command: Omit<Of<'relate'>, 'kind'>): boolean {
    const { from, name, to, id, properties } = command
    const { twins, links } = this.view()
    if (twins.get(from)?.kind !== 'Pump' || twins.get(to)?.kind !== (name === 'partOf' ? 'Zone' : 'Pump') || links.has(keyOf(command))) return false
    this.#links.set(keyOf(command), { from, name, to, id, version: 1, values: { ...(properties as object) }, life: nextLife(), lives: livesOf(twins, { from, to }) })
    return true
  }

  #updateRelationship(command: Of<'updateRelationship'>): boolean {
    const key = keyOf(command)
    const found = this.view().links.get(key)
    if (!found) return false
    if (this.#links.get(key)?.life !== found.life) this.#ended.set(key, found.life)
    this.#links.set(key, { ...found, version: found.version + 1, values: merged(found.values, command.patch as object) })
    return true
  }
}

function over(twin: Twin, word: Word | undefined): Twin {
  return word?.life === twin.life ? { ...twin, version: twin.version + word.edits, values: withoutUndefined({ ...twin.values, ...word.values }), motor: withoutUndefined({ ...twin.motor, ...word.motor }) } : twin
}

const withoutUndefined = (values: Record<string, unknown>): Record<string, unknown> => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

function livesOf(twins: ReadonlyMap<string, Twin>, { from, to }: { readonly from: string; readonly to: string }): readonly [number, number] {
  return [twins.get(from)?.life ?? 0, twins.get(to)?.life ?? 0]
}
