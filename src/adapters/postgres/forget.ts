import { ownSeriesPrefix } from '../../scenario/override.ts'
import type { SeriesKey } from '../../telemetry/reading.ts'
import type { Retention } from '../../telemetry/telemetry-store.ts'
import type { Database, Transaction } from './database.ts'
import { codeOf } from './failures.ts'
import { digestsOf } from './names.ts'
import { findPartitions, type Partition } from './partitions.ts'
import { ofRun } from './reads.ts'
import type { Layout } from './tables.ts'
import { toStoredText } from './text.ts'

/** How long readers are waited for, and hold up other readers, before a partition is emptied row by row rather than dropped. */
const dropPatience = '2s'

const lockNotAvailable = '55P03'

/**
 * Forgets in many transactions, a month each, so that whoever appends waits no longer than for one. A month of which nothing is to be kept is dropped, which
 * takes no time and gives the disk its space back. Resolves to how many readings are gone.
 */
export async function forgetReadings(database: Database, tenant: number, layout: Layout, retention: readonly Retention[]): Promise<number> {
  return await forgetSeries(database, tenant, layout, await Promise.all(retention.map(async ({ series, before }) => ({ before, ids: await seriesIds(database, tenant, series) }))))
}

/** All that runs say. Their series keep their numbers, which writers of other processes may know. */
export async function forgetRuns(database: Database, tenant: number, layout: Layout, runs: readonly string[]): Promise<number> {
  const rows = await database.read({
    text: `SELECT s.id FROM twinfold.series s WHERE s.tenant = $1 AND ${ofRun(3)} AND (s.run = ANY($2::text[]) OR strpos(s.run, ':') > 1 AND left(s.run, -strpos(reverse(s.run), ':')) = ANY($2::text[]))`,
    values: [tenant, runs.map(toStoredText), toStoredText(ownSeriesPrefix)],
  })
  const ids = rows.map(([id]) => Number(id))
  const forgotten = await forgetSeries(database, tenant, layout, [{ before: Infinity, ids }])
  if (ids.length > 0) await database.transaction(async (tx) => { await tx.run({ text: 'DELETE FROM twinfold.seen WHERE series = ANY($1::int[])', values: [ids] }) })
  return forgotten
}

interface Expiry {
  readonly ids: readonly number[]
  readonly before: number
}

async function forgetSeries(database: Database, tenant: number, layout: Layout, found: readonly Expiry[]): Promise<number> {
  const expiries = found.filter(({ ids }) => ids.length > 0)
  if (expiries.length === 0) return 0
  const everything: Partition = { name: 'reading', from: -Infinity, to: Infinity }
  let forgotten = 0
  for (const partition of layout === 'partitions' ? await findPartitions(database) : [everything]) {
    const [wholly, partly] = [expiries.filter(({ before }) => before >= partition.to), expiries.filter(({ before }) => before > partition.from)]
    const dropped = wholly.length > 0 ? await dropIfAllIsExpired(database, partition, wholly.flatMap(({ ids }) => ids)) : undefined
    forgotten += dropped ?? 0
    if (dropped === undefined) for (const { ids, before } of partly) forgotten += await deleteIn(database, tenant, partition, ids, before)
  }
  for (const { ids, before } of expiries) await deleteReplaced(database, tenant, ids, before)
  const changed = [...new Set(expiries.flatMap(({ ids }) => ids))]
  if (forgotten > 0) await mendLatest(database, tenant, changed)
  return forgotten
}

async function seriesIds(database: Database, tenant: number, series: readonly SeriesKey[]): Promise<readonly number[]> {
  const rows = await database.read({ text: 'SELECT id FROM twinfold.series WHERE tenant = $1 AND digest = ANY($2::uuid[])', values: [tenant, digestsOf(series)] })
  return rows.map(([id]) => Number(id))
}

