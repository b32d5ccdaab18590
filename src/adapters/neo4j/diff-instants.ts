import type { Pair, RelationshipKey, RelationshipState, ThingState, TwinState, TwoGraphs } from '../../diff/state.ts'
import type { Registry } from '../../model/registry.ts'
import { componentId } from '../../twin/state.ts'
import type { Neo4jDatabase } from './database.ts'
import { createDiffCandidates } from './diff-candidates.ts'
import { exactValues, type ValuePairs } from './exact-values.ts'

/** Twins, or components, as of an instant: of those that are or were there under an id, the one state whose interval holds it. */
const statesText = (label: 'Twin' | '_Component'): string => `UNWIND $b.ids AS id
CALL (id) {
  CALL (id) {
    MATCH (n:${label} {_t: $b.t, _id: id}) USING INDEX SEEK n:${label}(_t, _id) WHERE n._since <= $b.at RETURN n AS s
    UNION ALL MATCH (n:_Gone {_t: $b.t, _id: id}) USING INDEX SEEK n:_Gone(_t, _id)
      WHERE ${label === 'Twin' ? 'NOT n:_was__Component' : 'n:_was__Component'} AND n._since <= $b.at AND $b.at < n._to RETURN n AS s
    UNION ALL MATCH (v:_Past) USING INDEX SEEK v:_Past(_t, _id, _to)
      WHERE v._t = $b.t AND v._id = id AND v._to > $b.at AND v._since <= $b.at AND ${label === 'Twin' ? 'NOT v:_was__Component' : 'v:_was__Component'} RETURN v AS s
  }
  RETURN s
}
RETURN collect([id, s._model, ${exactValues('s')}]) AS found`

/** The name is part of the text, as in twin-statements.ts. A source is walked once for all its relationships of the name. */
const relationshipsText = (name: string): string => `CALL () {
  UNWIND $b.sources AS row
  CALL (row) {
    MATCH (a:Twin {_t: $b.t, _id: row.id}) USING INDEX SEEK a:Twin(_t, _id) RETURN a
    UNION ALL MATCH (a:_Gone {_t: $b.t, _id: row.id}) USING INDEX SEEK a:_Gone(_t, _id) RETURN a
  }
  MATCH (a)-[r:${quoted(name)}|${quoted(`_was_${name}`)}]->(z)
  WHERE r._id IN row.relationships AND r._from <= $b.at AND (r._to IS NULL OR $b.at < r._to)
  RETURN collect([row.id, r._id, z._id, ${exactValues('r')}]) AS found
}
RETURN found`

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

type StateRow = readonly [id: string, model: string, values: ValuePairs]

export interface InstantsToCompare {
  /** In ms since 1970; both are settled, and their history is kept. */
  readonly from: number
  readonly to: number
}

/** The graph as of two instants. Looking for what may differ costs what was changed in between, not the graph. */
export function createInstantGraphs(database: Pick<Neo4jDatabase, 'read'>, tenant: string, { from, to }: InstantsToCompare, models: () => Registry): TwoGraphs {
  const things = async (label: 'Twin' | '_Component', ids: readonly string[], at: number, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, ThingState>> => {
    if (ids.length === 0) return new Map()
    const { found } = await database.read({ text: statesText(label), parameters: { b: { t: tenant, ids, at: BigInt(at) } } }, { signal })
    return new Map((found as readonly StateRow[]).map(([id, model, values]) => [id, { model, values: new Map(values) }]))
  }
  const twinsAt = async (ids: readonly string[], at: number, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, TwinState>> => {
    const twins = await things('Twin', ids, at, signal)
    const parts = [...twins].flatMap(([id, { model }]) => componentsOf(models(), model).map((name) => ({ owner: id, name, id: componentId(id, name) })))
    const components = await things('_Component', parts.map(({ id }) => id), at, signal)
    const named = Map.groupBy(parts, ({ owner }) => owner)
    return new Map([...twins].map(([id, twin]) => [id, { ...twin, components: new Map((named.get(id) ?? []).flatMap((part) => { const state = components.get(part.id); return state ? [[part.name, state] as const] : [] })) }]))
  }
  const relationshipsAt = async (keys: readonly RelationshipKey[], at: number, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, RelationshipState>> => {
    const links = (await Promise.all([...Map.groupBy(keys, ({ name }) => name)].map(async ([name, ofName]) => {
      const sources = [...Map.groupBy(ofName, (key) => key.from)].map(([id, own]) => ({ id, relationships: own.map((key) => key.id) }))
      const { found } = await database.read({ text: relationshipsText(name), parameters: { b: { t: tenant, sources, at: BigInt(at) } } }, { signal })
      return (found as readonly (readonly [string, string, string, ValuePairs])[]).map(([source, id, target, values]) => ({ key: keyOf({ from: source, name, id }), source, target, values }))
    }))).flat()
    const ends = await things('Twin', [...new Set(links.flatMap(({ source, target }) => [source, target]))], at, signal)
    return new Map(links.map(({ key, source, target, values }) => [key, { to: target, model: ends.get(source)?.model ?? '', targetModel: ends.get(target)?.model ?? '', values: new Map(values) }]))
  }
  return {
    ...createDiffCandidates(database, tenant, { from, to }),
    async twinStates(ids, signal) {
      const [before, after] = await Promise.all([twinsAt(ids, from, signal), twinsAt(ids, to, signal)])
      return ids.map((id): Pair<TwinState> => ({ before: before.get(id), after: after.get(id) }))
    },
    async relationshipStates(keys, signal) {
      const [before, after] = await Promise.all([relationshipsAt(keys, from, signal), relationshipsAt(keys, to, signal)])
      return keys.map((key): Pair<RelationshipState> => ({ before: before.get(keyOf(key)), after: after.get(keyOf(key)) }))
    },
  }
}

const keyOf = ({ from, name, id }: RelationshipKey): string => `${from}\0${name}\0${id}`

const componentsOf = (models: Registry, model: string): readonly string[] => [...models.get(model)?.contents ?? []].flatMap(([name, { kind }]) => (kind === 'Component' ? [name] : []))
