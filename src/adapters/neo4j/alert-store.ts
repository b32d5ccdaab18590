import type { Alert } from '../../alert/alert.ts'
import { fingerprintOf } from '../../alert/alert.ts'
import type { AlertChange, AlertStore, Consequences, Decide, Found, Judged } from '../../alert/alert-store.ts'
import { decideAlert } from '../../alert/decide-alert.ts'
import { failure } from '../../errors.ts'
import { newId } from '../../util/id.ts'
import { type AlertRow, toAlert, toColumns } from './alert-row.ts'
import * as cypher from './alert-statements.ts'
import type { Neo4jDatabase, Neo4jTransaction } from './database.ts'

/** Twins on one page of those affected. */
const pageSize = 1_000
/** Findings in one statement. */
const portion = 1_000
/** A busy machine takes long to plan. */
const planningMs = 120_000

/** Alerts as `(:_Alert {_t, id, …})`; of each fingerprint the last one has it as `current`, which is unique. */
export function createNeo4jAlertStore(database: Pick<Neo4jDatabase, 'read' | 'write' | 'transaction'>, tenant: string, consequences: (changes: readonly (AlertChange & { readonly found: Found | undefined })[]) => Consequences): AlertStore {
  const b = (more: Readonly<Record<string, unknown>>): { readonly b: Readonly<Record<string, unknown>> } => ({ b: { t: tenant, ...more } })
  const read = async (text: string, parameters: Readonly<Record<string, unknown>>): Promise<readonly Alert[]> => toAlerts((await database.read({ text, parameters: b(parameters) }))['alerts'])

  const look = async (tx: Neo4jTransaction, keys: { readonly fingerprints: readonly string[]; readonly ids: readonly string[] }): Promise<Looked> => {
    const { revision, position, now, last, named } = await tx.run({ text: cypher.look, parameters: b(keys) })
    return { revision: Number(revision), position: position === null ? null : Number(position), now: Number(now), last: toAlerts(last), named: toAlerts(named) }
  }
  const write = async (tx: Neo4jTransaction, changes: readonly Decided[], { revision, former, judged: { position, rule } }: { readonly revision: number; readonly former: readonly string[]; readonly judged: Judged }): Promise<void> => {
    const { deliveries, tasks } = consequences(changes)
    const lasts = new Map(changes.map(({ alert }) => [alert.fingerprint, alert.id]))
    const rows = [...new Map(changes.map(({ alert }) => [alert.id, toColumns(alert, lasts.get(alert.fingerprint) === alert.id)])).values()] // of one that changed twice the end
    await tx.run({
      text: cypher.write,
      parameters: b({
        revision: BigInt(revision), position: position === undefined ? null : BigInt(Math.round(position)), rules: rule ? [{ id: rule.id, version: BigInt(rule.version) }] : [], former, rows, reach: changes.flatMap(toReach),
        deliveries: deliveries.map(({ place, ...delivery }) => ({ ...delivery, place: BigInt(place) })),
        tasks: tasks.map(({ actions, ...task }) => ({ ...task, actions: JSON.stringify(actions) })),
      }),
    })
  }
  const applyPortion = async (tx: Neo4jTransaction, found: readonly Found[], { from, ...judged }: Judged): Promise<readonly AlertChange[]> => {
    const looked = await look(tx, { fingerprints: [...new Set(found.map(({ subject }) => fingerprintOf(subject)))], ids: [] })
    if (from !== undefined && (from === null ? null : Math.round(from)) !== looked.position) throw failure('NOT_CAUGHT_UP', { message: 'Another process judges by now.' })
    const { changes, former, revision } = decideAll(found, looked)
    if (changes.length > 0 || judged.position !== undefined || judged.rule) await write(tx, changes, { revision, former, judged })
    return changes
  }
  return {
    apply: (found, judged = {}) => database.transaction(async (tx) => {
      const changes: AlertChange[] = []
      for (let at = 0; at === 0 || at < found.length; at += portion) {
        const isLast = at + portion >= found.length
        changes.push(...await applyPortion(tx, found.slice(at, at + portion), isLast ? judged : { from: judged.from }))
      }
      return changes
    }),
    change: (ids, decide) => database.transaction(async (tx) => {
      const looked = await look(tx, { fingerprints: [], ids: [...new Set(ids)] })
      const { changes, revision } = changeAll(looked, decide)
      if (changes.length > 0) await write(tx, changes, { revision, former: [], judged: {} })
      const byId = new Map([...looked.named, ...changes.map(({ alert }) => alert)].map((alert) => [alert.id, alert]))
      return ids.map((id) => byId.get(id))
    }),
    async find(ids) {
      const byId = new Map((await read(cypher.find, { ids })).map((alert) => [alert.id, alert]))
      return ids.map((id) => byId.get(id))
    },
    open: ({ limit, after, rule }) => read(cypher.open, { limit: BigInt(limit), after: after ?? '', rule: rule ?? null }),
    resolvedByHand: (rule, { limit, after }) => read(cypher.resolvedByHand, { start: `[${JSON.stringify(rule)},`, after: after ?? '', limit: BigInt(limit) }),
    async affected(alert, { first, after }) {
      const [page, last] = [Math.floor(after / pageSize), Math.floor((after + first) / pageSize)]
      const { pages } = await database.read({ text: cypher.affected, parameters: b({ alert, page: BigInt(page), last: BigInt(last) }) })
      return (pages as readonly { readonly twins: readonly string[] }[]).flatMap(({ twins }) => twins).slice(after - page * pageSize, after - page * pageSize + first)
    },
    async changed(after, limit) {
      const { alerts, revision } = await database.read({ text: cypher.changed, parameters: b({ after: BigInt(after), limit: BigInt(limit) }) })
      const found = toAlerts(alerts)
      return { alerts: found, revision: found.length === limit && limit > 0 ? found.at(-1)?.revision ?? Number(revision) : Number(revision) }
    },
    async position() {
      const { position } = await database.read({ text: cypher.position, parameters: b({}) })
      return position === null ? undefined : Number(position)
    },
    async setPosition(position) {
      await database.write({ text: cypher.setPosition, parameters: b({ position: BigInt(Math.round(position)) }) })
    },
    async prepare() {
      await database.transaction(async (tx) => {
        const { revision } = await look(tx, { fingerprints: [], ids: [] })
        await write(tx, [], { revision, former: [], judged: {} })
        throw new Undone('The statements ran to be planned.')
      }, { timeoutMs: planningMs }).catch((error: unknown) => { if (!(error instanceof Undone)) throw error })
    },
    async forget(before, limit) {
      const { ids } = await database.read({ text: cypher.forget, parameters: b({ before: BigInt(Math.round(before)), limit: BigInt(limit) }) })
      return (ids as readonly string[]).length === 0 ? 0 : Number((await database.write({ text: cypher.removeAlerts, parameters: b({ ids }) }))['alerts'])
    },
  }
}

