import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTestDomain, type TestDomain } from '../support/domain.ts'
import { storedTenant, testDatabase } from '../support/neo4j.ts'
import { plants, sorts, wheres } from './arbitraries.ts'
import { answer, holds } from './brute-force.ts'
import { isOf, type Plant, plantModels } from './plant.ts'
import { withEnumNames } from './query-text.ts'
import { plantStatements } from './write-plant.ts'

const database = testDatabase()
async function domainOf(plant: Plant): Promise<TestDomain> {
  const { tenant, label: tenantLabel } = await storedTenant('paging')
  const domain = await createTestDomain(plantModels, { graph: database, tenant, tenantLabel })
  for (const statement of plantStatements(plant, domain.registry, tenant, tenantLabel)) await database.write(statement)
  return domain
}

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly _id: string } }[]
  readonly totalCount: number
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly endCursor: string | null }
}

test('walking the pages of any size, in any order, missing values included, gives every twin once and in order', async () => {
  await fc.assert(fc.asyncProperty(plants, sorts('Asset'), wheres('Asset', 1), fc.integer({ min: 1, max: 4 }), async (plant, sort, where, first) => {
    const domain = await domainOf(plant)
    const expected = answer(plant, plant.twins, { where, sort, limit: null, offset: null }, { type: 'Asset', scalars: [], nested: [], motor: false, ofPumps: [] })
    const found: string[] = []
    for (let after: string | null = null, more = true; more;) {
      const text = 'query($w: Asset_Where, $s: [Asset_Sort!], $f: Int, $a: String) { assetsConnection(where: $w, sort: $s, first: $f, after: $a) { totalCount edges { cursor node { _id } } pageInfo { hasNextPage hasPreviousPage endCursor } } }'
      const { data, errors } = await domain.query(text, { w: withEnumNames(where), s: sort, f: first, a: after })
      expect(errors).toBeUndefined()
      const page = data?.['assetsConnection'] as Connection
      expect(page.totalCount).toBe(expected.length)
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null)
      expect(page.edges.at(-1)?.cursor ?? null).toBe(page.pageInfo.endCursor)
      found.push(...page.edges.map((edge) => edge.node._id))
      more = page.pageInfo.hasNextPage
      after = page.pageInfo.endCursor
    }
    expect(found).toEqual(expected.map((row) => (row as { _id: string })._id))
  }), { numRuns: 20 })
})

test('a cursor of another order, or of nobody, is refused with what to give', async () => {
  const domain = await domainOf({ twins: [{ id: 'a', kind: 'Zone', values: { name: 'x', rank: 1 } }, { id: 'b', kind: 'Zone', values: { name: 'y', rank: 2 } }], links: [] })
  const page = (sort: string, after: string) => domain.query(`{ zonesConnection(first: 1, sort: [${sort}], after: ${JSON.stringify(after)}) { edges { cursor } } }`)
  const { data } = await domain.query('{ zonesConnection(first: 1, sort: [{ rank: ASC }]) { pageInfo { endCursor } } }')
  const { endCursor } = (data?.['zonesConnection'] as { pageInfo: { endCursor: string } }).pageInfo
  expect((await page('{ rank: ASC }', endCursor)).errors).toBeUndefined()
  for (const [sort, after] of [['{ rank: DESC }', endCursor], ['{ name: ASC }', endCursor], ['{ rank: ASC }', 'zzz']] as const) {
    expect((await page(sort, after)).errors?.[0]?.message).toContain('Give an endCursor that the same field returned')
  }
})

test('figures over a connection are those of the twins the condition selects, whatever the page', async () => {
  await fc.assert(fc.asyncProperty(plants, wheres('Asset', 1), async (plant, where) => {
    const domain = await domainOf(plant)
    const chosen = plant.twins.filter((twin) => isOf(twin.kind, 'Asset') && holds(plant, twin, where) === true)
    const text = 'query($w: Asset_Where) { assetsConnection(where: $w, first: 1) { aggregate { count { nodes } node { weight { min max average sum } name { longest } } } } }'
    const { data, errors } = await domain.query(text, { w: withEnumNames(where) })
    expect(errors).toBeUndefined()
    const { count, node } = (data?.['assetsConnection'] as { aggregate: { count: { nodes: number }; node: Record<string, Record<string, unknown>> } }).aggregate
    const weights = chosen.flatMap((twin) => (typeof twin.values['weight'] === 'number' ? [twin.values['weight']] : []))
    const names = chosen.flatMap((twin) => (typeof twin.values['name'] === 'string' ? [twin.values['name']] : []))
    expect(count.nodes).toBe(chosen.length)
    expect(node['weight']?.['sum']).toBeCloseTo(weights.reduce((sum, weight) => sum + weight, 0))
    expect([node['weight']?.['min'], node['weight']?.['max']]).toEqual(weights.length > 0 ? [Math.min(...weights), Math.max(...weights)] : [null, null])
    expect([...String(node['name']?.['longest'] ?? '')].length).toBe(Math.max(0, ...names.map((name) => [...name].length)))
  }), { numRuns: 15 })
})
