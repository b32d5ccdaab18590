import type { InstantStore } from '../../history/instants.ts'
import type { Neo4jDatabase } from './database.ts'

const read = 'MATCH (h:_Head {_t: $b.t}) RETURN h.at AS at, timestamp() AS now, h.past AS past'

/** Whoever commits next finds this stamp on the head, and takes a later one. */
const close = `MATCH (h:_Head {_t: $b.t}) SET h.lock = timestamp()
WITH h, CASE WHEN timestamp() > $b.at THEN timestamp() ELSE $b.at END AS stamp
SET h.at = CASE WHEN stamp > h.at THEN stamp ELSE h.at END
RETURN h.at AS at`

/** The stamp of the last commit lies on the tenant's head, as does `past`: the instant before which history may be incomplete. */
export function createNeo4jInstants(database: Pick<Neo4jDatabase, 'read' | 'write'>, tenant: string): InstantStore {
  return {
    async read() {
      const { at, now, past } = await database.read({ text: read, parameters: { b: { t: tenant } } })
      return { at: Number(at), now: Number(now), past: past === null ? undefined : Number(past) }
    },
    async close(at) {
      const row = await database.write({ text: close, parameters: { b: { t: tenant, at: BigInt(at) } } })
      return Number(row['at'])
    },
  }
}
