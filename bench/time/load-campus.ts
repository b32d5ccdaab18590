import type { Neo4jDatabase } from '../../src/adapters/neo4j/database.ts'
import type { StoredTenant } from '../../src/adapters/neo4j/head.ts'
import { type Kind, kinds, links } from './campus.ts'

/** Instants in ms since 1970: everything was born at `born`, and related an hour later; history goes from there to `end`. */
export interface Times {
  readonly born: number
  readonly related: number
  readonly end: number
}

export const days = 30

/** Ends a minute ago. */
export function timesUntil(now: number): Times {
  const end = now - 60_000
  const born = end - days * 86_400_000
  return { born, related: born + 3_600_000, end }
}

/** The columns of the twin `i` of a kind, as Cypher: nothing but arithmetic, so that the store makes them itself. Two in a hundred have a fault; weights are from 0 to 100. */
export const columnsOf = (kind: Kind, id: string): string => `{_t: $b.t, _id: ${id}, _model: 'dtmi:campus:${kind};1', _v: 1, _from: $b.born, _since: $b.born,
  name: '${kind} ' + i, status: CASE WHEN (i * 7919) % 50 = 0 THEN 'FAULT' ELSE 'OK' END, vendor: 'Vendor ' + (i % 17), firmware: '4.' + (i % 9) + '.' + (i % 31), note: 'Installed by crew ' + (i % 101) + ', see the book of the house',
  serial: i, weight: toFloat((i * 104729) % 10000) / 100, setpoint: 20.0 + i % 10, low: 5.0, high: 40.0, enabled: i % 3 <> 0}`

/** Runs a statement for all `i` from 0 to `count`, in transactions of `portion`. `$b` has what it is given, and from and to. */
export async function forAll(database: Neo4jDatabase, count: number, text: string, b: Readonly<Record<string, unknown>>, portion = 20_000): Promise<void> {
  for (let from = 0; from < count; from += portion) {
    await database.write({ text: `UNWIND range($b.from, $b.to - 1) AS i CALL (i) { ${text} } RETURN count(*) AS done`, parameters: { b: { ...b, from: BigInt(from), to: BigInt(Math.min(from + portion, count)) } } })
  }
}

export const twinOf = (node: string, id: string): string => `MATCH (${node}:Twin {_t: $b.t, _id: ${id}}) USING INDEX SEEK ${node}:Twin(_t, _id)`
export const parametersOf = ({ tenant }: StoredTenant, { born, related, end }: Times): Readonly<Record<string, unknown>> => ({ t: tenant, born: BigInt(born), related: BigInt(related), end: BigInt(end), span: BigInt(end - related) })

/** 100,444 twins with their components and 244,440 relationships as they are now, in the stored layout, straight into the store. */
export async function loadCampus(database: Neo4jDatabase, tenant: StoredTenant, times: Times): Promise<{ readonly twins: number; readonly relationships: number }> {
  const b = parametersOf(tenant, times)
  for (const [kind, { count, prefix, types }] of Object.entries(kinds) as [Kind, typeof kinds[Kind]][]) {
    const twin = `CREATE (n:Twin:${tenant.label}:${types.join(':')}) SET n = ${columnsOf(kind, `'${prefix}' + i`)}`
    await forAll(database, count, kind === 'Device' ? `${twin} CREATE (n)-[:_has_drive {_id: '_has_drive', _v: 1, _from: $b.born}]->(c:_Component:Drive) SET c = ${driveOf('n._id')}` : twin, b)
  }
  for (const { name, from, to, source, target, count } of links) {
    await forAll(database, count, `${twinOf('a', `'${kinds[from].prefix}' + (${source})`)} ${twinOf('z', `'${kinds[to].prefix}' + (${target})`)} CREATE (a)-[:${name} {_id: '${name}-' + i, _v: 1, _from: $b.related}]->(z)`, b)
  }
  return { twins: Object.values(kinds).reduce((sum, { count }) => sum + count, 0), relationships: links.reduce((sum, { count }) => sum + count, 0) }
}

export const driveOf = (owner: string): string => `{_t: $b.t, _id: ${owner} + '#drive', _model: 'dtmi:campus:Drive;1', _v: 1, _from: $b.born, _since: $b.born, power: toFloat(i % 500), mode: 'AUTO'}`
