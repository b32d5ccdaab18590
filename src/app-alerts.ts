import type { GraphQLSchema } from 'graphql'
import { createNeo4jAlertClaim } from './adapters/neo4j/alert-claim.ts'
import { createNeo4jAlertStore } from './adapters/neo4j/alert-store.ts'
import type { Neo4jDatabase } from './adapters/neo4j/database.ts'
import { createNeo4jReach } from './adapters/neo4j/reach.ts'
import { createNeo4jRuleStore } from './adapters/neo4j/rule-store.ts'
import { createNeo4jTwinModels } from './adapters/neo4j/twin-models.ts'
import { findAffected } from './alert/affected.ts'
import { createAlertBoard } from './alert/alert-board.ts'
import { createAlertKeeper } from './alert/alert-keeper.ts'
import { createAlertService } from './alert/alert-service.ts'
import { createWatcherOf } from './alert/create-watcher.ts'
import { createEvaluator } from './alert/evaluator.ts'
import { followAlerts } from './alert/follow-alerts.ts'
import { createRuleService } from './alert/rule-service.ts'
import type { Config } from './config.ts'
import type { Principal } from './graphql/context.ts'
import type { OpenStream } from './graphql/live-operation.ts'
import type { Services } from './graphql/services.ts'
import { createTwinWatches } from './graphql/watch-twins.ts'
import type { Registry } from './model/registry.ts'
import type { Log } from './observe/log.ts'
import type { PredictorBook } from './prediction/predictor.ts'
import type { OpenLive } from './app-live.ts'
import type { Telemetry } from './telemetry/create-telemetry.ts'
import { nowMicroseconds } from './util/clock.ts'

export interface AlertParts {
  readonly config: Config
  readonly parts: AsyncDisposableStack
  readonly log: Log
  readonly database: Neo4jDatabase
  readonly tenant: string
  readonly telemetry: Telemetry
  readonly predictors: PredictorBook | undefined
  readonly live: Pick<OpenLive, 'follow'>
  registry(): Registry
}

export interface AlertStart {
  readonly services: Services
  readonly principal: Principal
  readonly openStream: OpenStream
  /** As it is by now. */
  schema(): GraphQLSchema
}

export interface OpenAlerts {
  readonly services: Pick<Services, 'rules' | 'alerts' | 'alertBoard'>
  /** Begins to judge; not before all else is there. Its end is before theirs. */
  start(start: AlertStart): Promise<void>
}

/** From one look for alerts that other processes raise to the next; from one round of judging to the next, where nothing wakes it; how long a lost process is waited for. */
const [followEveryMs, roundEveryMs, leaseMs] = [1_000, 500, 15_000]

/** The part of the app that watches. */
export function openAlerts({ config, parts, log, database, tenant, telemetry, predictors, live, registry }: AlertParts): OpenAlerts {
  const onTrouble = (err: unknown, what: string): void => { log.warn({ err }, what) }
  const rules = createNeo4jRuleStore(database, tenant)
  const alerts = createNeo4jAlertStore(database, tenant, () => ({ deliveries: [], tasks: [] }))
  const board = createAlertBoard()
  const twins = createNeo4jTwinModels(database, tenant)
  const reach = createNeo4jReach(database, tenant)
  if (config.neo4j) parts.use(followAlerts({ store: alerts, board, everyMs: followEveryMs, onTrouble: (error) => { onTrouble(error, 'alerts of other processes could not be looked up') } }))
  let started: AlertStart | undefined
  const begun = (): AlertStart => {
    if (!started) throw new Error('Rules are asked for before the app is there.')
    return started
  }
  const watches = createTwinWatches({
    schema: () => begun().schema(), registry, services: () => begun().services, openStream: (operation, wake) => begun().openStream(operation, wake),
    get principal() { return begun().principal },
  })
  let wake = (): void => undefined
  return {
    services: {
      alertBoard: board,
      alerts: createAlertService({ store: alerts, board }),
      rules: createRuleService({
        store: rules, registry, twins, filterProblem: watches.problemOf, onChanged: () => { wake() },
        knownPredictors: async (names) => new Set((await Promise.all(names.map(async (name) => (await predictors?.find(name) ? [name] : [])))).flat()),
        knownChannels: () => Promise.resolve(new Set()),
      }),
    },
    async start(start) {
      started = start
      const createWatcher = createWatcherOf({ telemetry, registry, watches })
      const keeper = parts.use(createAlertKeeper({
        claim: createNeo4jAlertClaim(database, tenant), leaseMs, everyMs: roundEveryMs, onTrouble,
        createEvaluator: (rouse) => createEvaluator({
          rules, alerts, board, store: telemetry.store, createWatcher, affected: (twin, rule) => findAffected(reach, twin, rule), now: nowMicroseconds, wake: rouse, onTrouble,
          existing: async (ids) => new Set((await twins.modelsOf(ids)).keys()),
        }),
      }))
      wake = keeper.wake
      parts.defer(telemetry.tail.listen(keeper.wake))
      const told = await live.follow({
        entries: (entries) => {
          const ids = entries.flatMap((entry) => (entry.scenario === undefined && entry.op === 'delete' ? [entry.id] : []))
          if (ids.length > 0) keeper.twinsChanged(ids)
        },
        gap: () => undefined, // twins of open alerts are looked up when judging begins anew
      })
      parts.defer(told.end)
    },
  }
}
