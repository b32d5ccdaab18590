import type { Run, RunEnd, RunProgress, RunResults } from '../../run/run.ts'
import { workerLost } from '../../run/run-phase.ts'
import type { CreateOptions, NewRun, RunCreated, RunStore } from '../../run/run-store.ts'
import type { Neo4jDatabase, Neo4jTransaction } from './database.ts'
import { findAnswer } from './model-statements.ts'
import { createNeo4jRunMembers } from './run-members.ts'
import { planRuns } from './run-planning.ts'
import { createNeo4jRunRemoval } from './run-removal.ts'
import { noProgress, type RunRow, toColumns, toEndColumns, toFailureColumns, toProgressColumns, toResultColumns, toRun, toTime } from './run-row.ts'
import * as cypher from './run-statements.ts'

/** Twins in one statement. */
const portion = 5_000
/** Lost runs that one call gives back; the next call does more. */
const mostRecovered = 1_000

/** Runs as `(:_Run {_t, id, …})`, changed under the lock of the tenant's `(:_Runs)`; see run-statements for why. Which changes are allowed is `afterMove` of run-phase. */
export function createNeo4jRunStore(database: Pick<Neo4jDatabase, 'read' | 'write' | 'transaction'>, tenant: string): RunStore {
  const b = (more: Readonly<Record<string, unknown>>): { readonly b: Readonly<Record<string, unknown>> } => ({ b: { t: tenant, ...more } })
  /** A statement that changes one run, or none; none at all where the tenant has no runs. */
  const changeOne = async (text: string, parameters: Readonly<Record<string, unknown>>): Promise<Run | undefined> =>
    toRuns((await database.write({ text, parameters: b(parameters) }))['runs'])[0]
  const store: RunStore = {
    ...createNeo4jRunMembers(database, tenant),
    ...createNeo4jRunRemoval(database, tenant),
    create: (run, options) => database.transaction((tx) => create(tx, b, run, options)),
    async repeated({ key, digest }) {
      const found = (await database.read(findAnswer(tenant, key)))['found'] as Looked['answer']
      if (!found) return undefined
      if (found.digest !== digest) return { kind: 'keyReused' }
      const { run: id, seq } = JSON.parse(found.answer) as Answer
      const [run] = await store.find([id])
      return run && { kind: 'known', run, seq }
    },
    async find(ids) {
      const { runs } = await database.read({ text: cypher.find, parameters: b({ ids: [...ids] }) })
      const byId = new Map(toRuns(runs).map((run) => [run.id, run]))
      return ids.map((id) => byId.get(id))
    },
    claim: (id, owner, leaseMs) => changeOne(cypher.claim, { id, owner, leaseMs: BigInt(leaseMs) }),
    begin: async (id, owner) => await changeOne(cypher.begin, { id, owner }) !== undefined,
    async renew(owner, ids, leaseMs) {
      const { kept } = await database.write({ text: cypher.renew, parameters: b({ owner, ids: [...ids], leaseMs: BigInt(leaseMs) }) })
      return new Map((kept as readonly (readonly [string, string | null])[]).map(([id, cancelledBy]) => [id, { cancelledBy: cancelledBy ?? undefined }]))
    },
    async report(owner, progress) {
      if (progress.size === 0) return
      const rows = [...progress].map(([id, told]) => ({ id, columns: toProgressColumns(told), simulated: toSimulated(told) }))
      await database.write({ text: cypher.report, parameters: b({ owner, rows }) })
    },
    addWrites: ({ id, createdAt }, twins) => database.transaction((tx) => addWrites(tx, b, { id, createdAt }, twins)),
    end: (id, owner, end, outcome) => database.transaction((tx) => finish(tx, b, { id, owner, end, ...outcome })),
    putBack: (id, owner, failure, dueAt, forgives = false) => changeOne(cypher.putBack, {
      id, owner, forgives, dueAt: BigInt(Math.round(dueAt)), noProgress: toProgressColumns(noProgress), failure: JSON.stringify(failure), failureColumns: toFailureColumns(failure),
    }),
    giveBack: (id, owner, failure) => changeOne(cypher.giveBack, { id, owner, noProgress: toProgressColumns(noProgress), failure: JSON.stringify(failure), failureColumns: toFailureColumns(failure) }),
    cancel: (id, actor) => changeOne(cypher.cancel, { id, actor }),
    async waiting(limit) {
      return (await database.read({ text: cypher.waiting, parameters: b({ limit: BigInt(limit) }) }))['runs'] as readonly { readonly id: string; readonly priority: number; readonly dueAt: number }[]
    },
    async recover() {
      if ((await database.read({ text: cypher.anyLost, parameters: b({}) }))['isAny'] !== true) return []
      const parameters = b({ limit: BigInt(mostRecovered), noProgress: toProgressColumns(noProgress), failure: JSON.stringify(workerLost), failureColumns: toFailureColumns(workerLost) })
      return toRuns((await database.write({ text: cypher.recover, parameters }))['runs'])
    },
    async changed(after, limit) {
      const seen = Number((await database.read({ text: cypher.revision, parameters: b({}) }))['latest'])
      if (seen <= after || limit === 0) return { runs: [], revision: seen }
      const { latest, runs } = await database.write({ text: cypher.changed, parameters: b({ after: BigInt(after), limit: BigInt(limit) }) })
      const rows = runs as readonly (RunRow & { readonly revision: number })[]
      const last = rows.at(-1)
      return { runs: rows.map(toRun), revision: last !== undefined && rows.length === limit ? last.revision : Number(latest) }
    },
    prepare: () => planRuns(store, database, tenant, (tx, run) => create(tx, b, run, { force: true, mostOpen: Infinity, idempotency: undefined })),
  }
  return store
}

