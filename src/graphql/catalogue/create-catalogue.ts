import type { IResolvers } from '@graphql-tools/utils'
import { Neo4jGraphQL } from '@neo4j/graphql'
import type { DocumentNode, GraphQLObjectType, GraphQLSchema } from 'graphql'
import { isObjectType, parse, printSchema } from 'graphql'
import { type CatalogueContext, catalogueField } from './catalogue-fields.ts'
import type { CatalogueReader } from './catalogue-reader.ts'
import { presentCatalogue } from './present-catalogue.ts'
import type { Contract } from './split-contract.ts'

export interface Catalogue<Context> {
  readonly typeDefs: DocumentNode
  readonly resolvers: IResolvers<unknown, Context>
}

/** The features of @neo4j/graphql in use: none of its deprecated forms; `models(where: { dtmi: { eq } })` only. */
export const features = {
  excludeDeprecatedFields: { mutationOperations: true, aggregationFilters: true, aggregationFiltersOutsideConnection: true, relationshipFilters: true, attributeFilters: true },
}

/**
 * Queries of the catalogue's types: lists, filters, sorting, connections and figures, written by @neo4j/graphql.
 * `validate` checks the library's directives; tests do it, a start need not.
 */
export async function createCatalogue<Context extends CatalogueContext>(contract: Contract, resolvers: readonly IResolvers<unknown, Context>[], reader: CatalogueReader, { validate = false } = {}): Promise<Catalogue<Context>> {
  const ownFields = Object.fromEntries(resolvers.flatMap((map) => Object.entries(map)).filter(([name]) => contract.nodes.has(name)))
  const library = new Neo4jGraphQL({ typeDefs: contract.catalogue, resolvers: ownFields, features, validate })
  const schema = await library.getSchema()
  const definedElsewhere = new Set(contract.rest.definitions.flatMap((definition) => (isLeaf(definition.kind) && 'name' in definition ? definition.name?.value ?? [] : [])))
  return { typeDefs: presentCatalogue(parse(printSchema(schema)), contract.nodes, definedElsewhere), resolvers: libraryResolvers(schema, reader) }
}

const isLeaf = (kind: string): boolean => kind === 'ScalarTypeDefinition' || kind === 'EnumTypeDefinition'

/**
 * The library's resolvers of object types; its scalars are replaced by the platform's. Every field keeps the library's own:
 * its rows have a column for each alias, not for each field.
 */
function libraryResolvers<Context extends CatalogueContext>(schema: GraphQLSchema, reader: CatalogueReader): IResolvers<unknown, Context> {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__')) as readonly GraphQLObjectType[]
  return Object.fromEntries(types.map((type) => {
    const isQuery = type === schema.getQueryType()
    return [type.name, Object.fromEntries(Object.values(type.getFields()).flatMap(({ name, args, resolve }) =>
      (resolve ? [[name, isQuery ? catalogueField(name, resolve, args, reader) : resolve]] : [])))]
  }))
}
