import { failure } from '../errors.ts'
import type { Registry } from '../model/registry.ts'
import type { EditedWorld, EditKey, EditReader, TwinEdit } from '../scenario/edits.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { componentId, relationshipKey } from '../twin/state.ts'
import { byRelationship, byText, type Pair, type RelationshipKey, type RelationshipState, type StoredValues, type TwinState, type TwoGraphs } from './state.ts'

export interface SeenRelationship extends RelationshipKey {
  readonly to: string
  readonly values: StoredValues
}

/** Relationships as a world sees them, with both ends there. */
export interface RelationshipReader {
  /** Those of twins, in either direction. */
  attached(world: EditedWorld, twins: readonly string[], signal?: AbortSignal): Promise<readonly RelationshipKey[]>
  find(world: EditedWorld, keys: readonly RelationshipKey[], signal?: AbortSignal): Promise<readonly SeenRelationship[]>
}

export interface ScenarioSources {
  readonly edits: Pick<EditReader, 'keys' | 'load' | 'below'>
  readonly relationships: RelationshipReader
  registry(): Registry
}

/** More edits than these are not compared: it would take longer than an operation may. */
const most = 100_000
const inOneStatement = 1_000
const [ofTwin, ofEnding, ofLink] = [0, 2, 3]

/** A scenario, and what it branches off from, as that is now or, where it has a base of its own, as it was then. Costs what the scenario's edits are. */
export function createScenarioGraphs({ edits, relationships, registry }: ScenarioSources, scenario: Scenario, parent: Scenario | undefined): TwoGraphs {
  const [below, own]: readonly [EditedWorld, EditedWorld] = [{ chain: parent?.chain ?? [], at: scenario.base }, { chain: scenario.chain, at: scenario.base }]
  let looked: Promise<readonly EditKey[]> | undefined
  const keys = async (signal: AbortSignal | undefined): Promise<readonly EditKey[]> => {
    const all = await (looked ??= edits.keys(scenario.number, undefined, most + 1, signal))
    if (all.length <= most) return all
    throw failure('QUERY_TOO_COSTLY', { message: `The scenario ${JSON.stringify(scenario.id)} has more than ${most.toLocaleString('en')} edits, which are too many to be compared.` })
  }
  /** Of twins that it deleted, or hides behind its own, all relationships end: also those that came to be afterwards, which it says nothing of. */
  const lost = async (signal: AbortSignal | undefined): Promise<readonly RelationshipKey[]> => {
    const ofTwins = (await keys(signal)).filter(({ rank }) => rank === ofTwin)
    const found: RelationshipKey[] = []
    for (let start = 0; start < ofTwins.length; start += inOneStatement) {
      const hidden = (await edits.load(scenario.number, ofTwins.slice(start, start + inOneStatement), signal)).filter(({ op }) => op === 'delete' || op === 'create')
      if (hidden.length > 0) found.push(...await relationships.attached(below, hidden.map(({ key }) => key.twin), signal))
    }
    return found
  }
  const twinsIn = async (world: EditedWorld, ids: readonly string[], signal: AbortSignal | undefined): Promise<ReadonlyMap<string, TwinState>> => {
    const { twins } = await edits.below(world, ids.map((id) => aboutTwin(id)), signal)
    const { components } = await edits.below(world, [...twins].map(([id, { model }]) => aboutTwin(id, componentsOf(registry(), model))), signal)
    return new Map([...twins].map(([id, { model, values }]) => {
      const parts = componentsOf(registry(), model).flatMap((name) => { const part = components.get(componentId(id, name)); return part ? [[name, part] as const] : [] })
      return [id, { model, values, components: new Map(parts) }]
    }))
  }
  const relationshipsIn = async (world: EditedWorld, some: readonly RelationshipKey[], signal: AbortSignal | undefined): Promise<ReadonlyMap<string, RelationshipState>> => {
    const found = await relationships.find(world, some, signal)
    const { twins } = await edits.below(world, [...new Set(found.flatMap(({ from, to }) => [from, to]))].map((id) => aboutTwin(id)), signal)
    const modelOf = (id: string): string => twins.get(id)?.model ?? ''
    return new Map(found.map((each) => [keyOf(each), { to: each.to, model: modelOf(each.from), targetModel: modelOf(each.to), values: each.values }]))
  }

  return {
    twins: async (signal) => [...new Set((await keys(signal)).flatMap(({ twin, rank }) => (rank === ofTwin ? [twin] : [])))].sort(byText),
    async relationships(signal) {
      const said = (await keys(signal)).flatMap(({ twin, rank, name, relationship }) => (rank === ofEnding || rank === ofLink ? [{ from: twin, name, id: relationship }] : []))
      return [...new Map([...said, ...await lost(signal)].map((key) => [keyOf(key), key])).values()].sort(byRelationship)
    },
    async twinStates(ids, signal) {
      const [before, after] = await Promise.all([twinsIn(below, ids, signal), twinsIn(own, ids, signal)])
      return ids.map((id): Pair<TwinState> => ({ before: before.get(id), after: after.get(id) }))
    },
    async relationshipStates(some, signal) {
      const [before, after] = await Promise.all([relationshipsIn(below, some, signal), relationshipsIn(own, some, signal)])
      return some.map((key): Pair<RelationshipState> => ({ before: before.get(keyOf(key)), after: after.get(keyOf(key)) }))
    },
  }
}

/** What stands below edits is read by them: this one touches a twin and components of it. */
const aboutTwin = (twin: string, components: readonly string[] = []): TwinEdit => ({
  op: 'update', key: { twin, rank: ofTwin, name: '', relationship: '' }, at: 0, model: '', set: [], values: new Map(), then: undefined, life: undefined,
  components: components.map((name) => ({ name, model: '', set: [], values: new Map() })),
})

const keyOf = ({ from, name, id }: RelationshipKey): string => relationshipKey(from, name, id)
const componentsOf = (models: Registry, model: string): readonly string[] => [...models.get(model)?.contents ?? []].flatMap(([name, { kind }]) => (kind === 'Component' ? [name] : []))