type Parameters = (more: Readonly<Record<string, unknown>>) => { readonly b: Readonly<Record<string, unknown>> }

const toRuns = (rows: unknown): readonly Run[] => ((rows ?? []) as readonly RunRow[]).map(toRun)

const toSimulated = ({ simulatedAt }: RunProgress): ReturnType<typeof toTime> | null => (simulatedAt === undefined ? null : toTime(simulatedAt))

interface Looked {
  readonly seq: number
  readonly answer: { readonly digest: string; readonly answer: string } | null
  readonly open: number
  readonly equal: RunRow | null
}

async function create(tx: Neo4jTransaction, b: Parameters, run: NewRun, { force, mostOpen, idempotency }: CreateOptions): Promise<RunCreated> {
  const looked = await tx.run({ text: cypher.look, parameters: b({ key: idempotency?.key ?? '', configHash: run.configHash, force, scenario: BigInt(run.scenario?.number ?? 0) }) }) as unknown as Looked
  if (idempotency && looked.answer) {
    if (looked.answer.digest !== idempotency.digest) return { kind: 'keyReused' }
    const { run: id, seq } = JSON.parse(looked.answer.answer) as Answer
    const known = toRuns((await tx.run({ text: cypher.find, parameters: b({ ids: [id] }) }))['runs'])[0]
    if (known) return { kind: 'known', run: known, seq }
  }
  const seq = Number(looked.seq)
  const keep = async (id: string): Promise<void> => {
    if (idempotency) await tx.run({ text: cypher.answer, parameters: b({ ...idempotency, answer: JSON.stringify({ run: id, seq } satisfies Answer) }) })
  }
  if (looked.equal) {
    await keep(looked.equal.id)
    return { kind: 'known', run: toRun(looked.equal), seq }
  }
  if (looked.open >= mostOpen) return { kind: 'tooMany', open: looked.open }
  const { from, horizon } = run.window
  const [twins = [], ...more] = portions(run.reads)
  const parameters = b({ columns: toColumns(run), noProgress: toProgressColumns(noProgress), from: toTime(from), to: toTime(from + horizon), twins })
  const [created] = toRuns((await tx.run({ text: cypher.create, parameters }))['runs'])
  if (!created) throw new Error(`Run ${run.id} was created, and the store did not answer with it.`)
  for (const twins of more) await tx.run({ text: cypher.addReads, parameters: b({ id: run.id, at: BigInt(created.createdAt), twins }) })
  await keep(created.id)
  return { kind: 'created', run: created, seq }
}

/** What a repeat with the same key is answered. */
interface Answer {
  readonly run: string
  readonly seq: number
}

interface Finish {
  readonly id: string
  readonly owner: string
  readonly end: RunEnd
  readonly progress: RunProgress
  readonly results: RunResults | undefined
}

async function addWrites(tx: Neo4jTransaction, b: Parameters, { id, createdAt }: Pick<Run, 'id' | 'createdAt'>, twins: readonly string[]): Promise<void> {
  for (const some of portions(twins)) await tx.run({ text: cypher.addWrites, parameters: b({ id, at: BigInt(createdAt), twins: some }) })
}

async function finish(tx: Neo4jTransaction, b: Parameters, { id, owner, end, progress, results }: Finish): Promise<Run | undefined> {
  const columns = { ...toProgressColumns(progress), ...toEndColumns(end), ...results ? toResultColumns(results) : {} }
  const [ended] = toRuns((await tx.run({ text: cypher.end, parameters: b({ id, owner, state: end.kind, columns, simulated: toSimulated(progress) }) }))['runs'])
  if (!ended) return undefined
  await addWrites(tx, b, ended, results?.writes ?? [])
  return ended
}

/** Each twin once. */
function* portions(twins: readonly string[]): Generator<readonly string[]> {
  const distinct = [...new Set(twins)]
  for (let at = 0; at < distinct.length; at += portion) yield distinct.slice(at, at + portion)
}
