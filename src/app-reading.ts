import { createNeo4jInstants } from './adapters/neo4j/instants.ts'
import { createNeo4jJournal } from './adapters/neo4j/journal.ts'
import type { Neo4jDatabase } from './adapters/neo4j/database.ts'
import type { StoredTenant } from './adapters/neo4j/head.ts'
import { createCaughtUp } from './domain/caught-up.ts'
import { createVantages } from './domain/find-vantage.ts'
import { createLivePlanner } from './domain/live/live-planner.ts'
import { createTwinReader } from './domain/twin-reader.ts'
import type { Services } from './graphql/services.ts'
import { createInstants } from './history/instants.ts'
import type { ScenarioBook } from './scenario/scenario.ts'
import type { TelemetryService } from './telemetry/telemetry-service.ts'
import type { Writes } from './twin/writes.ts'

export interface ReadingParts {
  readonly database: Neo4jDatabase
  readonly tenant: StoredTenant
  readonly telemetry: Pick<TelemetryService, 'store' | 'projected' | 'latestValues'>
  readonly scenarios: ScenarioBook
}

/** The part of the app that reads the graph, from wherever a query looks. */
export interface OpenReading {
  readonly services: Pick<Services, 'vantages' | 'instants' | 'reader' | 'planLive'>
  /** This process committed. */
  committed(writes: Pick<Writes, 'seq' | 'at'>): void
}

export function openReading({ database, tenant: { tenant, label: tenantLabel }, telemetry, scenarios }: ReadingParts): OpenReading {
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
  const reading = { graph: database, tenant, tenantLabel, latestValues: telemetry.latestValues }
  return {
    services: { vantages, instants, reader: createTwinReader({ ...reading, vantages }), planLive: createLivePlanner(reading) },
    committed({ seq, at }) {
      last = Math.max(last, seq)
      instants.seen(at)
    },
  }
}
