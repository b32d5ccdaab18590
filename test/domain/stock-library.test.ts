import { Neo4jGraphQL } from '@neo4j/graphql'
import fc from 'fast-check'
import { graphql } from 'graphql'
import { expect, test } from 'vitest'
import { createTestDomain } from '../support/domain.ts'
import { storedTenant, testDatabase } from '../support/neo4j.ts'
import { listArguments, plants, selections } from './arbitraries.ts'
import type { Selection } from './brute-force.ts'
import { type Plant, plantModels } from './plant.ts'
import { queryText } from './query-text.ts'
import { plantStatements } from './write-plant.ts'

const database = testDatabase()

/** The plant's ontology as @neo4j/graphql takes it, over the same nodes; the tenant's label keeps tests apart. */
const stockTypes = (label: string): string => {
  const asset = 'name: String weight: Float active: Boolean installed: DateTime tags: [String!]'
  const hops = `partOf: [Zone!]! @relationship(type: "partOf", direction: OUT, properties: "Share")
    feeds: [Asset!]! @relationship(type: "feeds", direction: OUT, properties: "Share")`
  return `
    type Share @relationshipProperties { share: Float }
    type Zone @node(labels: ["Zone", "${label}"]) { _id: ID! name: String rank: Int }
    interface Asset { _id: ID! ${asset} partOf: [Zone!]! @declareRelationship feeds: [Asset!]! @declareRelationship }
    type Pump implements Asset @node(labels: ["Pump", "${label}"]) { _id: ID! ${asset} ratedFlow: Float ${hops} }
    type Valve implements Asset @node(labels: ["Valve", "${label}"]) { _id: ID! ${asset} opening: Int ${hops} guards: [Pump!]! @relationship(type: "guards", direction: OUT) }`
}

/** What only Twinfold has (isNull, 64-bit integers, maps, components, enums with values of their own), writes otherwise (an interface's edges), or answers (it takes limit 0 for no limit). */
const ours = /isNull|serial|labels|status|motor|hasKey|Connection|"limit":0/
const shared = (selection: Selection): Selection => ({
  ...selection, motor: false, scalars: selection.scalars.filter((name) => !ours.test(name)), nested: selection.nested.map((nested) => ({ ...nested, selection: shared(nested.selection) })),
})
const withoutBareAssets = (plant: Plant): Plant => {
  const twins = plant.twins.filter((twin) => twin.kind !== 'Asset')
  const kept = new Set(twins.map((twin) => twin.id))
  return { twins, links: plant.links.filter((link) => kept.has(link.from) && kept.has(link.to)) }
}

const queries = fc.constantFrom('Zone' as const, 'Asset' as const, 'Pump' as const, 'Valve' as const)
  .chain((kind) => fc.tuple(listArguments(kind, 1), selections(kind, 2)))
  .map(([args, selection]) => [args, shared(selection)] as const)
  .filter((query) => !ours.test(JSON.stringify(query).replaceAll('"motor":false', '')))

test('the same query over the same graph gives the answer that @neo4j/graphql gives', async () => {
  let compared = 0
  await fc.assert(fc.asyncProperty(plants, fc.array(queries, { minLength: 6, maxLength: 6 }), async (given, corpus) => {
    const plant = withoutBareAssets(given)
    const { tenant, label: tenantLabel } = await storedTenant('stock')
    const domain = await createTestDomain(plantModels, { graph: database, tenant, tenantLabel })
    const stock = await new Neo4jGraphQL({ typeDefs: stockTypes(tenantLabel), driver: database.driver }).getSchema()
    for (const statement of plantStatements(plant, domain.registry, tenant, tenantLabel)) await database.write(statement)
    for (const [args, selection] of corpus) {
      const { text } = queryText(args, selection, false)
      const theirs = await graphql({ schema: stock, source: text.replaceAll(/(limit|offset): null,?/g, ''), contextValue: {} })
      const { data, errors } = await domain.query(text)
      expect(errors, text).toBeUndefined()
      expect(theirs.errors, text).toBeUndefined()
      expect(data, text).toEqual(theirs.data)
      compared++
    }
  }), { numRuns: 8 })
  expect(compared).toBeGreaterThanOrEqual(48)
}, 400_000)
