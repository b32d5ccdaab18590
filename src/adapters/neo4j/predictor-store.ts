import type { PredictorHead, PredictorRegistered, PredictorStore } from '../../prediction/predictor-store.ts'
import type { Idempotency } from '../../scenario/scenario-store.ts'
import type { Neo4jDatabase } from './database.ts'
import { findAnswer } from './model-statements.ts'
import { type PredictorRow, toColumns, toPredictor } from './predictor-row.ts'
import * as cypher from './predictor-statements.ts'

/** Predictors as `(:_Predictor {_t, id, name, version, stage, card: JSON text, …})`, changed under the lock of their name's `(:_PredictorName {_t, name, latest, active})`. */
export function createNeo4jPredictorStore(database: Pick<Neo4jDatabase, 'read' | 'write' | 'transaction'>, tenant: string): PredictorStore {
  const b = (more: Readonly<Record<string, unknown>>): { readonly b: Readonly<Record<string, unknown>> } => ({ b: { t: tenant, ...more } })
  const find: PredictorStore['find'] = async (ids, signal) => {
    const { predictors } = await database.read({ text: cypher.find, parameters: b({ ids: [...new Set(ids)] }) }, { signal })
    const byId = new Map((predictors as readonly PredictorRow[]).map((row) => [row.id, toPredictor(row)]))
    return ids.map((id) => byId.get(id))
  }
  const answered = async (found: Kept | null, { digest }: Idempotency): Promise<PredictorRegistered | undefined> => {
    if (!found) return undefined
    if (found.digest !== digest) return { kind: 'keyReused' }
    const [predictor] = await find([(JSON.parse(found.answer) as Answer).predictor])
    return predictor && { kind: 'registered', predictor, isNew: false }
  }
  return {
    async register(given, idempotency) {
      return await database.transaction(async (tx) => {
        const columns = toColumns(given)
        const { answer, equal } = await tx.run({ text: cypher.look, parameters: b({ key: idempotency?.key ?? '', columns }) }) as unknown as Looked
        const before = idempotency && await answered(answer, idempotency)
        if (before) return before
        const row = equal ?? (await tx.run({ text: cypher.create, parameters: b({ columns }) }))['predictor'] as PredictorRow
        if (idempotency) await tx.run({ text: cypher.answer, parameters: b({ ...idempotency, answer: JSON.stringify({ predictor: row.id } satisfies Answer) }) })
        return { kind: 'registered', predictor: toPredictor(row), isNew: equal === null }
      })
    },
    repeated: async (idempotency) => await answered((await database.read(findAnswer(tenant, idempotency.key)))['found'] as Kept | null, idempotency),
    async setStage(id, stage) {
      const { predictor } = await database.write({ text: cypher.setStage, parameters: b({ id, stage }) })
      return predictor === null ? undefined : toPredictor(predictor as PredictorRow)
    },
    find,
    async head(idOrName, signal) {
      const statement = idOrName.includes(';') ? { text: cypher.headOfId, parameters: b({ id: idOrName }) } : { text: cypher.headOfName, parameters: b({ name: idOrName }) }
      return toHead((await database.read(statement, { signal }))['head'] as HeadRow | null)
    },
    async names(limit) {
      return (await database.read({ text: cypher.names, parameters: b({ limit: BigInt(limit) }) }))['names'] as readonly string[]
    },
  }
}

type HeadRow = Pick<PredictorRow, 'id' | 'stage' | 'stagedAtMs'>

const toHead = (row: HeadRow | null): PredictorHead | undefined => (row === null ? undefined : { id: row.id, stage: row.stage, stagedAt: row.stagedAtMs })

interface Kept {
  readonly digest: string
  readonly answer: string
}

/** What a repeat with the same key is answered. */
interface Answer {
  readonly predictor: string
}

interface Looked {
  readonly answer: Kept | null
  readonly equal: PredictorRow | null
}
