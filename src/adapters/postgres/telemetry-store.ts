import { failure } from '../../errors.ts'
import type { SeriesKey } from '../../telemetry/reading.ts'
import { isUnbounded, tooManySeries } from '../../telemetry/sight.ts'
import type { TelemetryStore } from '../../telemetry/telemetry-store.ts'
import { byPlace, toReceived, toRollupBucket, toSummary } from './answers.ts'
import { createDatabase, type Database, type Statement } from './database.ts'
import { codeOf } from './failures.ts'
import { forgetReadings, forgetRuns } from './forget.ts'
import { type Arithmetic, latestBeforeOf, latestOf, pageOf, receivedOf, receivedWithoutRuns, rollupOf, seriesOf, summariesOf } from './reads.ts'
import { type Row, seriesColumnCount, toReading } from './rows.ts'
import { obtainTables, obtainTenant } from './tables.ts'
import { createVitals } from './vitals.ts'
import { createWriter } from './writer.ts'

export interface PostgresTelemetryConfig {
  /** `postgres://user:password@host:port/database`. The user may create a schema there, or owns one named `twinfold`. */
  readonly url: string
  /** Whose readings; several tenants share the tables and see nothing of each other. */
  readonly tenant: string
  readonly mostConnections?: number
  /** How long PostgreSQL may be silent on a statement that writes before its connection is given up, in ms. */
  readonly writeTimeoutMs?: number
  readonly log?: { warn(details: object, message: string): void }
}

/**
 * Telemetry in a PostgreSQL database of version 13 or later, in a schema `twinfold`, for any number of processes. Batches of all processes have one order of
 * receipt: who appends holds the lock on the tenant's row from before the place is taken until it is committed. Batches that come meanwhile go together in the
 * next transaction. Where the connection is lost amid a commit the batch is rejected, though it may be stored; sent again it changes nothing.
 */
export async function createPostgresTelemetryStore({ url, tenant: tenantName, mostConnections = 10, writeTimeoutMs = 30_000, log }: PostgresTelemetryConfig): Promise<TelemetryStore> {
  const onTrouble = (err: unknown, message: string): void => { log?.warn({ err }, message) }
  const database = createDatabase({ url, mostConnections, connectTimeoutMs: 5_000, writeTimeoutMs, onLost: (error) => { onTrouble(error, 'a connection to PostgreSQL was lost') } })
  try {
    return await openStore(database, tenantName, onTrouble)
  } catch (error) {
    await database[Symbol.asyncDispose]()
    throw error
  }
}

async function openStore(database: Database, tenantName: string, onTrouble: (error: unknown, message: string) => void): Promise<TelemetryStore> {
  const layout = await obtainTables(database)
  const tenant = await obtainTenant(database, tenantName)
  const vitals = createVitals({ database, tenant, layout, onTrouble })
  await vitals.measure()
  const writer = createWriter({ database, tenant, makesPartitions: layout === 'partitions', onWritten: vitals.written, onFailed: vitals.failed })
  let isClosing = false

  /** One row at most of each series. */
  const oneEach = async (keys: readonly SeriesKey[], statement: Statement, signal: AbortSignal | undefined) => {
    const rows = byPlace(await database.read(statement, signal), keys.length, 1)
    return keys.map(({ kind }, index) => rows[index]?.[0] && toReading(kind, rows[index][0].slice(1)))
  }

  return {
    async append(readings) {
      if (isClosing) throw failure('SHUTTING_DOWN')
      return await writer.append(readings)
    },
    latest: (series, { signal, ...sight } = {}) => oneEach(series, isUnbounded(sight) ? latestOf(tenant, series) : latestBeforeOf(tenant, series, Infinity, sight), signal),
    latestBefore: (series, before, { signal, ...sight } = {}) => oneEach(series, latestBeforeOf(tenant, series, before, sight), signal),
    async readings(series, { from, to }, { first, after = -Infinity, signal, ...sight }) {
      const rows = await database.read(pageOf(tenant, series, { from: Math.max(from, after + 1), to }, first, sight), signal)
      return byPlace(rows, series.length, 1).map((ofSeries, index) => ofSeries.map((row) => toReading((series[index] as SeriesKey).kind, row.slice(1))))
    },
    async summaries(series, buckets, { quantiles = [], signal, ...sight } = {}) {
      const rows = await inFloatsOrDecimals((arithmetic) => database.read(summariesOf(tenant, series, buckets, quantiles, arithmetic, sight), signal))
      return byPlace(rows, series.length, 1).map((ofSeries, index) => ofSeries.map((row) => toSummary((series[index] as SeriesKey).kind, buckets, quantiles.length, row)))
    },
    async rollup(groups, buckets, aggregate, { signal, ...options } = {}) {
      const rows = await inFloatsOrDecimals((arithmetic) => database.read(rollupOf(tenant, groups, buckets, aggregate, arithmetic, options), signal))
      return byPlace(rows, groups.length, 0).map((ofGroup) => ofGroup.map((row) => toRollupBucket(buckets, row)))
    },
    async received(after, limit, { signal, withoutRuns = false } = {}) {
      return (await database.read((withoutRuns ? receivedWithoutRuns : receivedOf)(tenant, after, limit), signal)).map(toReceived)
    },
    async head() {
      const [row] = await database.read({ name: 'head', text: 'SELECT head FROM twinfold.tenant WHERE id = $1', values: [tenant] })
      return Number(row?.[0])
    },
    async series({ signal, ...options } = {}) {
      const rows = await database.read(seriesOf(tenant, options), signal)
      if (options.most !== undefined && rows.length > options.most) throw tooManySeries(options.most)
      return rows.filter((row) => row[seriesColumnCount] !== null).map((row) => {
        const { series: key, ...latest } = toReceived(row)
        return { key, latest }
      })
    },
    forget: (retention) => forgetReadings(database, tenant, layout, retention),
    async forgetRuns(runs) {
      const forgotten = await forgetRuns(database, tenant, layout, runs)
      await writer.forgetSeen()
      return forgotten
    },
    health: () => vitals.health,
    async [Symbol.asyncDispose]() {
      isClosing = true
      await writer.idle()
      vitals.stop()
      await database[Symbol.asyncDispose]()
    },
  }
}

const outOfRange = '22003'

/** Most sums are floats; those that overflow are added up as decimals. */
async function inFloatsOrDecimals(read: (arithmetic: Arithmetic) => Promise<readonly Row[]>): Promise<readonly Row[]> {
  try {
    return await read('float')
  } catch (error) {
    if (codeOf(error) !== outOfRange) throw error
    return await read('decimal')
  }
}
