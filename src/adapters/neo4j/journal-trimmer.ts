import type { JournalTrimmer } from '../../change/retention.ts'
import { claimText } from './claim.ts'
import type { Neo4jDatabase } from './database.ts'

const claim = claimText('trimmer')

const state = 'MATCH (h:_Head {_t: $b.t}) RETURN coalesce(h.floor, 0) AS floor, h.seq AS head, timestamp() AS now'

const stampOf = 'OPTIONAL MATCH (j:_J {_t: $b.t, _seq: $b.seq}) RETURN j._to AS at'

const raiseFloor = `MATCH (h:_Head {_t: $b.t}) SET h.lock = timestamp()
WITH h, coalesce(h.floor, 0) < $b.floor AND $b.floor <= h.seq AS isHigher
FOREACH (_ IN CASE WHEN isHigher THEN [1] ELSE [] END | SET h.floor = $b.floor)
RETURN isHigher`

/**
 * What changed twins and relationships stays as `_Kept` for as long as history is kept: the past of a twin as it is, of others who did what and when. Only the
 * place in the journal is given up.
 */
const clear = `MATCH (h:_Head {_t: $b.t})
MATCH (j:_J) USING INDEX SEEK j:_J(_t, _seq) WHERE j._t = $b.t AND j._seq <= h.floor
WITH j LIMIT toInteger($b.limit)
WITH j, j:_Past OR j._s IS NOT NULL AS isWhole, j._op IN ['create', 'delete', 'link', 'relink', 'unlink'] AS isChange
FOREACH (_ IN CASE WHEN isWhole THEN [1] ELSE [] END | SET j:_Kept REMOVE j:_J)
FOREACH (_ IN CASE WHEN isChange AND NOT isWhole THEN [1] ELSE [] END | SET j:_Kept REMOVE j:_J
  SET j = {_t: j._t, _id: j._id, _seq: j._seq, _to: j._to, _op: j._op, _actor: j._actor, _cause: j._cause, _model: j._model, _type: j._type, _dst: j._dst, _rid: j._rid})
FOREACH (_ IN CASE WHEN isChange OR isWhole THEN [] ELSE [1] END | DELETE j)
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
