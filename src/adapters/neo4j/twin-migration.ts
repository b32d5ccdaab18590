import { componentType } from '../../twin/columns.ts'
import type { MigratingTwin, MigrationBatch, Page, TwinMigration, TwinMigrationStore } from '../../twin/migrate/migration-store.ts'
import type { Neo4jDatabase } from './database.ts'
import { toDriverColumns } from './driver-value.ts'
import { lockHead, type StoredTenant } from './head.ts'

/** A twin's stored values, integers as text: a JavaScript number would round them beyond 2^53. */
const valuesOf = (node: string): string => `[p IN keys(${node}) WHERE NOT p STARTS WITH '_' | [p, CASE
    WHEN valueType(${node}[p]) STARTS WITH 'INTEGER' THEN toString(${node}[p])
    WHEN valueType(${node}[p]) STARTS WITH 'LIST<INTEGER' THEN [x IN ${node}[p] | toString(x)]
    ELSE ${node}[p] END]]`

/** Those of open scenarios that follow the base, too. */
const related = (pattern: string, other: string, name: string): string => `CALL (n, open) {
  MATCH ${pattern} WHERE NOT type(r) STARTS WITH '_' AND ${other}:Twin OR r._s IN open AND NOT r._s IN coalesce(r._not, []) AND NOT type(r) STARTS WITH '_in__has_'
  WITH CASE WHEN r._s IS NULL THEN type(r) ELSE substring(type(r), 4) END AS name, ${other}._model AS model, count(*) AS count
  RETURN collect({name: name, model: model, count: count}) AS ${name}
}`

const read = `
CALL () { MATCH (s:_Scenario {_t: $b.t}) WHERE s.state = 'OPEN' AND s.base IS NULL RETURN collect(s.number) AS open, collect([s.number, s.id]) AS scenarios }
CALL (open, scenarios) {
  MATCH (n:Twin) WHERE n._t = $b.t AND n._model = $b.model AND n._id > $b.after
  WITH n, open, scenarios ORDER BY n._id LIMIT $b.limit
  CALL (n) { MATCH (n)-[r]->(c:_Component) WHERE type(r) STARTS WITH '_has_' RETURN collect({id: c._id, name: substring(type(r), 5), model: c._model, values: ${valuesOf('c')}}) AS components }
  ${related('(n)-[r]->(m)', 'm', 'outgoing')}
  ${related('(m)-[r]->(n)', 'm', 'incoming')}
  CALL (n, scenarios) {
    UNWIND [each IN scenarios WHERE each[0] IN n._in] AS each
    MATCH (w:_Word {_t: $b.t, _s: each[0], _id: n._id}) USING INDEX SEEK w:_Word(_t, _s, _id) WHERE w._set IS NOT NULL
    RETURN collect({scenario: each[1], names: [p IN w._set WHERE NOT p STARTS WITH '_'], values: ${valuesOf('w')}}) AS words
  }
  RETURN collect({id: n._id, values: ${valuesOf('n')}, components: components, outgoing: outgoing, taken: COLLECT { UNWIND $b.parts AS name MATCH (x:Twin {_t: $b.t, _id: n._id + '#' + name}) USING INDEX SEEK x:Twin(_t, _id) RETURN name }, incoming: incoming, words: words}) AS twins
}
RETURN twins`

