import type { Journal, JournalEntry, JournalOp } from '../../change/journal.ts'
import type { Neo4jDatabase } from './database.ts'

/** By the unique index on `(_t, _seq)`. The past of a twin is left where it is unless asked for: it is most of what an update's entry holds. */
const text = (withBefore: boolean): string => `OPTIONAL MATCH (h:_Head {_t: $b.t})
WITH coalesce(h.floor, 0) AS floor
CALL () {
  MATCH (j:_J) WHERE j._t = $b.t AND j._seq > $b.after
  WITH j ORDER BY j._seq LIMIT toInteger($b.limit)
  RETURN collect([j._seq, j._to, j._op, j._id, j._actor, j._cause, j._model, j._patch, j._type, j._dst, j._rid${withBefore ? ', CASE WHEN j:_Past THEN properties(j) END' : ''}]) AS entries
}
RETURN floor, entries`

type Row = readonly [number, number, JournalOp, string, string, string, string | null, string | null, string | null, string | null, string | null, (Readonly<Record<string, unknown>> | null)?]

/** Entries are `(:_J {_t, _seq, _to, …})`; `_Head.floor` is the last one that is forgotten. */
export function createNeo4jJournal(database: Pick<Neo4jDatabase, 'read'>, tenant: string): Journal {
  return {
    async read(after, limit, { withBefore = false, signal } = {}) {
      const { floor, entries } = await database.read({ text: text(withBefore), parameters: { b: { t: tenant, after: BigInt(after), limit: BigInt(limit) } } }, { signal })
      return contiguous((entries as readonly Row[]).map(toEntry), Math.max(after, Number(floor)))
    },
    async ends({ signal } = {}) {
      const { floor, head } = await database.read({
        text: 'OPTIONAL MATCH (h:_Head {_t: $b.t}) RETURN coalesce(h.floor, 0) AS floor, coalesce(h.seq, 0) AS head', parameters: { b: { t: tenant } },
      }, { signal })
      return { floor: Number(floor), head: Number(head) }
    },
  }
}

/** Reads see what is committed while they run: an entry may be there before the one in front of it is. What stands behind a hole waits. */
function contiguous(entries: readonly JournalEntry[], after: number): readonly JournalEntry[] {
  const hole = entries.findIndex(({ seq }, index) => seq !== after + 1 + index)
  return hole === -1 ? entries : entries.slice(0, hole)
}

function toEntry([seq, at, op, id, actor, cause, model, patch, type, target, relationship, before]: Row): JournalEntry {
  const optional = { model, patch, type, target, relationship, before }
  return { seq: Number(seq), at: Number(at), op, id, actor, cause, ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null && value !== undefined)) }
}
