import fc from 'fast-check'
import { type FieldNode, type OperationDefinitionNode, parse } from 'graphql'
import { expect, test } from 'vitest'
import { readArguments } from '../../src/domain/compile/argument.ts'
import { createJudge } from '../../src/domain/live/judge.ts'
import { aTwin, wheres } from '../domain/arbitraries.ts'
import { holds } from '../domain/brute-force.ts'
import { isOf, type Kind, plantModels } from '../domain/plant.ts'
import { literal, rootField } from '../domain/query-text.ts'
import { createTestDomain } from '../support/domain.ts'

const graph = { read: () => Promise.reject(new Error('Nothing is read.')) }

test('a filter that is judged in memory says what Cypher would say, three-valued logic and all', async () => {
  const { schema, registry } = await createTestDomain(plantModels, { graph, tenant: 'none', tenantLabel: '_T0' })
  let judged = 0
  let positive = 0
  fc.assert(fc.property(fc.constantFrom<Kind>('Zone', 'Asset', 'Pump', 'Valve').chain((kind) => fc.tuple(fc.constant(kind), wheres(kind, 2))), fc.array(aTwin, { minLength: 5, maxLength: 5 }), ([kind, where], twins) => {
    const root = (parse(`{ ${rootField[kind]}(where: ${literal(where)}) { _id } }`).definitions[0] as OperationDefinitionNode).selectionSet.selections[0] as FieldNode
    const field = schema.getQueryType()?.getFields()[rootField[kind]]
    const judge = createJudge(registry, registry.byType(kind), readArguments(field?.args ?? [], root.arguments, {}).get('where'), {})
    if (!judge) return
    for (const [index, twin] of twins.entries()) {
      const id = `t${index}`
      const expected = isOf(twin.kind, kind) && holds({ twins: [], links: [] }, { ...twin, id }, where) === true
      const columns: Readonly<Record<string, unknown>> = { ...twin.values, _id: id, _model: `dtmi:plant:${twin.kind};1` }
      expect(judge.belongs(columns), JSON.stringify([where, twin])).toBe(expected)
      if (expected) for (const { column, values } of judge.keys) expect(values, JSON.stringify([where, twin])).toContain(columns[column])
      judged++
      if (expected) positive++
    }
  }), { numRuns: 3_000 })
  expect(judged).toBeGreaterThan(2_000)
  expect(positive).toBeGreaterThan(300)
})
