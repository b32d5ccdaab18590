import type { Neo4jDatabase } from '../../src/adapters/neo4j/database.ts'
import type { Seen, Snapshot } from './memory.ts'

/** Everything a tenant has in the store, past and present. */
export interface Recorded {
  readonly states: readonly Row[]
  readonly links: readonly Row[]
  readonly parts: readonly Row[]
  readonly journal: readonly Row[]
}

type Row = Readonly<Record<string, unknown>>

export async function readRecorded(database: Neo4jDatabase, tenant: string): Promise<Recorded> {
  const { states, links, parts, journal } = await database.read({
    text: `RETURN
      COLLECT { MATCH (n) WHERE n._t = $b.t AND (n:Twin OR n:_Gone OR n:_Past OR n:_Component) RETURN n {.*, _labels: labels(n)} } AS states,
      COLLECT { MATCH (a)-[r]->(z) WHERE a._t = $b.t AND NOT type(r) STARTS WITH '_has_' AND NOT type(r) STARTS WITH '_was__has_' RETURN r {.*, _type: type(r), _source: a._id, _target: z._id} } AS links,
      COLLECT { MATCH (a)-[r]->(z) WHERE a._t = $b.t AND (type(r) STARTS WITH '_has_' OR type(r) STARTS WITH '_was__has_') RETURN r {.*, _type: type(r), _source: a._id, _target: z._id} } AS parts,
      COLLECT { MATCH (j:_J) WHERE j._t = $b.t WITH j ORDER BY j._seq RETURN j {.*} } AS journal`,
    parameters: { b: { t: tenant } },
  })
  return { states, links, parts, journal } as unknown as Recorded
}

const isIn = (from: unknown, to: unknown, at: number): boolean => Number(from) <= at && (to === undefined || to === null || at < Number(to))

/** What the store says there was at an instant, by the rule of its layout: each thing has one state whose interval holds it. */
export function snapshotAt({ states, links, parts }: Recorded, at: number): Snapshot {
  const then = states.filter((state) => isIn(state['_since'], state['_to'], at))
  const labelled = (state: Row, label: string): boolean => (state['_labels'] as readonly string[]).some((each) => each === label || each === `_was_${label}`)
  const components = then.filter((state) => labelled(state, '_Component'))
  const seen: [string, Seen][] = []
  for (const state of then) {
    if (components.includes(state)) continue
    const kind = labelled(state, 'Zone') ? 'Zone' : 'Pump'
    const motors = components.filter(({ _id }) => _id === `${String(state['_id'])}#motor`)
    const isOwned = parts.some((part) => part['_source'] === state['_id'] && isIn(part['_from'], part['_to'], at))
    if (motors.length !== (kind === 'Pump' ? 1 : 0) || isOwned !== (kind === 'Pump')) throw new Error(`${String(state['_id'])} has ${motors.length} motors at ${at}.`)
    seen.push([`twin ${String(state['_id'])}`, { kind, version: state['_v'], values: ownValues(state), motor: motors[0] ? ownValues(motors[0]) : null }])
  }
  for (const each of links) {
    if (!isIn(each['_from'], each['_to'], at)) continue
    const name = String(each['_type']).replace(/^_was_/, '')
    seen.push([`link ${String(each['_source'])} ${name} ${String(each['_id'])}`, { to: each['_target'], version: each['_v'], values: ownValues(each) }])
  }
  const keys = seen.map(([key]) => key)
  if (new Set(keys).size !== keys.length) throw new Error(`Two states of one thing at ${at}: ${keys.sort().join(', ')}`)
  return Object.fromEntries(seen.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The thing's own columns; a map lies there as JSON text. */
function ownValues(row: Row): Seen {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('_')).map(([name, value]) => [name, name === 'labels' ? JSON.parse(String(value)) as unknown : value]))
}
