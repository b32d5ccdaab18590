import type { PropertyOf, Setting, SettingsStore, StoredSettings } from '../../history/property-history.ts'
import type { Neo4jDatabase } from './database.ts'

/** Integers as text: a JavaScript number would round them beyond 2^53. */
const lossless = (value: string): string => `CASE
    WHEN ${value} IS :: INTEGER THEN toString(${value})
    WHEN ${value} IS :: LIST<INTEGER> THEN [x IN ${value} | toString(x)]
    ELSE ${value} END`
const entry = (node: string): string => `seq: ${node}._seq, actor: ${node}._actor, cause: ${node}._cause`
/** The state that follows an instant: of the past, or the thing as it is. Of an id that was given again, states of other lives are left out. */
const stateAfter = (instant: string): string => `coalesce(head(COLLECT {
      MATCH (w:_Past) USING INDEX SEEK w:_Past(_t, _id, _to) WHERE w._t = $b.t AND w._id = row.id AND w._to > ${instant} AND w._from = row.born AND (w:_was__Component) = row.isComponent
      RETURN w ORDER BY w._t, w._id, w._to LIMIT 1
    }), n)[row.name]`

/** \`_born\` is the journal's number of the entry that began a life; the journal may have given it up, and history all but who and when. */
const birth = `CALL (n, row) {
    MATCH (j:_J {_t: $b.t, _seq: n._born}) USING INDEX SEEK j:_J(_t, _seq) RETURN j
    UNION ALL MATCH (j:_Kept) USING INDEX SEEK j:_Kept(_t, _to, _seq) WHERE j._t = $b.t AND j._to = n._from AND j._seq = n._born RETURN j
    UNION ALL MATCH (j:_Set) USING INDEX SEEK j:_Set(_t, _id) WHERE j._t = $b.t AND j._id = row.owner AND j._seq = n._born RETURN j
  }`

const text = `OPTIONAL MATCH (h:_Head {_t: $b.t})
WITH h.past AS past
CALL () {
  UNWIND range(0, size($b.rows) - 1) AS place WITH place, $b.rows[place] AS row
  CALL (row) {
    CALL (row) {
      MATCH (n:Twin {_t: $b.t, _id: row.id}) USING INDEX SEEK n:Twin(_t, _id) WHERE NOT row.isComponent AND n._from = row.born RETURN n
      UNION ALL MATCH (n:_Component {_t: $b.t, _id: row.id}) USING INDEX SEEK n:_Component(_t, _id) WHERE row.isComponent AND n._from = row.born RETURN n
      UNION ALL MATCH (n:_Gone {_t: $b.t, _id: row.id}) USING INDEX SEEK n:_Gone(_t, _id) WHERE (n:_was__Component) = row.isComponent AND n._from = row.born RETURN n
    }
    RETURN head(collect(n)) AS n
  }
  CALL (n, row) {
    MATCH (v:_Past) USING INDEX SEEK v:_Past(_t, _id, _to)
    WHERE v._t = $b.t AND v._id = row.id AND v._to > row.after AND v._to <= row.until AND v._from = row.born
      AND v._op = 'update' AND v._patch CONTAINS row.key AND (v:_was__Component) = row.isComponent
    WITH v, n, row ORDER BY v._t DESC, v._id DESC, v._to DESC LIMIT toInteger($b.limit)
    WITH v, v[row.name] AS before, ${stateAfter('v._to')} AS after
    RETURN collect({at: v._to, ${entry('v')}, version: v._v + 1, model: v._model, patch: v._patch, before: ${lossless('before')}, after: ${lossless('after')}}) AS updates
  }
  CALL (n, row) {
    ${birth}
    WITH n, j, ${stateAfter('n._from')} AS after
    RETURN head(collect({at: n._from, ${entry('j')}, version: 1, model: n._model, before: null, after: ${lossless('after')}})) AS birth
  }
  CALL (row) {
    MATCH (s:_Set {_t: $b.t, _id: row.id}) USING INDEX SEEK s:_Set(_t, _id)
    WHERE row.name IN s._names AND s._isPart = row.isComponent AND s._to > row.born AND s._to <= row.until
    WITH s ORDER BY s._seq DESC LIMIT 1
    RETURN head(collect({at: s._to, ${entry('s')}, version: s._v + 1, model: s._model})) AS rest
  }
  WITH place, updates, birth, rest, ${stateAfter('row.until')} AS value
  ORDER BY place
  RETURN collect([updates, birth, rest, ${lossless('value')}]) AS found
}
RETURN past, found`

type SettingRow = Readonly<Record<'at' | 'version', unknown>> & {
  readonly seq: unknown
  readonly actor: string | null
  readonly cause: string | null
  readonly model: string
  readonly before?: unknown
  readonly after?: unknown
  readonly patch?: string
}
type FoundRow = readonly [updates: readonly SettingRow[], birth: SettingRow | null, rest: SettingRow | null, value: unknown]

/** Updates are found in the past states of the thing, which are their journal entries; a setting's value after it lies in the state that follows. */
export function createNeo4jPastSettings(database: Pick<Neo4jDatabase, 'read'>, tenant: string): SettingsStore {
  return {
    async read(asked, limit, signal) {
      const { past, found } = await database.read({ text, parameters: { b: { t: tenant, limit: BigInt(limit), rows: asked.map(toRow) } } }, { signal })
      return { past: past === null ? undefined : Number(past), found: (found as readonly FoundRow[]).map(toStored) }
    },
  }
}

/** A patch is JSON text without spaces, in which a property of the thing is a key. */
function toRow({ id, isComponent, name, born, after, until }: PropertyOf & { readonly after: number; readonly until: number }): Readonly<Record<string, unknown>> {
  const owner = isComponent ? id.slice(0, id.lastIndexOf('#')) : id
  return { id, owner, isComponent, name, key: `${JSON.stringify(name)}:`, born: BigInt(born), after: BigInt(after), until: BigInt(until) }
}

function toStored([updates, birth, rest, value]: FoundRow): StoredSettings {
  return { updates: updates.map((row) => ({ ...toSetting(row), patch: row.patch ?? '' })), birth: birth ? toSetting(birth) : undefined, rest: rest ? toSetting(rest) : undefined, value }
}

function toSetting({ at, seq, actor, cause, version, model, before, after }: SettingRow): Setting {
  return { at: Number(at), seq: seq === null ? undefined : Number(seq), actor: actor ?? undefined, cause: cause ?? undefined, version: Number(version), model, before, after }
}
