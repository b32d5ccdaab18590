import type { JournalTrimmer } from '../../change/retention.ts'
import type { Neo4jDatabase } from './database.ts'

/** The right to trim, and the floor, lie on the tenant's head; who commits waits for them as for another commit, for a moment. By the store's clock, which all processes share. */
const claim = `MATCH (h:_Head {_t: $b.t}) SET h.lock = timestamp()
WITH h, coalesce(h.trimmer, $b.holder) = $b.holder OR h.trimmerUntil <= timestamp() AS free
FOREACH (_ IN CASE WHEN free THEN [1] ELSE [] END | SET h.trimmer = $b.holder, h.trimmerUntil = timestamp() + $b.forMs)
RETURN free`

const state = 'MATCH (h:_Head {_t: $b.t}) RETURN coalesce(h.floor, 0) AS floor, h.seq AS head, timestamp() AS now'

const stampOf = 'OPTIONAL MATCH (j:_J {_t: $b.t, _seq: $b.seq}) RETURN j._to AS at'

const raiseFloor = `MATCH (h:_Head {_t: $b.t}) SET h.lock = timestamp()
WITH h, coalesce(h.floor, 0) < $b.floor AND $b.floor <= h.seq AS isHigher
FOREACH (_ IN CASE WHEN isHigher THEN [1] ELSE [] END | SET h.floor = $b.floor)
RETURN isHigher`

/** A twin's past goes on being its past: only its place in the journal is given up. */
const clear = `MATCH (h:_Head {_t: $b.t})
MATCH (j:_J) USING INDEX SEEK j:_J(_t, _seq) WHERE j._t = $b.t AND j._seq <= h.floor
WITH j, j:_Past AS isPast LIMIT toInteger($b.limit)
FOREACH (_ IN CASE WHEN isPast THEN [1] ELSE [] END | REMOVE j:_J)
FOREACH (_ IN CASE WHEN isPast THEN [] ELSE [1] END | DELETE j)
RETURN count(*) AS cleared`

export function createNeo4jJournalTrimmer(database: Pick<Neo4jDatabase, 'read' | 'write'>, tenant: string): JournalTrimmer {
  const b = (more: Readonly<Record<string, unknown>> = {}) => ({ parameters: { b: { t: tenant, ...more } } })
  return {
    async claim(holder, forMs) {
      return (await database.write({ text: claim, ...b({ holder, forMs: BigInt(forMs) }) }))['free'] === true
    },
    async state() {
      const { floor, head, now } = await database.read({ text: state, ...b() })
      return { floor: Number(floor), head: Number(head), now: Number(now) }
    },
    async stampOf(seq) {
      const { at } = await database.read({ text: stampOf, ...b({ seq: BigInt(seq) }) })
      return at === null ? undefined : Number(at)
    },
    async raiseFloor(floor) {
      await database.write({ text: raiseFloor, ...b({ floor: BigInt(floor) }) })
    },
    async clear(limit) {
      return Number((await database.write({ text: clear, ...b({ limit: BigInt(limit) }) }))['cleared'])
    },
  }
}