/** What scenarios said of a component that was taken away, and comes again, still holds. As an update: the state before becomes the journal entry; then the twin gets its new model, labels and columns. */
const write = `
CALL () {
  UNWIND $b.rows AS row MATCH (n:Twin {_t: $b.t, _id: row.id})
  CREATE (v:_J:_Past:$([l IN labels(n) WHERE l <> 'Twin' | CASE WHEN l = $b.label THEN l ELSE '_was_' + l END]))
  SET v = properties(n), v += row.journal, v._to = $b.at
  SET n += row.set, n._model = $b.to, n._since = $b.at, n._v = n._v + 1
  REMOVE n:$($b.removed) SET n:$($b.added), n:_Migrated
}
CALL () {
  UNWIND $b.ended AS id MATCH (n:Twin)-[r]->(c:_Component {_t: $b.t, _id: id})
  CREATE (n)-[w:$('_was_' + type(r))]->(c) SET w = properties(r), w._to = $b.at DELETE r
  WITH c, labels(c) AS present SET c:$(['_Gone'] + [l IN present | '_was_' + l]), c._to = $b.at REMOVE c:$(present)
}
CALL () {
  UNWIND $b.parts AS part MATCH (n:Twin {_t: $b.t, _id: part.owner})
  CREATE (n)-[:$(part.type) {_id: part.type, _v: 1, _from: $b.at}]->(c:$(part.labels)) SET c = part.columns
  WITH n, c WHERE n._in IS NOT NULL
  WITH c, COLLECT { UNWIND n._in AS number MATCH (w:_Word {_t: $b.t, _s: number, _id: c._id}) USING INDEX SEEK w:_Word(_t, _s, _id) WHERE w._life = n._from RETURN number } AS numbers
  WHERE size(numbers) > 0 SET c._in = numbers
}
MATCH (h:_Head {_t: $b.t}) SET h.seq = h.seq + size($b.rows)
RETURN h.seq AS seq`

interface TwinRow extends Omit<MigratingTwin, 'values' | 'components' | 'words'> {
  readonly words: readonly (Omit<MigratingTwin['words'][number], 'values'> & { readonly values: readonly (readonly [string, unknown])[] })[]
  readonly values: readonly (readonly [string, unknown])[]
  readonly components: readonly (Omit<MigratingTwin['components'][number], 'values'> & { readonly values: readonly (readonly [string, unknown])[] })[]
}

/** Twins of one model become twins of another, page by page, in GRAPH's layout. */
export function createNeo4jTwinMigrationStore(database: Pick<Neo4jDatabase, 'read' | 'transaction'>, { tenant, label }: StoredTenant): TwinMigrationStore {
  const page = ({ model, after, limit, parts }: Page) => ({ text: read, parameters: { b: { t: tenant, model, after, parts, limit: BigInt(limit) } } })
  return {
    read: async (given) => toTwins(await database.read(page(given))),
    migrate: (batch) => database.transaction(async (tx) => {
      const head = await lockHead(tx, tenant)
      const twins = toTwins(await tx.run(page(batch)))
      const migrations = batch.decide(twins)
      if (migrations.length > 0) await tx.run({ text: write, parameters: { b: toParameters(migrations, batch, { tenant, label }, head) } })
      return { last: twins.length < batch.limit ? undefined : twins.at(-1)?.id, migrated: migrations.length, seq: head.seq + migrations.length }
    }),
  }
}

function toTwins({ twins }: Readonly<Record<string, unknown>>): readonly MigratingTwin[] {
  return (twins as readonly TwinRow[]).map((twin) => ({ ...twin, values: new Map(twin.values), components: twin.components.map(withMap), words: twin.words.map(withMap) }))
}

const withMap = <T extends { readonly values: readonly (readonly [string, unknown])[] }>(row: T): Omit<T, 'values'> & { readonly values: ReadonlyMap<string, unknown> } => ({ ...row, values: new Map(row.values) })

function toParameters(migrations: readonly TwinMigration[], { to, actor, removedLabels, addedLabels }: MigrationBatch, { tenant, label }: StoredTenant, head: { readonly seq: number; readonly at: number }): Readonly<Record<string, unknown>> {
  const at = BigInt(head.at)
  const patch = JSON.stringify({ _model: to })
  return {
    t: tenant, label, at, to, removed: removedLabels, added: addedLabels,
    rows: migrations.map(({ id, set }, index) => ({ id, set: toDriverColumns(set), journal: { _seq: BigInt(head.seq + index + 1), _op: 'migrate', _actor: actor, _cause: 'migrateTwins', _patch: patch } })),
    ended: migrations.flatMap(({ endedComponents }) => endedComponents),
    parts: migrations.flatMap(({ id: owner, newComponents }, index) => newComponents.map((part) => ({
      owner, type: componentType(part.name), labels: ['_Component', ...part.labels],
      columns: { _t: tenant, _id: part.id, _model: part.model, _v: 1n, _from: at, _since: at, _born: BigInt(head.seq + index + 1) },
    }))),
  }
}
