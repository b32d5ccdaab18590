import { expect, it } from 'vitest'
import { ensureModelIndexes } from '../../../src/adapters/neo4j/model-indexes.ts'
import { ensureSchema } from '../../../src/adapters/neo4j/schema.ts'
import { testDatabase } from '../../support/neo4j.ts'

const database = testDatabase()

it('Several processes may make the store\'s constraints and indexes at once', async () => {
  await database.transaction((tx) => tx.run({ text: 'DROP INDEX model_tenant IF EXISTS', parameters: {} }))
  await Promise.all(Array.from({ length: 6 }, async () => { await ensureSchema(database); await ensureModelIndexes(database) }))
  const { names } = await database.read({ text: 'SHOW INDEXES YIELD name WHERE name IN [\'model_tenant\', \'twin_model\', \'past_state\'] RETURN collect(name) AS names', parameters: {} })
  expect(new Set(names as string[])).toEqual(new Set(['model_tenant', 'twin_model', 'past_state']))
})
