import { createNeo4jTwinStore } from '../../src/adapters/neo4j/twin-store.ts'
import { createModelService } from '../../src/model/model-service.ts'
import { createNeo4jModelStore } from '../../src/adapters/neo4j/model-store.ts'
import type { Changeset } from '../../src/twin/command.ts'
import { createGroupCommit } from '../../src/twin/group-commit.ts'
import { quantile, timed } from './measure.ts'
import type { Stage } from './stage.ts'

/** Of a transaction, in ms. */
export interface Cost {
  readonly bare: number
  readonly whole: number
}

const bareText = 'UNWIND $b.rows AS row MATCH (n:Twin {_t: $b.t, _id: row.id}) USING INDEX SEEK n:Twin(_t, _id) SET n += row.set RETURN count(n) AS done'

/** What mutations cost that record what was, against nothing but a SET of the same properties on the graph without history: the same twins a transaction, in turns. None of a building that a scenario edits. */
export async function timeMutations({ database, bare, lived }: Pick<Stage, 'database' | 'bare' | 'lived'>, { size, rounds }: { readonly size: number; readonly rounds: number }): Promise<Cost> {
  const models = await createModelService({ store: createNeo4jModelStore(database, lived.tenant.tenant) })
  await using commits = createGroupCommit(createNeo4jTwinStore(database, lived.tenant), models)
  const costs = { bare: [] as number[], whole: [] as number[] }
  for (let round = -20; round < rounds; round++) { // the first for plans and the compiler
    const rows = Array.from({ length: size }, (_, k) => ({ id: `sensor-${10_000 + (((round + 20) * size + k * 17) % 70_000)}`, set: { setpoint: round + k / 1_000, status: k % 50 === 0 ? 'FAULT' : 'OK' } }))
    const bareMs = await timed(() => database.write({ text: bareText, parameters: { b: { t: bare.tenant.tenant, rows } } }))
    const wholeMs = await timed(async () => {
      const outcome = await commits.submit(changesetOf(rows))
      if (!outcome.ok) throw new Error(`A mutation was refused: ${JSON.stringify(outcome)}`)
    })
    if (round < 0) continue
    costs.bare.push(bareMs)
    costs.whole.push(wholeMs)
  }
  return { bare: quantile(costs.bare, 0.5), whole: quantile(costs.whole, 0.5) }
}

const changesetOf = (rows: readonly { readonly id: string; readonly set: object }[]): Changeset => ({
  commands: rows.map(({ id, set }) => ({ kind: 'updateTwin', id, patch: set, ifVersion: undefined, model: undefined })),
  onProblem: 'REFUSE_ALL', batch: true, path: 'twins', actor: 'bench', cause: 'updateTwin', idempotency: undefined,
})
