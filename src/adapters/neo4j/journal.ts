import type { Journal, JournalEntry, JournalOp } from '../../change/journal.ts'
import type { Neo4jDatabase } from './database.ts'
import { exactValues, type ValuePairs } from './exact-values.ts'

const before = exactValues('past')
const past = `, CASE WHEN j:_Past OR j._op = 'relink' THEN properties(j) END AS past`

const columns = ['j._seq', 'j._to', 'j._op', 'j._id', 'j._actor', 'j._cause', 'coalesce(j._of, j._model)', 'j._of IS NOT NULL', 'j._type', 'j._dst', 'j._rid', 'j._s']
const patch = { with: 'j._patch', without: `CASE WHEN j._op IN ['migrate', 'override'] THEN j._patch END` }

/**
 * By the unique index on `(_t, _seq)`. There are no holes, so the page's end is known: a LIMIT would make the server look at all entries behind the place.
 * Patches and the past, which are most of what entries hold, are left where they are unless asked for.
 */
function pageText({ withBefore, withPatch }: { readonly withBefore: boolean; readonly withPatch: boolean }): string {
  const read = [...columns, withPatch ? patch.with : patch.without, ...(withBefore ? [before] : [])]
  return `OPTIONAL MATCH (h:_Head {_t: $b.t})
WITH coalesce(h.floor, 0) AS floor
WITH floor, CASE WHEN floor > $b.after THEN floor ELSE $b.after END AS start
${withPatch || withBefore ? within(withBefore) : 'WITH floor, start, $b.limit AS limit'}
CALL (start, limit) {
  ${range('limit')}
  WITH j${withBefore ? past : ''} ORDER BY j._seq
  RETURN collect([${read.join(', ')}]) AS entries
}
RETURN floor, entries`
}

const range = (limit: string): string => `MATCH (j:_J) USING INDEX SEEK j:_J(_t, _seq) WHERE j._t = $b.t AND j._seq > start AND j._seq <= start + ${limit}`

/** Of a page that would be too large, the entries up to the one that makes it so: values may have a million characters each. */
const within = (withBefore: boolean): string => `CALL (start) {
  ${range('$b.limit')}
  WITH j ORDER BY j._seq
  RETURN collect(${withBefore ? `CASE WHEN j:_Past OR j._op = 'relink' THEN ${textSize} ELSE ${patchSize} END` : patchSize}) AS sizes
}
WITH floor, start, CASE WHEN reduce(sum = 0, size IN sizes | sum + size) <= $b.characters THEN $b.limit
  ELSE reduce(seen = [0, 0], size IN sizes | CASE WHEN seen[1] < $b.characters THEN [seen[0] + 1, seen[1] + size] ELSE seen END)[0] END AS limit`

const patchSize = `size(coalesce(j._patch, ''))`
/** Of all its columns, the patch among them. */
const textSize = 'reduce(sum = 0, p IN keys(j) | sum + CASE WHEN j[p] IS :: STRING THEN size(j[p]) WHEN j[p] IS :: LIST<STRING NOT NULL> THEN reduce(part = 0, x IN j[p] | part + size(x)) ELSE 0 END)'
/** Characters that one page holds, about. */
const mostCharacters = 8_000_000n

type Row = readonly [
  seq: number, at: number, op: JournalOp, id: string, actor: string, cause: string, model: string | null, isComponent: boolean,
  type: string | null, target: string | null, relationship: string | null, scenario: number | null, patch: string | null, before?: ValuePairs | null,
]

/** Entries are `(:_J {_t, _seq, _to, …})`; `_Head.floor` is the last one that is forgotten. */
export function createNeo4jJournal(database: Pick<Neo4jDatabase, 'read'>, tenant: string): Journal {
  return {
    async read(after, limit, { withBefore = false, withPatch = true, signal } = {}) {
      const { floor, entries } = await database.read({ text: pageText({ withBefore, withPatch }), parameters: { b: { t: tenant, after: BigInt(after), limit: BigInt(limit), characters: mostCharacters } } }, { signal })
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

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function toEntry([seq, at, op, id, actor, cause, model, isComponent, type, target, relationship, scenario, patch, before]: Row): JournalEntry {
  const entry: Mutable<JournalEntry> = { seq: Number(seq), at: Number(at), op, id, actor, cause }
  if (model !== null) entry.model = model
  if (isComponent) entry.component = id.slice(id.lastIndexOf('#') + 1)
  if (type !== null) entry.type = type
  if (target !== null) entry.target = target
  if (relationship !== null) entry.relationship = relationship
  if (scenario !== null) entry.scenario = scenario
  if (patch !== null) entry.patch = patch
  if (before) entry.before = Object.fromEntries(before)
  return entry
}
