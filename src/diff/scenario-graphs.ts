import { failure } from '../errors.ts'
import type { Registry } from '../model/registry.ts'
import type { Edit, EditedWorld, EditKey, EditReader, RelationshipEdit, Said, TwinEdit } from '../scenario/edits.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { componentId, relationshipKey } from '../twin/state.ts'
import { byRelationship, byText, type Pair, type RelationshipKey, type RelationshipState, type StoredValues, type ThingState, type TwinState, type TwoGraphs } from './state.ts'

/** The relationships of twins, in either direction, as the world below sees them. */
export type AttachedBelow = (world: EditedWorld, twins: readonly string[], signal?: AbortSignal) => Promise<readonly Attached[]>

export interface Attached extends RelationshipKey {
  readonly to: string
}

export interface ScenarioSources {
  readonly edits: EditReader
  readonly attached: AttachedBelow
  registry(): Registry
}

/** More edits than these are not compared: it would take longer than an operation may. */
const most = 100_000
const inOneStatement = 1_000
const [ofTwin, ofEnding, ofLink] = [0, 2, 3]

/** A scenario, and what it branches off from, as that is now or, where it has a base of its own, as it was then. Costs what the scenario's edits are. */
export function createScenarioGraphs({ edits, attached, registry: models }: ScenarioSources, scenario: Scenario, parent: Scenario | undefined): TwoGraphs {
  const world: EditedWorld = { chain: parent?.chain ?? [], at: scenario.base }
  let looked: Promise<readonly EditKey[]> | undefined
  const keys = async (signal: AbortSignal | undefined): Promise<readonly EditKey[]> => {
    const all = await (looked ??= edits.keys(scenario.number, undefined, most + 1, signal))
    if (all.length <= most) return all
    throw failure('QUERY_TOO_COSTLY', { message: `The scenario ${JSON.stringify(scenario.id)} has more than ${most.toLocaleString('en')} edits, which are too many to be compared.` })
  }
  const load = async (some: readonly EditKey[], signal: AbortSignal | undefined) => await edits.load(scenario.number, some, signal)

  /** Of twins that it deleted, or hides behind its own, all relationships end, those that came to be afterwards, too, which it says nothing of. */
  let losing: Promise<ReadonlyMap<string, Attached>> | undefined
  const lose = async (signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Attached>> => {
    const ofTwins = (await keys(signal)).filter(({ rank }) => rank === ofTwin)
    const found: Attached[] = []
    for (let start = 0; start < ofTwins.length; start += inOneStatement) {
      const hidden = (await load(ofTwins.slice(start, start + inOneStatement), signal)).filter(({ op }) => op === 'delete' || op === 'create')
      if (hidden.length > 0) found.push(...await attached(world, hidden.map(({ key }) => key.twin), signal))
    }
    return new Map(found.map((each) => [keyOf(each), each]))
  }

  return {
    twins: async (signal) => [...new Set((await keys(signal)).flatMap(({ twin, rank }) => (rank === ofTwin ? [twin] : [])))].sort(byText),
    async relationships(signal) {
      const found = (await keys(signal)).flatMap(({ twin, rank, name, relationship }) => (rank === ofEnding || rank === ofLink ? [{ from: twin, name, id: relationship }] : []))
      const lostKeys = [...(await (losing ??= lose(signal))).values()].map(({ from, name, id }) => ({ from, name, id }))
      return [...new Map([...found, ...lostKeys].map((key) => [keyOf(key), key])).values()].sort(byRelationship)
    },
    async twinStates(ids, signal) {
      const own = (await load(ids.map((twin) => ({ twin, rank: ofTwin, name: '', relationship: '' })), signal)).filter(isTwinEdit)
      const { twins } = await edits.below(world, own, signal)
      const partsOf = (model: string | undefined): TwinEdit['components'] => componentsOf(models(), model).map((name) => ({ name, model: '', set: [], values: new Map() }))
      const { components } = await edits.below(world, own.map((edit) => ({ ...edit, components: partsOf(twins.get(edit.key.twin)?.model) })), signal)
      const byId = new Map(own.map((edit) => [edit.key.twin, edit]))
      return ids.map((id): Pair<TwinState> => {
        const below = twins.get(id)
        const before = below && { ...below, components: new Map(componentsOf(models(), below.model).flatMap((name) => { const part = components.get(componentId(id, name)); return part ? [[name, part] as const] : [] })) }
        return { before, after: applied(byId.get(id), before) }
      })
    },
    async relationshipStates(some, signal) {
      const own = (await load(some.flatMap(({ from, name, id }) => [ofEnding, ofLink].map((rank) => ({ twin: from, rank, name, relationship: id }))), signal)).filter(isRelationshipEdit)
      const lost = await (losing ??= lose(signal))
      const endings = some.flatMap((key): readonly RelationshipEdit[] => { const to = lost.get(keyOf(key))?.to; return to === undefined ? [] : [endingOf(key, to)] })
      const below = await edits.below(world, [...own, ...endings], signal)
      const ends = [...new Set(own.flatMap(({ key, to }) => [key.twin, to]))]
      const made = new Map((await load(ends.map((twin) => ({ twin, rank: ofTwin, name: '', relationship: '' })), signal)).flatMap((edit) => (edit.op === 'create' ? [[edit.key.twin, edit.model] as const] : [])))
      const modelBelow = (id: string): string | undefined => below.twins.get(id)?.model
      const modelOf = (id: string): string | undefined => made.get(id) ?? modelBelow(id)
      const byKey = Map.groupBy(own, ({ key }) => relationshipKey(key.twin, key.name, key.relationship))
      return some.map((key): Pair<RelationshipState> => {
        const [was, said] = [below.relationships.get(keyOf(key)), byKey.get(keyOf(key)) ?? []]
        const link = said.find(({ op }) => op !== 'unlink')
        const state = (to: string, values: StoredValues, of: typeof modelOf): RelationshipState | undefined => {
          const [model, targetModel] = [of(key.from), of(to)]
          return model === undefined || targetModel === undefined ? undefined : { to, model, targetModel, values } // an end that is gone below took it along
        }
        const before = was && state(was.to, was.values, modelBelow)
        return { before, after: link ? state(link.to, link.values, modelOf) : said.length > 0 || lost.has(keyOf(key)) ? undefined : before }
      })
    },
  }
}

const endingOf = ({ from, name, id }: RelationshipKey, to: string): RelationshipEdit =>
  ({ op: 'unlink', key: { twin: from, rank: ofEnding, name, relationship: id }, at: 0, to, model: undefined, values: new Map(), then: undefined })

/** What a twin is in the scenario. What it says of a twin that is gone below says nothing. */
function applied(edit: TwinEdit | undefined, below: TwinState | undefined): TwinState | undefined {
  if (!edit) return below
  if (edit.op === 'delete') return undefined
  if (edit.op === 'create') return { model: edit.model, values: edit.values, components: new Map(edit.components.map(({ name, model, values }) => [name, { model, values }])) }
  if (!below) return undefined
  const components = new Map(below.components)
  for (const part of edit.components) {
    const known = components.get(part.name)
    if (known) components.set(part.name, over(known, part))
  }
  return { ...over(below, edit), components }
}

function over<State extends ThingState>(below: State, { set, values }: Said): State {
  const kept = [...below.values].filter(([name]) => !set.includes(name))
  return { ...below, values: new Map([...kept, ...[...values].filter(([name]) => set.includes(name))]) }
}

const isTwinEdit = (edit: Edit): edit is TwinEdit => edit.key.rank === ofTwin
const isRelationshipEdit = (edit: Edit): edit is RelationshipEdit => 'to' in edit
const keyOf = ({ from, name, id }: RelationshipKey): string => relationshipKey(from, name, id)
const componentsOf = (models: Registry, model: string | undefined): readonly string[] =>
  [...(model === undefined ? undefined : models.get(model))?.contents ?? []].flatMap(([name, { kind }]) => (kind === 'Component' ? [name] : []))
