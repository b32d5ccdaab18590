import type { GraphQLSchema } from 'graphql'
import { createNeo4jAlertChannels } from './adapters/neo4j/alert-channels.ts'
import { createNeo4jAlertClaim } from './adapters/neo4j/alert-claim.ts'
import { createNeo4jAlertStore } from './adapters/neo4j/alert-store.ts'
import type { Neo4jDatabase } from './adapters/neo4j/database.ts'
import { createNeo4jReach } from './adapters/neo4j/reach.ts'
import { createNeo4jRulePending } from './adapters/neo4j/rule-pending.ts'
import { createNeo4jRuleStore } from './adapters/neo4j/rule-store.ts'
import { createNeo4jRuleTasks } from './adapters/neo4j/rule-tasks.ts'
import { createNeo4jTwinModels } from './adapters/neo4j/twin-models.ts'
import { createPost } from './adapters/webhook/post.ts'
import type { ArtifactStore } from './artifact/artifact-store.ts'
import { createActionStarter } from './alert/action-starter.ts'
import { findAffected } from './alert/affected.ts'
import type { Alert, Finding } from './alert/alert.ts'
import { createAlertBoard } from './alert/alert-board.ts'
import { createChannelService } from './alert/channel-service.ts'
import { createAlertKeeper, type Duty } from './alert/alert-keeper.ts'
import { createAlertService } from './alert/alert-service.ts'
import { consequencesOf } from './alert/consequences.ts'
import { createContributions } from './alert/contributions.ts'
import { createWatcherOf } from './alert/create-watcher.ts'
import { complete } from './alert/complete-findings.ts'
import { createEvaluator } from './alert/evaluator.ts'
import { forgetAlerts } from './alert/forget-alerts.ts'
import { followAlerts } from './alert/follow-alerts.ts'
import type { StoredRule } from './alert/rule.ts'
import { createRuleService } from './alert/rule-service.ts'
import { createSender } from './alert/sender.ts'
import { createTaskRunner } from './alert/task-runner.ts'
import type { Config } from './config.ts'
import type { Principal } from './graphql/context.ts'
import type { OpenStream } from './graphql/live-operation.ts'
import type { Services } from './graphql/services.ts'
import { createTwinWatches } from './graphql/watch-twins.ts'
import type { Registry } from './model/registry.ts'
import type { Log } from './observe/log.ts'
import { createHostRule } from './prediction/allowed-hosts.ts'
import type { PredictorBook } from './prediction/predictor.ts'
import type { OpenLive } from './app-live.ts'
import type { Telemetry } from './telemetry/create-telemetry.ts'
import { decodeInputs } from './run/run-inputs.ts'
import { nowMicroseconds } from './util/clock.ts'

export interface AlertParts {
  readonly config: Config
  readonly parts: AsyncDisposableStack
  readonly log: Log
  readonly database: Neo4jDatabase
  readonly tenant: string
  readonly telemetry: Telemetry
  readonly artifacts: Pick<ArtifactStore, 'read'>
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
  readonly services: Pick<Services, 'rules' | 'alerts' | 'alertChannels' | 'alertBoard'>
  /** Begins to judge; not before all else is there. Its end is before theirs. */
  start(start: AlertStart): Promise<void>
  /** Something was measured, or published. */
  received(): void
}

/** From one look for alerts that other processes raise to the next; from one round of judging to the next, where nothing wakes it; how long a lost process is waited for. */
const [followEveryMs, roundEveryMs, leaseMs] = [1_000, 500, 15_000]
/** Alerts that are read at once. */
const inOnePage = 1_000

