import type { Neo4jDatabase } from '../src/adapters/neo4j/database.ts'
import type { StoredTenant } from '../src/adapters/neo4j/head.ts'
import { sizes } from './ontology.ts'

/** 100,000 twins and about 300,000 relationships in the stored layout, straight to the store: what is measured is reading. Deterministic. */
export async function loadGraph(database: Neo4jDatabase, { tenant, label }: StoredTenant): Promise<{ readonly twins: number; readonly relationships: number }> {
  const random = seeded(7)
  const kinds = [['Pump', 'pump', sizes.pumps, 'ratedFlow'], ['Valve', 'valve', sizes.valves, 'opening'], ['Probe', 'probe', sizes.probes, 'range']] as const
  const ids = kinds.flatMap(([, prefix, count]) => Array.from({ length: count }, (_, index) => `${prefix}-${index}`))
  const base = { _t: tenant, _v: 1, _from: 1, _since: 1 }
  await inBatches(Array.from({ length: sizes.areas }, (_, index) => ({ ...base, _id: `area-${index}`, _model: 'dtmi:bench:Area;1', name: `Area ${index}` })), (rows) => create(database, rows, ['Twin', label, 'Area']))
  for (const [type, prefix, count, own] of kinds) {
    const rows = Array.from({ length: count }, (_, index) => ({
      ...base, _id: `${prefix}-${index}`, _model: `dtmi:bench:${type};1`, name: `${type} ${index}`, status: random() < 0.02 ? 'FAULT' : 'OK', weight: random() * 100, serial: index, [own]: random() * 10,
    }))
    await inBatches(rows, (batch) => create(database, batch, ['Twin', label, type, 'Equipment']))
  }
  const pick = (): string => ids[Math.floor(random() * ids.length)] ?? ''
  const links = [
    ...ids.map((id, index) => ['contains', `area-${index % sizes.areas}`, id]),
    ...ids.filter((id) => !id.startsWith('probe')).flatMap((id) => [1, 2, 3, 4].map(() => ['feeds', id, pick()])),
    ...ids.filter((id) => id.startsWith('probe')).map((id) => ['measures', id, pick()]),
  ]
  for (const type of ['contains', 'feeds', 'measures']) {
    await inBatches(links.filter(([name]) => name === type).map(([, from, to], index) => ({ from, to, id: `r${index}` })), (batch) => database.write({
      text: `UNWIND $b.rows AS row MATCH (a:Twin {_t: $b.t, _id: row.from}) MATCH (z:Twin {_t: $b.t, _id: row.to}) CREATE (a)-[r:${type} {_id: row.id, _v: 1, _from: 1}]->(z) RETURN count(r) AS done`,
      parameters: { b: { rows: batch, t: tenant } },
    }))
  }
  await database.write({ text: 'CREATE INDEX bench_status IF NOT EXISTS FOR (n:Probe) ON (n.status)', parameters: {} }).catch(() => undefined) // a schema command returns no record
  await database.read({ text: 'CALL db.awaitIndexes(120) RETURN 1 AS done', parameters: {} })
  return { twins: ids.length + sizes.areas, relationships: links.length }
}

const create = (database: Neo4jDatabase, rows: readonly unknown[], labels: readonly string[]) => database.write({
  text: 'UNWIND $b.rows AS row CREATE (n:$($b.labels)) SET n = row, n._v = toInteger(row._v), n._from = toInteger(row._from), n._since = toInteger(row._since), n.serial = toInteger(row.serial) RETURN count(n) AS done',
  parameters: { b: { rows, labels } },
})

async function inBatches<T>(rows: readonly T[], work: (batch: readonly T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < rows.length; from += 5_000) await work(rows.slice(from, from + 5_000))
}

/** mulberry32: small, and the same numbers everywhere. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
