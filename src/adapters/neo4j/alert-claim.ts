import type { Claim } from '../../util/claimed-rounds.ts'
import type { Neo4jDatabase } from './database.ts'

/** By the store's clock, which all processes share. A node of its own: who judges does not wait for who writes alerts. */
const text = `MERGE (k:_AlertKeeper {_t: $b.t}) SET k.lock = timestamp()
WITH k, coalesce(k.holder, $b.holder) = $b.holder OR k.until <= timestamp() AS free
FOREACH (_ IN CASE WHEN free THEN [1] ELSE [] END | SET k.holder = $b.holder, k.until = timestamp() + $b.forMs)
RETURN free`

/** The right to judge for the tenant. */
export const createNeo4jAlertClaim = (database: Pick<Neo4jDatabase, 'write'>, tenant: string): Claim => async (holder, forMs) =>
  (await database.write({ text, parameters: { b: { t: tenant, holder, forMs: BigInt(forMs) } } }))['free'] === true