/** The part of the app that watches. */
export function openAlerts({ config, parts, log, database, tenant, telemetry, artifacts, predictors, live, registry }: AlertParts): OpenAlerts {
  const onTrouble = (err: unknown, what: string): void => { log.warn({ err }, what) }
  const rules = createNeo4jRuleStore(database, tenant)
  const alerts = createNeo4jAlertStore(database, tenant, consequencesOf)
  const board = createAlertBoard()
  const channels = createNeo4jAlertChannels(database, tenant)
  const mayCall = createHostRule(config.alertHosts)
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
  let send = (): void => undefined
  const affected = (twin: string | null, rule: StoredRule): ReturnType<typeof findAffected> => findAffected(reach, twin, rule)
  const report = async (finding: Finding): Promise<void> => {
    const [rule] = await rules.find([finding.subject.rule])
    if (rule || finding.kind === 'resolve') board.tell(await alerts.apply([await complete(finding, rule, { affected, onTrouble })]))
  }
  const existing = async (ids: readonly string[]): Promise<ReadonlySet<string>> => new Set((await twins.modelsOf(ids)).keys())
  const byHand = async (rule: string): Promise<readonly Alert[]> => {
    const found: Alert[] = []
    for (let page: readonly Alert[] = await alerts.resolvedByHand(rule, { limit: inOnePage }); ;) {
      found.push(...page)
      if (page.length < inOnePage) return found
      page = await alerts.resolvedByHand(rule, { limit: inOnePage, after: page.at(-1)?.fingerprint })
    }
  }
  /** What one process does for all. */
  const createDuty = ({ services: { runs, runBoard } }: AlertStart, rouse: () => void): Duty => {
    const runner = createTaskRunner({ tasks: createNeo4jRuleTasks(database, tenant), starter: createActionStarter({ runs, board: runBoard }), report, now: nowMicroseconds, onTrouble })
    const contributions = createContributions({
      store: telemetry.store,
      async inputsOf(id) {
        const [run] = await runs.find([id])
        const bytes = run && await artifacts.read(run.inputs)
        return bytes && decodeInputs(bytes)
      },
    })
    const createWatcher = createWatcherOf({ telemetry, registry, watches, rules, pending: createNeo4jRulePending(database, tenant), onTick: runner.wake, byHand, existing, contributions })
    const evaluator = createEvaluator({ rules, alerts, board, store: telemetry.store, createWatcher, affected, existing, now: nowMicroseconds, wake: rouse, onTrouble })
    const sender = createSender({
      channels, alerts, post: createPost({ mayCall }), environment: config.environment, url: `http://${config.host}:${config.port}/graphql`, now: () => nowMicroseconds() / 1_000, onTrouble,
    })
    const forgetting = forgetAlerts({
      alerts, channels, days: config.historyDays, everyMs: config.retentionEveryMs, now: () => nowMicroseconds() / 1_000, onTrouble: (error) => { onTrouble(error, 'alerts that were over long ago could not be forgotten; it is tried again') },
    })
    send = sender.wake
    const stop = board.listen(({ event }) => {
      sender.wake()
      if (event === 'RAISED' || event === 'REOPENED') runner.wake()
    })
    return {
      ...evaluator,
      async close() {
        stop()
        evaluator.close()
        runner.close()
        await Promise.all([sender.close(), forgetting[Symbol.asyncDispose]()])
      },
    }
  }
  return {
    services: {
      alertBoard: board,
      alertChannels: createChannelService({ store: channels, mayCall, onChanged: () => { send() } }),
      alerts: createAlertService({ store: alerts, board }),
      rules: createRuleService({
        store: rules, registry, twins, filterProblem: watches.problemOf, head: () => telemetry.store.head(), onChanged: () => { wake() },
        async knownPredictors(names) {
          const found = await Promise.all(names.map(async (name) => [name, await predictors?.find(name)] as const))
          return new Map(found.flatMap(([name, predictor]) => (predictor ? [[name, predictor] as const] : [])))
        },
        knownChannels: async (ids) => new Set((await channels.find(ids)).flatMap((channel) => channel?.id ?? [])),
      }),
    },
    received: () => { wake() },
    async start(start) {
      started = start
      void alerts.prepare().catch((err: unknown) => { log.debug({ err }, 'what alerts ask of the store will be planned when the first one comes') })
      const keeper = parts.use(createAlertKeeper({ claim: createNeo4jAlertClaim(database, tenant), leaseMs, everyMs: roundEveryMs, onTrouble, createDuty: (rouse) => createDuty(start, rouse) }))
      wake = keeper.wake
      const told = await live.follow({
        entries: (entries) => {
          const ids = entries.flatMap((entry) => (entry.scenario === undefined && entry.op === 'delete' ? [entry.id] : []))
          if (ids.length > 0) keeper.twinsChanged(ids)
        },
        gap: () => { keeper.twinsChanged(undefined) },
      })
      parts.defer(told.end)
    },
  }
}
