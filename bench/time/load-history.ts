import type { Neo4jDatabase } from '../../src/adapters/neo4j/database.ts'
import type { StoredTenant } from '../../src/adapters/neo4j/head.ts'
import { kinds } from './campus.ts'
import { columnsOf, driveOf, forAll, parametersOf, type Times, twinOf } from './load-campus.ts'

/** Twins that were deleted: 4.1 % of those there are. */
const gone = { Sensor: 3_600, Device: 518 }
/** Between the versions of a twin's states, so that states can be parted later. */
const stride = 8

/** As good as random, and the same everywhere: a number from 0 to `below`. */
const chance = (below: string, salt = 0): string => `(((i + ${salt}) * 2654435761) % (${below}))`

/**
 * Thirty days of changes under the twins that are loaded, in the shape that mutations leave: 139,000 states that ended, adjoining up to the present one,
 * 74,000 relationships that ended (every tenth sensor and device moved), 4,118 deleted twins. Every past state is an entry of the journal, in order.
 */
export async function loadHistory(database: Neo4jDatabase, tenant: StoredTenant, times: Times): Promise<void> {
  const b = parametersOf(tenant, times)
  await loadStates(database, tenant, b)
  await loadEnded(database, b)
  await loadGone(database, tenant, b)
  await renumber(database, tenant, times)
}

async function loadStates(database: Neo4jDatabase, { label }: StoredTenant, b: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [kind, states] of [['Sensor', '(i * 2654435761 / 65536) % 4'], ['Device', '(i * 2654435761 / 65536) % 3']] as const) {
    const { count, prefix, types } = kinds[kind]
    const labels = `_J:_Past:${label}:${types.map((type) => `_was_${type}`).join(':')}`
    await forAll(database, count, `${twinOf('n', `'${prefix}' + i`)} ${statesOf(labels, states)}`, b, 10_000)
  }
  await forAll(database, 3_000, `MATCH (n:_Component {_t: $b.t, _id: 'device-' + (i * 5) + '#drive'}) USING INDEX SEEK n:_Component(_t, _id) ${statesOf('_J:_Past:_was__Component:_was_Drive', '1')}`, b)
}

/** So many states before the present one; each is faulty, or of another weight, as often as present ones are. */
const statesOf = (labels: string, states: string): string => `WITH n, i, ${states} AS states
  WITH n, i, states, [$b.born] + [k IN range(0, states - 1) | $b.related + (k * 2 + 1) * $b.span / (states * 2 + 1) + ${chance('$b.span / (states * 2 + 1)')}] AS times
  CALL (n, i, states, times) {
    UNWIND range(0, states - 1) AS k CREATE (v:${labels})
    SET v = properties(n), v._since = times[k], v._to = times[k + 1], v._v = 1 + k * ${stride}, v._op = 'update', v._actor = 'bench', v._cause = 'updateTwin', v._patch = '{"setpoint":21,"status":"OK"}',
      v.setpoint = 20.0 + k, v.status = CASE WHEN (i * 7919 + k + 1) % 50 = 0 THEN 'FAULT' ELSE 'OK' END, v.weight = toFloat((i * 104729 + k * 997) % 10000) / 100
    RETURN count(*) AS made
  }
  SET n._since = times[states], n._v = 1 + states * ${stride}`

async function loadEnded(database: Neo4jDatabase, b: Readonly<Record<string, unknown>>): Promise<void> {
  const moves = [
    { name: 'hasPoint', end: 'sensor-', parent: 'device-', former: '(m / 5 + 8017) % 16000', count: 80_000 },
    { name: 'hosts', end: 'device-', parent: 'room-', former: '(m / 4 + 2011) % 4000', count: 16_000 },
  ]
  for (const { name, end, parent, former, count } of moves) {
    await forAll(database, count / 10, `UNWIND [i * 10 + 3] AS m ${twinOf('z', `'${end}' + m`)} MATCH (z)<-[r:${name}]-() ${twinOf('a', `'${parent}' + (${former})`)}
      WITH a, z, r, $b.related + ${chance('$b.span')} AS at
      CREATE (a)-[:_was_${name} {_id: r._id, _v: 1, _from: $b.related, _to: at}]->(z) SET r._from = at`, b)
  }
  const ended = [
    { name: 'feeds', a: '\'device-\' + (i / 2)', z: '\'device-\' + ((i * 15485863) % 16000)', count: 32_000 },
    { name: 'monitors', a: '\'sensor-\' + (i * 3)', z: '\'room-\' + ((i * 15485863) % 4000)', count: 24_000 },
  ]
  for (const { name, a, z, count } of ended) {
    await forAll(database, count, `${twinOf('a', a)} ${twinOf('z', z)} WITH a, z, i, $b.related + ${chance('$b.span / 2')} AS at
      CREATE (a)-[:_was_${name} {_id: 'ended-' + i, _v: 1, _from: at, _to: at + 1 + ${chance('$b.span / 2', 7)}}]->(z)`, b)
  }
}