/** Whether another series, of whichever tenant, has a reading there: one look into the index a series. */
const othersIn = ({ name }: Partition, ids: readonly number[]) => ({
  text: `SELECT EXISTS (SELECT 1 FROM twinfold.series s WHERE s.id <> ALL($1::int[]) AND EXISTS (SELECT 1 FROM twinfold.${name} r WHERE r.series = s.id))`, values: [ids],
})

/** How many readings the partition had; undefined where it must stay. Nobody appends between the look and the drop: who appends locks a row of the table `tenant`. */
async function dropIfAllIsExpired(database: Database, partition: Partition, ids: readonly number[]): Promise<number | undefined> {
  const [others] = await database.read(othersIn(partition, ids))
  if (others?.[0] === true) return undefined
  try {
    return await database.transaction(async (tx) => {
      await tx.run({ text: 'LOCK TABLE twinfold.tenant IN EXCLUSIVE MODE' })
      const [stillOthers] = (await tx.run(othersIn(partition, ids))).rows
      if (stillOthers?.[0] === true) return undefined
      const [count] = (await tx.run({ text: `SELECT count(*) FROM twinfold.${partition.name}` })).rows
      await tx.run({ text: `SET LOCAL lock_timeout = '${dropPatience}'` })
      await tx.run({ text: 'LOCK TABLE ONLY twinfold.reading IN ACCESS EXCLUSIVE MODE' }) // before the partition's own lock, as readers do, or each would wait for the other
      await tx.run({ text: `DROP TABLE twinfold.${partition.name}` })
      return Number(count?.[0])
    })
  } catch (error) {
    if (error instanceof Error && codeOf(error.cause) === lockNotAvailable) return undefined
    throw error
  }
}

const lockTenant = (tx: Transaction, tenant: number): Promise<unknown> => tx.run({ text: 'SELECT 1 FROM twinfold.tenant WHERE id = $1 FOR UPDATE', values: [tenant] })

async function deleteIn(database: Database, tenant: number, { from, to }: Partition, ids: readonly number[], before: number): Promise<number> {
  return await database.transaction(async (tx) => {
    await lockTenant(tx, tenant)
    const bounds = [Math.max(from, -Number.MAX_SAFE_INTEGER), Math.min(to, before, Number.MAX_SAFE_INTEGER)]
    return (await tx.run({ text: 'DELETE FROM twinfold.reading WHERE series = ANY($1::int[]) AND at >= $2 AND at < $3', values: [ids, ...bounds] })).count
  })
}

async function deleteReplaced(database: Database, tenant: number, ids: readonly number[], before: number): Promise<void> {
  await database.transaction(async (tx) => {
    await lockTenant(tx, tenant)
    await tx.run({ text: 'DELETE FROM twinfold.replaced WHERE series = ANY($1::int[]) AND at < $2', values: [ids, Math.min(before, Number.MAX_SAFE_INTEGER)] })
  })
}

/** The latest of each series anew, where the one that was known is gone: a late reading may have come meanwhile. */
async function mendLatest(database: Database, tenant: number, ids: readonly number[]): Promise<void> {
  await database.transaction(async (tx) => {
    await lockTenant(tx, tenant)
    const gone = await tx.run({
      text: 'DELETE FROM twinfold.latest l WHERE series = ANY($1::int[]) AND NOT EXISTS (SELECT 1 FROM twinfold.reading r WHERE r.series = l.series AND r.at = l.at) RETURNING series', values: [ids],
    })
    const columns = 'series, at, received, sequence, num, int, origin, quality, text'
    await tx.run({
      text: `INSERT INTO twinfold.latest (${columns}) SELECT r.* FROM unnest($1::int[]) AS w(id) CROSS JOIN LATERAL (SELECT ${columns} FROM twinfold.reading WHERE series = w.id ORDER BY at DESC LIMIT 1) r`,
      values: [gone.rows.map(([id]) => id)],
    })
  })
}
