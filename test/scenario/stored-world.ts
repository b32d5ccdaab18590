import type { Neo4jDatabase } from '../../src/adapters/neo4j/database.ts'
import type { Seen, Snapshot } from '../twin/memory.ts'

type Row = Readonly<Record<string, unknown>>

/** All nodes and relationships of a tenant. */
export interface Stored {
  readonly nodes: readonly (Row & { readonly _ref: string; readonly _labels: readonly string[] })[]
  readonly edges: readonly (Row & { readonly _type: string; readonly _a: string; readonly _z: string })[]
}

export async function readStored(database: Neo4jDatabase, tenant: string): Promise<Stored> {
  const { nodes, edges } = await database.read({
    text: `RETURN COLLECT { MATCH (n) WHERE n._t = $b.t RETURN n {.*, _ref: elementId(n), _labels: labels(n)} } AS nodes,
      COLLECT { MATCH (a)-[r]->(z) WHERE a._t = $b.t RETURN r {.*, _type: type(r), _a: elementId(a), _z: elementId(z)} } AS edges`,
    parameters: { b: { t: tenant } },
  })
  return { nodes, edges } as unknown as Stored
}

/** From where the store is looked at: `chain` is empty for the base, `at` is undefined for what is now. */
export interface Place {
  readonly chain: readonly number[]
  readonly at: number | undefined
}

/** What there is by the rules of the layout, read without any of the statements of the product. */
export function worldAt({ nodes, edges }: Stored, { chain, at }: Place): Snapshot {
  const numbers = (row: Row, column: string): readonly number[] => (row[column] ?? []) as readonly number[]
  const lasts = (row: Row): boolean => (at === undefined ? row['_to'] === undefined : Number(row['_from']) <= at && (row['_to'] === undefined || at < Number(row['_to'])))
  const isVisible = (row: Row): boolean => (row['_s'] === undefined ? lasts(row) : chain.includes(Number(row['_s']))) && !numbers(row, '_not').some((number) => chain.includes(number))
  const labelled = (node: Stored['nodes'][number], label: string): boolean => ['', '_was_', '_in_'].some((prefix) => node._labels.includes(prefix + label))
  const stateOf = (node: Stored['nodes'][number]): Stored['nodes'][number] => {
    if (at === undefined || node['_s'] !== undefined || Number(node['_since']) <= at) return node
    const [first] = nodes.filter((past) => past._labels.includes('_Past') && past['_id'] === node['_id'] && labelled(past, '_Component') === labelled(node, '_Component') && Number(past['_to']) > at)
      .sort((a, b) => Number(a['_to']) - Number(b['_to']))
    if (!first) throw new Error(`${String(node['_id'])} has no state at ${at}.`)
    return first
  }
  const seenOf = (node: Stored['nodes'][number]): { readonly values: Seen; readonly version: number } => {
    const state = stateOf(node)
    const words = nodes.filter((word) => word._labels.includes('_Word') && word['_id'] === node['_id'] && chain.includes(Number(word['_s'])) && numbers(node, '_in').includes(Number(word['_s'])))
      .sort((a, b) => chain.indexOf(Number(b['_s'])) - chain.indexOf(Number(a['_s']))) // the nearest last: it has the say
    const values = { ...state } as Record<string, unknown>
    for (const word of words) for (const name of word['_set'] as readonly string[]) values[name] = word[name]
    return { values: ownValues(values), version: words.reduce((sum, word) => sum + Number(word['_v']), Number(state['_v'])) }
  }

  const twins = nodes.filter((node) => ['Twin', '_Gone', '_Own'].some((label) => node._labels.includes(label)) && !labelled(node, '_Component') && isVisible(node))
  const refs = new Set(twins.map(({ _ref }) => _ref))
  const seen: [string, Seen][] = []
  for (const twin of twins) {
    const state = stateOf(twin)
    const motors = edges.filter((edge) => edge._a === twin._ref && /^(_was_|_in_)?_has_motor$/.test(edge._type) && isVisible(edge)).flatMap(({ _z }) => nodes.filter(({ _ref }) => _ref === _z))
    const kind = labelled(state, 'Zone') ? 'Zone' : 'Pump'
    const [motor] = motors
    if (motors.length !== (kind === 'Pump' ? 1 : 0)) throw new Error(`${String(twin['_id'])} has ${motors.length} motors.`)
    const { values, version } = seenOf(twin)
    seen.push([`twin ${String(twin['_id'])}`, { kind, version, values, motor: motor ? seenOf(motor).values : null }])
  }
  for (const edge of edges) {
    const [, name] = /^(?:_was_|_in_)?(feeds|partOf)$/.exec(edge._type) ?? []
    if (name === undefined || !isVisible(edge)) continue
    const [from, to] = [edge._a, edge._z].map((ref) => nodes.find(({ _ref }) => _ref === ref)?.['_id'])
    if (!refs.has(edge._a) || !refs.has(edge._z)) throw new Error(`${name} ${String(edge['_id'])} from ${String(from)} to ${String(to)} can be seen, but not both its ends.`)
    seen.push([`link ${String(from)} ${name} ${String(edge['_id'])}`, { to, version: edge['_v'], values: ownValues(edge) }])
  }
  const keys = seen.map(([key]) => key)
  if (new Set(keys).size !== keys.length) throw new Error(`Two states of one thing: ${keys.sort().join(', ')}`)
  return Object.fromEntries(seen.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The thing's own columns; a map lies there as JSON text. */
function ownValues(row: Row): Seen {
  return Object.fromEntries(Object.entries(row).filter(([name, value]) => !name.startsWith('_') && value !== undefined && value !== null)
    .map(([name, value]) => [name, name === 'labels' ? JSON.parse(String(value)) as unknown : value]))
}
