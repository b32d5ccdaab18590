import { findFloor } from '../../change/retention-floor.ts'
import { byRelationship, byText, type RelationshipKey } from '../../diff/state.ts'
import { failure } from '../../errors.ts'
import type { Neo4jDatabase } from './database.ts'

/**
 * What was changed between two instants is what journal entries of the time tell of, whether the journal still has them or has left them to history. The journal
 * is read first: an entry that it gives up meanwhile is found in the other place. Components are told of by their owners' entries.
 */
const changed = (ops: string, key: string): string => `CALL () {
  MATCH (j:_J) USING INDEX SEEK j:_J(_t, _seq)
  WHERE j._t = $b.t AND j._seq > $b.low AND j._seq <= $b.high AND j._s IS NULL AND j._op IN ${ops} AND NOT j:_was__Component
  WITH DISTINCT ${key} AS key LIMIT toInteger($b.limit)
  RETURN collect(key) AS journal
}
CALL () {
  MATCH (k:_Kept) USING INDEX SEEK k:_Kept(_t, _to, _seq)
  WHERE k._t = $b.t AND k._to > $b.from AND k._to <= $b.to AND k._seq > 0 AND k._s IS NULL AND k._op IN ${ops} AND NOT k:_was__Component
  WITH DISTINCT ${key.replaceAll('j.', 'k.')} AS key LIMIT toInteger($b.limit)
  RETURN collect(key) AS kept
}
RETURN journal, kept`

const changedTwins = changed(`['create', 'update', 'migrate', 'delete']`, 'j._id')
const changedRelationships = changed(`['link', 'relink', 'unlink']`, '[j._id, j._type, j._rid]')

const ends = 'MATCH (h:_Head {_t: $b.t}) RETURN coalesce(h.floor, 0) AS floor, h.seq AS head'
const stamp = 'OPTIONAL MATCH (j:_J {_t: $b.t, _seq: $b.seq}) RETURN j._to AS at'

/** More than these are not compared: it would take longer than an operation may. */
const most = 100_000

export interface Candidates {
  twins(signal?: AbortSignal): Promise<readonly string[]>
  relationships(signal?: AbortSignal): Promise<readonly RelationshipKey[]>
}

/** What may differ between two instants, in ms since 1970, of which the later one is settled. */
export function createDiffCandidates(database: Pick<Neo4jDatabase, 'read'>, tenant: string, { from, to }: { readonly from: number; readonly to: number }): Candidates {
  const read = async (text: string, signal: AbortSignal | undefined): Promise<readonly unknown[]> => {
    const places = await placesOf(database, tenant, [from, to], signal)
    const [low = 0n, high = 0n] = places.map((place) => BigInt(place))
    const { journal, kept } = await database.read({ text, parameters: { b: { t: tenant, low, high, from: BigInt(from), to: BigInt(to), limit: BigInt(most + 1) } } }, { signal })
    return [...journal as readonly unknown[], ...kept as readonly unknown[]]
  }
  return {
    twins: async (signal) => few([...new Set(await read(changedTwins, signal) as readonly string[])], 'twins').sort(byText),
    async relationships(signal) {
      const rows = await read(changedRelationships, signal) as readonly (readonly [string, string, string])[]
      const keys = new Map(rows.map(([source, name, id]) => [`${source}\0${name}\0${id}`, { from: source, name, id }]))
      return few([...keys.values()], 'relationships').sort(byRelationship)
    },
  }
}

function few<T>(keys: T[], what: string): T[] {
  if (keys.length <= most) return keys
  throw failure('QUERY_TOO_COSTLY', { message: `More than ${most.toLocaleString('en')} ${what} were changed in that time. Compare instants that lie closer together.` })
}

/** The last journal entries up to instants; their stamps never decrease. */
async function placesOf(database: Pick<Neo4jDatabase, 'read'>, t: string, instants: readonly number[], signal: AbortSignal | undefined): Promise<readonly number[]> {
  const { floor, head } = await database.read({ text: ends, parameters: { b: { t } } }, { signal })
  const stamps = new Map<number, Promise<number | undefined>>()
  const stampOf = async (seq: number): Promise<number | undefined> => {
    const { at } = await database.read({ text: stamp, parameters: { b: { t, seq: BigInt(seq) } } }, { signal })
    return at === null ? undefined : Number(at)
  }
  const known = (seq: number): Promise<number | undefined> => {
    const looked = stamps.get(seq) ?? stampOf(seq)
    stamps.set(seq, looked)
    return looked
  }
  return await Promise.all(instants.map((at) => findFloor({ floor: Number(floor), head: Number(head), oldest: at + 1, entries: Infinity, stampOf: known })))
}
