import fc from 'fast-check'
import { expect, test } from 'vitest'
import { storedTenant, testDatabase } from '../support/neo4j.ts'
import { createTestDomain } from '../support/domain.ts'
import { listArguments, plants, selections } from './arbitraries.ts'
import { answer } from './brute-force.ts'
import { plantModels } from './plant.ts'
import { queryText } from './query-text.ts'
import { plantStatements } from './write-plant.ts'

const database = testDatabase()

test('every query over a random graph answers what plain evaluation in memory answers, with literals and with variables', async () => {
  await fc.assert(fc.asyncProperty(plants, fc.array(fc.constantFrom('Zone' as const, 'Asset' as const, 'Pump' as const, 'Valve' as const).chain((kind) => fc.tuple(listArguments(kind, 2), selections(kind, 2))), { minLength: 6, maxLength: 6 }), async (plant, queries) => {
    const { tenant, label: tenantLabel } = await storedTenant('answers')
    const domain = await createTestDomain(plantModels, { graph: database, tenant, tenantLabel })
    for (const statement of plantStatements(plant, domain.registry, tenant, tenantLabel)) await database.write(statement)
    for (const [args, selection] of queries) {
      const expected = answer(plant, plant.twins, args, selection)
      for (const asVariables of [false, true]) {
        const { text, variables } = queryText(args, selection, asVariables)
        const { data, errors } = await domain.query(text, variables)
        expect(errors, text).toBeUndefined()
        expect(Object.values(data ?? {})[0], `${text}\n${JSON.stringify(variables)}`).toEqual(expected)
      }
    }
  }), { numRuns: Number(process.env['TWINFOLD_TEST_RUNS'] ?? 25) })
})
