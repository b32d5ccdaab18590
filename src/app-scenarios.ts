import type { Neo4jDatabase } from './adapters/neo4j/database.ts'
import type { StoredTenant } from './adapters/neo4j/head.ts'
import { createNeo4jEditReader } from './adapters/neo4j/scenario-edits.ts'
import { createNeo4jScenarioStore } from './adapters/neo4j/scenario-store.ts'
import { createNeo4jSweptStore } from './adapters/neo4j/scenario-sweeping.ts'
import type { OpenLive } from './app-live.ts'
import type { Config } from './config.ts'
import type { Services } from './graphql/services.ts'
import type { Registry } from './model/registry.ts'
import type { Log } from './observe/log.ts'
import { createBranchSweeper } from './scenario/branch-sweeper.ts'
import { createScenarioEdits } from './scenario/edit-pages.ts'
import { createScenarioBook, type OpenScenarioBook } from './scenario/scenario-book.ts'
import { createScenarioService } from './scenario/scenario-service.ts'
import type { GroupCommit } from './twin/group-commit.ts'

export interface ScenarioParts {
  readonly config: Config
  readonly parts: AsyncDisposableStack
  readonly log: Log
  readonly database: Neo4jDatabase
  readonly tenant: StoredTenant
  readonly live: Pick<OpenLive, 'committed' | 'follow'>
  registry(): Registry
}

export interface OpenScenarios {
  /** What the reading and the writing of twins need of it. */
  readonly services: Pick<Services, 'scenarios'>
  /** What needs the writing of twins itself. */
  openLife(commits: Pick<GroupCommit, 'submit'>): Pick<Services, 'scenarioLife' | 'scenarioEdits'>
}

/** Longer than any operation may take: one that began to read a scenario while it was open reads it to its end. */
const sweepingGraceMs = 60_000

/** The scenarios' part of the app. */
export function openScenarios({ config, parts, log, database, tenant, live, registry }: ScenarioParts): OpenScenarios {
  const store = createNeo4jScenarioStore(database, tenant.tenant)
  let isTold = config.neo4j === undefined // an embedded server is ours alone: nobody else ends scenarios
  const book = createScenarioBook(store, { isTold: () => isTold })
  if (!isTold) {
    void follow(book, live).then(() => { isTold = true }, (err: unknown) => { log.warn({ err }, 'scenarios are looked up each time: the journal could not be read when the server started') })
  }
  parts.use(createBranchSweeper({
    store: createNeo4jSweptStore(database, tenant.tenant), graceMs: sweepingGraceMs, everyMs: config.retentionEveryMs,
    onTrouble: (err) => { log.warn({ err }, 'what scenarios held that ended could not be cleared; it is tried again') },
  }))
  const edits = createNeo4jEditReader(database, tenant.tenant)
  return {
    services: { scenarios: book },
    openLife: (commits) => ({
      scenarioLife: createScenarioService({ store, book, edits, commits, registry, onCommitted: live.committed }),
      scenarioEdits: createScenarioEdits({ book, reader: edits, registry }),
    }),
  }
}

async function follow(book: OpenScenarioBook, live: ScenarioParts['live']): Promise<void> {
  await live.follow({ entries: (entries) => { book.read(entries) }, gap: () => { book.clear() } })
}
