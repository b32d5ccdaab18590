import type { Neo4jDatabase, Neo4jTransaction } from './database.ts'

/** A tenant as the store knows it: its name on every node, and a label on every twin, so that lists need no index on the name. */
export interface StoredTenant {
  readonly tenant: string
  readonly label: string
}

/** The end of a tenant's journal, held by this transaction. */
export interface Head {
  /** Of the last journal entry. */
  readonly seq: number
  /** The stamp of this transaction: milliseconds since 1970 by the database's clock, greater than every stamp before. */
  readonly at: number
  /** Counts the changes of the tenant's models. */
  readonly models: number
}

/** Makes the tenant's head when it is first seen. Concurrent calls agree: heads are unique by tenant, and numbers are given under one lock. */
export async function ensureTenant(database: Pick<Neo4jDatabase, 'write'>, tenant: string): Promise<StoredTenant> {
  const { number } = await database.write({
    text: `MERGE (c:_Tenants {k: 0}) ON CREATE SET c.count = 0
      SET c.lock = timestamp()
      MERGE (h:_Head {_t: $b.tenant}) ON CREATE SET h.seq = 0, h.at = 0, h.models = 0
      WITH c, h, h.number IS NULL AS fresh
      SET c.count = c.count + CASE WHEN fresh THEN 1 ELSE 0 END, h.number = CASE WHEN fresh THEN c.count + 1 ELSE h.number END
      RETURN h.number AS number`,
    parameters: { b: { tenant } },
  })
  return { tenant, label: `_T${String(number)}` }
}

/** What takes the lock and stamps the transaction, as the beginning of a longer statement; leaves `h`. */
export const lockClause = `MATCH (h:_Head {_t: $b.t}) SET h.lock = timestamp()
  WITH h, timestamp() - coalesce(h.setBack, 0) AS clock SET h.at = CASE WHEN clock > h.at THEN clock ELSE h.at + 1 END`

/** Waits until no other transaction commits for the tenant, then stamps this one. */
export async function lockHead(tx: Neo4jTransaction, tenant: string): Promise<Head> {
  const { seq, at, models } = await tx.run({ text: `${lockClause} RETURN h.seq AS seq, h.at AS at, h.models AS models`, parameters: { b: { t: tenant } } })
  return { seq: Number(seq), at: Number(at), models: Number(models) }
}

/** Lets the tenant's clock go so many ms behind, so that what is stored next has a past; 0: no more. Stamps never decrease, so it works on a fresh tenant only. */
export async function setBack(database: Pick<Neo4jDatabase, 'write'>, tenant: string, ms: number): Promise<void> {
  await database.write({
    text: 'MATCH (h:_Head {_t: $b.t}) SET h.setBack = CASE WHEN $b.ms > 0 THEN $b.ms END RETURN h.seq AS seq', parameters: { b: { t: tenant, ms: BigInt(ms) } },
  })
}
