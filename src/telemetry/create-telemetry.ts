import type { Registry } from '../model/registry.ts'
import { createOverrideBook } from '../scenario/override-book.ts'
import { createOverrideService } from '../scenario/override-service.ts'
import type { OverrideStore } from '../scenario/override-store.ts'
import { parseLossless } from './parse-lossless.ts'
import { createPipeline, twinOf } from './intake.ts'
import { createLatestAt } from './latest-at.ts'
import { createLatestProjection, type LatestValues } from './latest-projection.ts'
import type { Delivery } from './message.ts'
import { createOrigins } from './origins.ts'
import { overriddenReads } from './overridden-reads.ts'
import { createQuarantine } from './quarantine.ts'
import { createReadingTail } from './reading-tail.ts'
import type { Quarantined, QuarantineStore } from './quarantine-store.ts'
import type { Reach } from './reach.ts'
import { createKeeper } from './retention/keeper.ts'
import { createLateGate } from './retention/late-gate.ts'
import { createOldestReads } from './retention/oldest-reads.ts'
import { createPolicies } from './retention/policies.ts'
import type { PolicyStore } from './retention/policy.ts'
import { createRollupBook } from './retention/rollup-book.ts'
import { withRollups } from './retention/with-rollups.ts'
import { rollup } from './rollup.ts'
import { readsInSight } from './series-reads.ts'
import type { TelemetryService } from './telemetry-service.ts'
import type { Appended, TelemetryStore } from './telemetry-store.ts'
import { createTwinDirectory, type TwinModels } from './twin-directory.ts'

export interface TelemetryConfig {
  readonly store: TelemetryStore
  /** Whether other processes write into the store, too. */
  readonly isShared?: boolean
  /** Called after readings became durable. */
  readonly onAppended?: () => void
  readonly twins: TwinModels
  readonly values: LatestValues
  readonly quarantineStore: QuarantineStore
  readonly policyStore: PolicyStore
  /** From one round of forgetting to the next, in ms. */
  readonly retentionEveryMs: number
  readonly reach: Reach
  readonly overrideStore: OverrideStore
  /** Called after overrides were committed. */
  readonly onOverridden: () => void
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

type ProjectedListener = Parameters<TelemetryService['onProjected']>[0]

/** The pipeline and what is around it. Disposing writes what waits for the graph; the store is not this object's. */
export async function createTelemetry({ store: bare, isShared = false, onAppended, twins, values, quarantineStore, policyStore, retentionEveryMs, reach, overrideStore, onOverridden, registry, quarantineLimit, mostPending, readRaw, onTrouble }: TelemetryConfig): Promise<Telemetry> {
  const onTailTrouble = (error: unknown): void => { onTrouble(error, 'what was received could not be read for those who listen; it is tried again') }
  const tail = createReadingTail({ store: bare, isShared, withoutRuns: true, onTrouble: onTailTrouble })
  const tailOfAll = createReadingTail({ store: bare, isShared, withoutRuns: false, onTrouble: onTailTrouble })
  /** Results of runs come after it without moving it. Where others write, too, only the store knows. */
  let measured = isShared ? undefined : await bare.head()
  /** The same with what predictors publish. */
  let published = measured
  const store = observeAppends(bare, ({ cursor }) => {
    if (measured !== undefined) measured = published = Math.max(measured, published ?? 0, cursor)
    tail.wake()
    tailOfAll.wake()
    onAppended?.()
  })
  const directory = createTwinDirectory({ twins, registry })
  const listeners = new Set<ProjectedListener>()
  const projection = createLatestProjection({ store, values, directory, onWritten: (written) => { for (const listener of [...listeners]) listener(written) }, onTrouble: (error) => { onTrouble(error, 'latest values could not be written onto twins; they are tried again') } })
  const known = (await store.series()).map(({ key }) => key)
  projection.mark(known) // the last process may have ended before it wrote them
  const origins = createOrigins()
  const gate = createLateGate(store)
  const book = createRollupBook()
  book.learn(known)
  const pipeline = createPipeline({ store: { append: gate.append, head: () => store.head() }, directory, projection, origins, mostPending })
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
  const rolledUp = withRollups(store, book, gate)
  const keeper = createKeeper({ store, gate, book, policies: policyStore, twins, overrides: overrideStore, registry, everyMs: retentionEveryMs, onTrouble: (error) => { onTrouble(error, 'telemetry could not be rolled up and forgotten as its policies say; it is tried again') } })
  const overrides = createOverrideBook(overrideStore)
  const from: TelemetryService['from'] = ({ chain, readingsUntil, knownUntil }) => {
    const measured = readsInSight(reads, { until: readingsUntil, knownUntil })
    if (chain.length === 0) return measured
    const own = knownUntil === undefined ? measured : readsInSight(reads, { until: readingsUntil })
    return overriddenReads({ measured, own }, () => overrides.find(chain))
  }
  const reads = { ...store, ...rolledUp, ...createOldestReads(store, book) }
  return {
    ...createLatestAt({ store, from, overrides }),
    ...createOverrideService({ overrides: overrideStore, readings: store, registry, onCommitted: onOverridden }),
    watermark: async ({ withPredictions = false } = {}) => (withPredictions ? published : measured) ?? await bare.head(),
    overrideVersions: async (chain) => (chain.length === 0 ? [] : await overrideStore.versions(chain)),
    store: reads, from, quarantine, keeper, tail, tailOfAll, directory,
    results: {
      forgetRuns: bare.forgetRuns,
      async append(readings) {
        const appended = await bare.append(readings)
        tailOfAll.wake()
        if (readings.some(({ series }) => series.run === null)) {
          if (published !== undefined) published = Math.max(published, appended.cursor)
          tail.wake()
          onAppended?.()
        }
        return appended
      },
    },
    policies: createPolicies(policyStore, registry),
    intake: pipeline.toIntake(quarantine),
    get origins() {
      return origins.all
    },
    rollup: (request, signal) => rollup({ reach, from, registry }, request, signal),
    status: () => ({ health: store.health(), counts: pipeline.counts, projectionLagMs: projection.lagMs }),
    projected: () => projection.settled(),
    onProjected(listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    twinsChanged: directory.forget,
    async [Symbol.asyncDispose]() {
      tail[Symbol.dispose]()
      tailOfAll[Symbol.dispose]()
      await keeper[Symbol.asyncDispose]()
      await projection[Symbol.asyncDispose]()
    },
  }
}

/** A store that tells of readings after they are durable. */
const observeAppends = (store: TelemetryStore, onAppended: (appended: Appended) => void): TelemetryStore => ({
  ...store,
  async append(readings) {
    const appended = await store.append(readings)
    onAppended(appended)
    return appended
  },
})

const toDelivery = ({ payload, source, topic }: Quarantined): Delivery => ({ body: parseLossless(payload), source: source ?? undefined, topic: topic ?? undefined })