/** Deleted twins, and what they were related to until then. */
async function loadGone(database: Neo4jDatabase, { label }: StoredTenant, b: Readonly<Record<string, unknown>>): Promise<void> {
  const goneOf = (kind: 'Sensor' | 'Device', id: string): string => `CREATE (n:_Gone:${label}:${kinds[kind].types.map((type) => `_was_${type}`).join(':')}) SET n = ${columnsOf(kind, id)}, n._to = at`
  const until = '{_id: \'gone-\' + i, _v: 1, _from: $b.related, _to: at}'
  const at = `UNWIND [$b.related + 1 + ${chance('$b.span')}] AS at`
  await forAll(database, gone.Sensor, `${at} ${twinOf('a', '\'device-\' + ((i * 7919) % 16000)')} ${twinOf('z', '\'room-\' + ((i * 7919) % 4000)')}
    ${goneOf('Sensor', '\'gone-sensor-\' + i')} CREATE (a)-[:_was_hasPoint ${until}]->(n)-[:_was_monitors ${until}]->(z)`, b)
  await forAll(database, gone.Device, `${at} ${twinOf('a', '\'room-\' + ((i * 7919) % 4000)')} ${twinOf('z', '\'device-\' + ((i * 7919) % 16000)')}
    ${goneOf('Device', '\'gone-device-\' + i')} CREATE (a)-[:_was_hosts ${until}]->(n)-[:_was_feeds ${until}]->(z)
    CREATE (n)-[:_was__has_drive {_id: '_has_drive', _v: 1, _from: $b.born, _to: at}]->(c:_Gone:_was__Component:_was_Drive) SET c = ${driveOf('n._id')}, c._to = at`, b)
}

/**
 * Parts every past state into two that adjoin: twice as many of them, and nothing else. The new ones are as the journal leaves states that it has given up,
 * since they have no place in it.
 */
export async function doubleStates(database: Neo4jDatabase, tenant: StoredTenant): Promise<void> {
  for (const labels of [tenant.label, '_was__Component']) {
    const { rows } = await database.read({ text: `MATCH (v:_Past&${labels} {_t: $b.t}) WHERE v._to - v._since > 1 RETURN collect(elementId(v)) AS rows`, parameters: { b: { t: tenant.tenant } } })
    const refs = rows as readonly string[]
    for (let from = 0; from < refs.length; from += 20_000) {
      await database.write({
        text: `UNWIND $b.refs AS ref MATCH (v) WHERE elementId(v) = ref
          CREATE (w:_Kept:$([l IN labels(v) WHERE NOT l IN ['_J', '_Kept']])) SET w = properties(v), w._to = (v._since + v._to) / 2, v._since = (v._since + v._to) / 2, v._v = v._v + 1 RETURN count(w) AS done`,
        parameters: { b: { refs: refs.slice(from, from + 20_000) } },
      })
    }
  }
}

/** Gives past states their places in the journal, by their instants, behind the entries of the models, and puts the head behind them. */
async function renumber(database: Neo4jDatabase, { tenant }: StoredTenant, { born, end }: Times): Promise<void> {
  const { first } = await database.write({ text: 'MATCH (j:_J {_t: $b.t}) WHERE NOT j:_Past SET j._to = $b.born RETURN count(j) AS first', parameters: { b: { t: tenant, born: BigInt(born) } } })
  const { refs } = await database.read({ text: 'MATCH (j:_Past {_t: $b.t}) WITH j ORDER BY j._to, j._id RETURN collect(elementId(j)) AS refs', parameters: { b: { t: tenant } } })
  const all = refs as readonly string[]
  for (let from = 0; from < all.length; from += 25_000) {
    await database.write({
      text: 'UNWIND range(0, size($b.refs) - 1) AS k MATCH (j) WHERE elementId(j) = $b.refs[k] SET j._seq = $b.start + k RETURN count(j) AS done',
      parameters: { b: { refs: all.slice(from, from + 25_000), start: BigInt(Number(first) + from + 1) } },
    })
  }
  await database.write({ text: 'MATCH (h:_Head {_t: $b.t}) SET h.seq = $b.seq, h.at = $b.end RETURN h.seq AS seq', parameters: { b: { t: tenant, seq: BigInt(Number(first) + all.length), end: BigInt(end) } } })
}
