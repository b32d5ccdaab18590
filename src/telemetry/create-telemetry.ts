import type { Registry } from '../model/registry.ts'
import { parseLossless } from './parse-lossless.ts'
import { createPipeline, twinOf } from './intake.ts'
import { createLatestProjection, type LatestValues } from './latest-projection.ts'
import type { Delivery } from './message.ts'
import { createOrigins } from './origins.ts'
import { createQuarantine } from './quarantine.ts'
import type { Quarantined, QuarantineStore } from './quarantine-store.ts'
import type { Reach } from './reach.ts'
import { rollup } from './rollup.ts'
import type { TelemetryService } from './telemetry-service.ts'
import type { TelemetryStore } from './telemetry-store.ts'
import { createTwinDirectory, type TwinModels } from './twin-directory.ts'

export interface TelemetryConfig {
  readonly store: TelemetryStore
  readonly twins: TwinModels
  readonly values: LatestValues
  readonly quarantineStore: QuarantineStore
  readonly reach: Reach
  readonly registry: () => Registry
  readonly quarantineLimit: number
  readonly mostPending: number
  /** Reads what a source delivered, as its configuration says by now; for replaying. */
  readonly readRaw: (entry: Quarantined) => Promise<readonly Delivery[]>
  readonly onTrouble: (error: unknown, what: string) => void
}

export interface Telemetry extends TelemetryService, AsyncDisposable {
  /** Twins that were deleted or made, or have another model. */
  twinsChanged(ids: Iterable<string>): void
}

/** The pipeline and what is around it. Disposing writes what waits for the graph; the store is not this object's. */
export async function createTelemetry({ store, twins, values, quarantineStore, reach, registry, quarantineLimit, mostPending, readRaw, onTrouble }: TelemetryConfig): Promise<Telemetry> {
  const directory = createTwinDirectory({ twins, registry })
  const projection = createLatestProjection({ store, values, directory, onTrouble: (error) => { onTrouble(error, 'latest values could not be written onto twins; they are tried again') } })
  projection.mark((await store.series()).map(({ key }) => key)) // the last process may have ended before it wrote them
  const origins = createOrigins()
  const pipeline = createPipeline({ store, directory, projection, origins, mostPending })
  const quarantine = await createQuarantine({
    store: quarantineStore, limit: quarantineLimit,
    replayer: {
      toDeliveries: (entry) => (entry.form === 'RAW' ? readRaw(entry) : Promise.resolve([toDelivery(entry)])),
      store(deliveries) {
        directory.forget(deliveries.flatMap(({ body }) => twinOf(body) ?? [])) // it is replayed because something was mended
        return pipeline.store(deliveries)
      },
    },
  })
  return {
    store, quarantine,
    intake: pipeline.toIntake(quarantine),
    get origins() {
      return origins.all
    },
    rollup: (request, signal) => rollup({ reach, store, registry }, request, signal),
    status: () => ({ health: store.health(), counts: pipeline.counts, projectionLagMs: projection.lagMs }),
    projected: () => projection.settled(),
    twinsChanged: directory.forget,
    [Symbol.asyncDispose]: () => projection[Symbol.asyncDispose](),
  }
}

const toDelivery = ({ payload, source, topic }: Quarantined): Delivery => ({ body: parseLossless(payload), source: source ?? undefined, topic: topic ?? undefined })
