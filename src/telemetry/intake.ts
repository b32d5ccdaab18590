import { failure } from '../errors.ts'
import { nowMicroseconds } from '../util/clock.ts'
import { encodeReceiptCursor } from './receipt-cursor.ts'
import type { Delivery, Intake, IntakeReport } from './message.ts'
import type { LatestProjection } from './latest-projection.ts'
import type { Origins } from './origins.ts'
import { type Refused, sortDeliveries, type Sorted } from './pipeline/sort-deliveries.ts'
import type { Refusal } from './pipeline/refusal.ts'
import type { Quarantine } from './quarantine.ts'
import type { NewReading } from './reading.ts'
import type { Appended, TelemetryStore } from './telemetry-store.ts'
import type { TwinDirectory } from './twin-directory.ts'

export interface IntakeConfig {
  readonly store: Pick<TelemetryStore, 'append' | 'head'>
  readonly directory: TwinDirectory
  readonly projection: Pick<LatestProjection, 'mark'>
  readonly origins: Origins
  /** Readings that may be under way at once. */
  readonly mostPending: number
}

/** What came in since the process began. */
export interface IntakeCounts {
  accepted: number
  duplicates: number
  quarantined: number
  dropped: number
  skewed: number
  rejected: number
  /** Under way now. */
  pending: number
}

export interface Pipeline {
  readonly counts: Readonly<IntakeCounts>
  /** Stores what passes, and hands back the rest. */
  store(deliveries: readonly Delivery[]): Promise<Passed>
  /** The intake, whose refused readings go to the quarantine. */
  toIntake(quarantine: Pick<Quarantine, 'add'>): Intake
}

export interface Passed {
  readonly accepted: number
  readonly duplicates: number
  readonly cursor: string
  readonly refused: readonly Refused[]
}

/** The pipeline with its stores: sort (pure) → deduplicate and append durably → acknowledge → mark for the projection of the latest value. */
export function createPipeline({ store, directory, projection, origins, mostPending }: IntakeConfig): Pipeline {
  const counts: IntakeCounts = { accepted: 0, duplicates: 0, quarantined: 0, dropped: 0, skewed: 0, rejected: 0, pending: 0 }

  const sort = async (deliveries: readonly Delivery[]): Promise<Sorted> => {
    await directory.prepare(deliveries.flatMap(({ body }) => twinOf(body) ?? []))
    return sortDeliveries(deliveries, { now: nowMicroseconds(), channelsOf: directory.channelsOf })
  }
  const append = async (readings: readonly NewReading[]): Promise<Appended> =>
    (readings.length === 0 ? { outcomes: [], cursor: await store.head() } : await store.append(readings))

  const run = async (deliveries: readonly Delivery[]): Promise<Passed> => {
    const { readings, refused, skewed } = await sort(deliveries)
    const { outcomes, cursor } = await append(readings)
    const stored = readings.filter((_, index) => outcomes[index] === 'stored')
    projection.mark(new Set(stored.map(({ series }) => series)))
    origins.notice(stored, cursor)
    counts.accepted += stored.length
    counts.duplicates += readings.length - stored.length
    counts.skewed += skewed
    return { accepted: stored.length, duplicates: readings.length - stored.length, cursor: encodeReceiptCursor(cursor), refused }
  }

  /** Refuses rather than queues without bound: whoever sends knows best whether to wait. */
  const admitted = async <T>(deliveries: readonly Delivery[], work: () => Promise<T>): Promise<T> => {
    if (counts.pending > 0 && counts.pending + deliveries.length > mostPending) {
      counts.rejected += deliveries.length
      throw failure('OVERLOADED', { message: 'More readings come in than can be stored. Nothing of this request was taken; send it again after a moment.' })
    }
    counts.pending += deliveries.length
    try {
      return await work()
    } finally {
      counts.pending -= deliveries.length
    }
  }

  return {
    counts,
    store: (deliveries) => admitted(deliveries, () => run(deliveries)),
    toIntake(quarantine) {
      const keep = async (refusals: readonly Refusal[]): Promise<{ readonly quarantined: number; readonly dropped: number }> => {
        const { kept, dropped } = await quarantine.add(refusals)
        counts.quarantined += kept
        counts.dropped += dropped
        return { quarantined: kept, dropped }
      }
      return {
        submit: (deliveries): Promise<IntakeReport> => admitted(deliveries, async () => {
          const { refused, ...passed } = await run(deliveries)
          return { ...passed, ...await keep(refused.map(({ refusal }) => refusal)) }
        }),
        async refuse(refusals) {
          await keep(refusals.map(({ payload, message, source = null, topic = null, origin = null }): Refusal => ({ code: 'UNDECODABLE', message, twin: null, name: null, at: null, origin, source, topic, payload, form: 'RAW' })))
        },
      }
    },
  }
}

/** The twin that a message is for, before it is known to be one. */
export function twinOf(body: unknown): string | undefined {
  return typeof body === 'object' && body !== null && 'twin' in body && typeof body.twin === 'string' ? body.twin : undefined
}