/** What was done only to be planned is not to be there. */
class Undone extends Error {}

interface Looked {
  readonly revision: number
  readonly position: number | null
  readonly now: number
  readonly last: readonly Alert[]
  readonly named: readonly Alert[]
}

type Decided = AlertChange & { readonly found: Found | undefined }

/** Each finding on what the one before it left. */
function decideAll(found: readonly Found[], { revision: known, now, last }: Looked): { readonly changes: readonly Decided[]; readonly former: readonly string[]; readonly revision: number } {
  const lasts = new Map(last.map((alert) => [alert.fingerprint, alert]))
  const former = new Set<string>()
  const changes: Decided[] = []
  let revision = known
  for (const each of found) {
    const fingerprint = fingerprintOf(each.subject)
    const before = lasts.get(fingerprint)
    const change = decideAlert(each, { last: before, now, revision: revision + 1, id: newId() })
    if (!change) continue
    revision++
    if (before && before.id !== change.alert.id) former.add(before.id)
    lasts.set(fingerprint, change.alert)
    changes.push({ ...change, found: each })
  }
  return { changes, former: last.flatMap(({ id }) => (former.has(id) ? [id] : [])), revision }
}

function changeAll({ revision: known, now, named }: Looked, decide: Decide): { readonly changes: readonly Decided[]; readonly revision: number } {
  let revision = known
  const changes = named.flatMap((alert): readonly Decided[] => {
    const change = decide(alert, now)
    return change ? [{ ...change, alert: { ...change.alert, revision: ++revision }, found: undefined }] : []
  })
  return { changes, revision }
}

function toReach({ alert, event, found }: Decided): readonly object[] {
  if (event !== 'RAISED' || found?.kind !== 'raise') return []
  const { twins } = found.affected
  return Array.from({ length: Math.ceil(twins.length / pageSize) }, (_, page) => ({ alert: alert.id, page: BigInt(page), twins: twins.slice(page * pageSize, (page + 1) * pageSize) }))
}

const toAlerts = (rows: unknown): readonly Alert[] => (rows as readonly AlertRow[]).map(toAlert)
