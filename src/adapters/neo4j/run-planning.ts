import type { NewRun, RunStore } from '../../run/run-store.ts'
import type { Neo4jDatabase, Neo4jTransaction } from './database.ts'
import { noProgress } from './run-row.ts'
import * as cypher from './run-statements.ts'

/** No run has it. */
const nobody = ''

const blank: NewRun = {
  id: nobody, kind: 'SIMULATION', engine: { id: '', version: '', build: '' }, predictor: undefined, request: {}, inputs: '', configHash: '', pin: { cursor: 0, at: 0, watermark: 0, overrides: [], models: '', artifacts: [] },
  window: { from: 0, horizon: 0, step: 0 }, seed: 0, scenario: undefined, tags: [], priority: 0, deadlineMs: 0, mostAttempts: 1, report: { mapped: [], defaulted: [], converted: [], ignored: [] },
  repeats: undefined, createdBy: '', reads: [],
}

/** What was done only to be planned is not to be there. */
class Undone extends Error {}

/** A busy machine takes long to plan. */
const planningMs = 120_000

/** Lets the store plan what a run takes from its start to its end, so that the first one does not wait for it. Leaves nothing behind. */
export async function planRuns(store: RunStore, database: Pick<Neo4jDatabase, 'transaction'>, tenant: string, create: (tx: Neo4jTransaction, run: NewRun) => Promise<unknown>): Promise<void> {
  await database.transaction(async (tx) => {
    await create(tx, blank)
    throw new Undone('The run was made to plan its statements.')
  }, { timeoutMs: planningMs }).catch((error: unknown) => { if (!(error instanceof Undone)) throw error })
  await store.find([nobody])
  await store.claim(nobody, nobody, 0)
  await store.begin(nobody, nobody)
  await store.renew(nobody, [nobody], 0)
  await store.report(nobody, new Map([[nobody, noProgress]]))
  await store.end(nobody, nobody, { kind: 'CANCELLED', by: nobody }, { progress: noProgress, results: undefined })
  await database.transaction((tx) => tx.run({ text: cypher.addWrites, parameters: { b: { t: tenant, id: nobody, at: 0n, twins: [] } } }), { timeoutMs: planningMs })
  await store.cancel(nobody, nobody)
  await store.giveBack(nobody, nobody, { code: '', message: '', twin: undefined, isRetryable: true })
  await store.putBack(nobody, nobody, { code: '', message: '', twin: undefined, isRetryable: true }, 0)
}
