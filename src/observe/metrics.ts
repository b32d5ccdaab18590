import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { TelemetryService, TelemetryStatus } from '../telemetry/telemetry-service.ts'

/** What the process measures of itself. */
export interface Metrics {
  readonly contentType: string
  text(): Promise<string>
  /** A request with readings was answered. */
  ingested(seconds: number): void
  /** Shows what streams take, read whenever it is asked for. */
  watchLive(counts: LiveFigures): void
}

/** What the streams of a server take by now. */
export interface LiveFigures {
  readonly sockets: number
  readonly subscriptions: number
  readonly bufferedBytes: number
}

type Figure = readonly [name: string, help: string, of: (status: TelemetryStatus) => number]

/** Read when they are asked for. */
const gauges: readonly Figure[] = [
  ['twinfold_telemetry_stored_readings', 'Readings in the telemetry store, about.', ({ health }) => health.stored],
  ['twinfold_telemetry_unmerged_readings', 'Readings in the log that are not merged into segments yet.', ({ health }) => health.unmerged],
  ['twinfold_telemetry_disk_bytes', 'What the telemetry store takes on the disk.', ({ health }) => health.bytesOnDisk],
  ['twinfold_telemetry_writable', '1 while readings can be stored.', ({ health }) => (health.isWritable ? 1 : 0)],
  ['twinfold_telemetry_pending_messages', 'Messages on their way through the pipeline.', ({ counts }) => counts.pending],
  ['twinfold_telemetry_projection_lag_seconds', 'How far latest values in filters may be behind.', ({ projectionLagMs }) => projectionLagMs / 1_000],
]
const counters: readonly Figure[] = [
  ['twinfold_telemetry_accepted_readings_total', 'Readings stored.', ({ counts }) => counts.accepted],
  ['twinfold_telemetry_duplicate_readings_total', 'Readings that were redelivered.', ({ counts }) => counts.duplicates],
  ['twinfold_telemetry_quarantined_readings_total', 'Readings refused and kept.', ({ counts }) => counts.quarantined],
  ['twinfold_telemetry_dropped_readings_total', 'Readings refused for which the quarantine had no room.', ({ counts }) => counts.dropped],
  ['twinfold_telemetry_skewed_readings_total', 'Messages whose time was ahead of the clock by more than a minute.', ({ counts }) => counts.skewed],
  ['twinfold_telemetry_rejected_messages_total', 'Messages turned away because too many came at once.', ({ counts }) => counts.rejected],
]

const liveGauges: readonly (readonly [name: string, help: string, of: (counts: LiveFigures) => number])[] = [
  ['twinfold_live_sockets', 'WebSockets that are open.', ({ sockets }) => sockets],
  ['twinfold_live_subscriptions', 'Subscriptions, and operations being answered over streams.', ({ subscriptions }) => subscriptions],
  ['twinfold_live_buffered_bytes', 'Bytes that wait for slow connections.', ({ bufferedBytes }) => bufferedBytes],
]

export function createMetrics(telemetry: Pick<TelemetryService, 'status' | 'quarantine' | 'origins'>): Metrics {
  const register = new Registry()
  const registers = [register]
  collectDefaultMetrics({ register })
  for (const [name, help, of] of gauges) new Gauge({ name, help, registers, collect() { this.set(of(telemetry.status())) } })
  for (const [name, help, of] of counters) {
    new Counter({ name, help, registers, collect() {
      this.reset()
      this.inc(of(telemetry.status()))
    } })
  }
  new Gauge({ name: 'twinfold_telemetry_quarantine_readings', help: 'Refused readings that are kept.', registers, collect() { this.set(telemetry.quarantine.state().kept) } })
  new Gauge({
    name: 'twinfold_telemetry_origin_watermark_seconds', help: 'The latest event time an origin gave, in seconds since 1970; of the first hundred origins.', labelNames: ['origin'], registers,
    collect() {
      this.reset()
      for (const { origin, watermark } of [...telemetry.origins].slice(0, mostOrigins)) this.set({ origin }, watermark / 1e6)
    },
  })
  const seconds = new Histogram({ name: 'twinfold_ingest_duration_seconds', help: 'From the whole body of a request with readings to its answer.', registers, buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] })
  const watchLive = (counts: LiveFigures): void => {
    for (const [name, help, of] of liveGauges) new Gauge({ name, help, registers, collect() { this.set(of(counts)) } })
  }
  return { contentType: register.contentType, text: () => register.metrics(), ingested: (duration) => { seconds.observe(duration) }, watchLive }
}

/** A label of unbounded values would fill a monitoring system; all origins are in GraphQL. */
const mostOrigins = 100
