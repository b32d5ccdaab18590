import { createNeo4jInstants } from './adapters/neo4j/instants.ts'
import { createNeo4jJournal } from './adapters/neo4j/journal.ts'
import type { Neo4jDatabase } from './adapters/neo4j/database.ts'
import { createCaughtUp } from './domain/caught-up.ts'
import { createVantages } from './domain/find-vantage.ts'
import type { TwinReaderConfig } from './domain/twin-reader.ts'
import type { Services } from './graphql/services.ts'
import { createInstants } from './history/instants.ts'
import type { ScenarioBook } from './scenario/scenario.ts'
import { createLatestAt } from './telemetry/latest-at.ts'
import type { TelemetryService } from './telemetry/telemetry-service.ts'
import type { Writes } from './twin/writes.ts'

export interface VantageParts {
  readonly database: Neo4jDatabase
  readonly tenant: string
  readonly telemetry: Pick<TelemetryService, 'store' | 'projected'>
  readonly scenarios: ScenarioBook
}

/** From where queries may look: the app's part that knows instants, scenarios and how far writes can be read. */
export interface OpenVantages {
  readonly services: Pick<Services, 'vantages' | 'instants'>
  readonly reading: Pick<TwinReaderConfig, 'vantages' | 'latestValues'>
  /** This process committed. */
  committed(writes: Pick<Writes, 'seq' | 'at'>): void
}

export function openVantages({ database, tenant, telemetry, scenarios }: VantageParts): OpenVantages {
  const instants = createInstants(createNeo4jInstants(database, tenant))
  const journal = createNeo4jJournal(database, tenant)
  let last = 0
  const caughtUp = createCaughtUp({
    changes: {
      known: () => last,
      look: async (signal) => (last = Math.max(last, (await journal.ends({ signal })).head)),
    },
    readings: { known: () => 0, look: () => telemetry.store.head() },
    projected: telemetry.projected,
  })
  const vantages = createVantages({ instants, scenarios, caughtUp })
  const { latestValues } = createLatestAt(telemetry.store)
  return {
    services: { vantages, instants },
    reading: { vantages, latestValues },
    committed({ seq, at }) {
      last = Math.max(last, seq)
      instants.seen(at)
    },
  }
}
