import { setTimeout as delay } from 'node:timers/promises'
import { createNeo4jJournal } from './adapters/neo4j/journal.ts'
import { createNeo4jJournalTrimmer } from './adapters/neo4j/journal-trimmer.ts'
import { createNeo4jTwinColumns } from './adapters/neo4j/twin-columns.ts'
import type { Neo4jDatabase } from './adapters/neo4j/database.ts'
import type { StoredTenant } from './adapters/neo4j/head.ts'
import { createChangeFeed } from './change/feed/change-feed.ts'
import { createLiveQueries } from './change/live/live-queries.ts'
import { createJournalRetention } from './change/retention.ts'
import { createJournalTail, type JournalTail, type Reading, type TailReader } from './change/tail.ts'
import type { WakeUp } from './change/wake-up.ts'
import type { Config } from './config.ts'
import type { Services } from './graphql/services.ts'
import type { ModelService } from './model/model-service.ts'
import type { Log } from './observe/log.ts'
import type { Telemetry } from './telemetry/create-telemetry.ts'
import { createLatestChanges } from './telemetry/latest-changes.ts'
import { createReadingStreams } from './telemetry/stream/reading-streams.ts'

export interface LiveParts {
  readonly config: Config
  readonly parts: AsyncDisposableStack
  readonly log: Log
  readonly database: Neo4jDatabase
  readonly tenant: StoredTenant
  readonly models: ModelService
  readonly telemetry: Telemetry
  readonly wakeUp: WakeUp
}

/** The live part of the app: the journal's end, and what is told from it. */
export interface OpenLive {
  readonly services: Pick<Services, 'feed' | 'readings' | 'live'>
  /** Something was committed by this process. */
  committed(): void
  /** The reader is told of everything that is committed from then on, by whichever process. */
  follow(reader: TailReader): Promise<Reading>
  /** Resolves when streams have what follows from everything that is committed by now, or after a second. */
  settled(): Promise<void>
}

const settleMs = 1_000

export function openLive({ config, parts, log, database, tenant, models, telemetry, wakeUp }: LiveParts): OpenLive {
  const trouble = (what: string) => (err: unknown): void => { log.warn({ err }, what) }
  const journal = createNeo4jJournal(database, tenant.tenant)
  const tail = parts.use(createJournalTail({ journal, onTrouble: trouble('the journal cannot be read') }))
  parts.use(createJournalRetention({
    trimmer: createNeo4jJournalTrimmer(database, tenant.tenant), days: config.journalDays, entries: config.journalEntries, everyMs: config.retentionEveryMs,
    onTrouble: trouble('the journal could not be trimmed; it is tried again'),
  }))
  const isShared = config.telemetryUrl !== undefined
  const live = parts.use(createLiveQueries({
    journal, tail, columns: createNeo4jTwinColumns(database, tenant.tenant), onTrouble: trouble('live queries wait for the store'),
    telemetry: {
      onReadings: (listener) => telemetry.tail.listen((readings) => { listener(readings.map(({ series }) => series)) }),
      started: telemetry.tail.started,
      onLatest: createLatestChanges({ onProjected: telemetry.onProjected, onReceived: isShared ? telemetry.tail.listen : undefined }),
    },
  }))
  const committed = (): void => {
    tail.wake()
    wakeUp.announce()
  }
  if (config.neo4j) void followModels(tail, models, trouble('models that another process changed cannot be read')) // an embedded server is ours alone
  parts.defer(models.onChange(committed))
  parts.defer(wakeUp.listen(tail.wake))
  return {
    committed,
    follow: tail.join,
    settled: () => Promise.race([live.settled(), delay(settleMs, undefined, { ref: false })]),
    services: {
      live,
      feed: createChangeFeed({ journal, tail, models }),
      readings: createReadingStreams({
        telemetry, registry: () => models.registry(), onTrouble: trouble('the twins of a stream of readings could not be looked at anew'),
        onGraphChanges: async (listener) => (await tail.join({ entries: (entries) => { if (entries.some(({ scenario }) => scenario === undefined)) listener() }, gap: listener })).end,
      }),
    },
  }
}

/** Takes over the models that other processes publish, as soon as the journal tells. */
async function followModels(tail: JournalTail, models: ModelService, onTrouble: (error: unknown) => void): Promise<void> {
  const refresh = (): void => { models.refresh().catch(onTrouble) }
  try {
    await tail.join({ entries: (entries) => { if (entries.some(({ op }) => op.startsWith('model-'))) refresh() }, gap: refresh })
  } catch (error) {
    onTrouble(error)
  }
}
