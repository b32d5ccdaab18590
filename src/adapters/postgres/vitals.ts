import { Failure } from '../../errors.ts'
import type { TelemetryHealth } from '../../telemetry/telemetry-store.ts'
import type { Database, Statement } from './database.ts'
import type { Layout } from './tables.ts'

/** How the store is, known without waiting for it. */
export interface Vitals {
  readonly health: TelemetryHealth
  written(readings: number): void
  /** From now on it tries whether the store can be written to, until it can. */
  failed(error: unknown): void
  measure(): Promise<void>
  stop(): void
}

export interface VitalsConfig {
  readonly database: Database
  readonly tenant: number
  readonly layout: Layout
  readonly onTrouble: (error: unknown, what: string) => void
}

const [measureEveryMs, probeEveryMs] = [60_000, 1_000]

/** Of the whole installation; PostgreSQL's own estimate. */
const sizes: Readonly<Record<Layout, Statement>> = {
  partitions: { text: "SELECT coalesce(sum(pg_total_relation_size(i.inhrelid)), 0), coalesce(sum(t.n_live_tup), 0) FROM pg_inherits i LEFT JOIN pg_stat_user_tables t ON t.relid = i.inhrelid WHERE i.inhparent = 'twinfold.reading'::regclass" },
  hypertable: { text: "SELECT hypertable_size('twinfold.reading'), approximate_row_count('twinfold.reading')" },
}

export function createVitals({ database, tenant, layout, onTrouble }: VitalsConfig): Vitals {
  let [bytesOnDisk, estimated, since] = [0, 0, 0]
  let problem: string | undefined
  let probing: NodeJS.Timeout | undefined

  const measure = async (): Promise<void> => {
    const [row] = await database.read(sizes[layout]);
    [bytesOnDisk, estimated, since] = [Number(row?.[0]), Number(row?.[1]), 0]
  }
  const recovered = (): void => {
    problem = undefined
    clearTimeout(probing)
    probing = undefined
  }
  const probe = async (): Promise<void> => {
    try {
      await database.transaction((tx) => tx.run({ text: 'UPDATE twinfold.tenant SET head = head WHERE id = $1', values: [tenant] })) // a write that changes nothing
      recovered()
    } catch (error) {
      failed(error)
    }
  }
  const failed = (error: unknown): void => {
    if (!(error instanceof Failure) || error.code !== 'TELEMETRY_UNAVAILABLE') return
    if (problem === undefined) onTrouble(error, 'telemetry cannot be written to PostgreSQL; readings are taken again as soon as it can be')
    problem = error.message
    clearTimeout(probing)
    probing = setTimeout(() => void probe(), probeEveryMs).unref()
  }
  const measuring = setInterval(() => {
    if (problem === undefined) measure().catch((error: unknown) => { onTrouble(error, 'the size of the telemetry in PostgreSQL could not be asked for') })
  }, measureEveryMs).unref()

  return {
    get health() {
      return { isWritable: problem === undefined, problem, unmerged: 0, stored: estimated + since, bytesOnDisk }
    },
    written(readings) {
      since += readings
      recovered()
    },
    failed, measure,
    stop() {
      clearInterval(measuring)
      clearTimeout(probing)
    },
  }
}
