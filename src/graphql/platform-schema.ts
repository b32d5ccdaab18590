import { readdir, readFile } from 'node:fs/promises'
import { makeExecutableSchema } from '@graphql-tools/schema'
import type { IResolvers } from '@graphql-tools/utils'
import type { DocumentNode, GraphQLSchema } from 'graphql'
import { GraphQLScalarType, Kind, parse } from 'graphql'
import type { CatalogueContext } from './catalogue/catalogue-fields.ts'
import type { CatalogueReader } from './catalogue/catalogue-reader.ts'
import { createCatalogue } from './catalogue/create-catalogue.ts'
import { splitContract } from './catalogue/split-contract.ts'
import { scalars } from './scalars.ts'

export interface PlatformSchemaConfig<Context> {
  /** Every file of schema/, merged; `readContract()` reads them. */
  readonly contract: DocumentNode
  /** One map a noun. */
  readonly resolvers: readonly IResolvers<unknown, Context>[]
  readonly reader: CatalogueReader
  /** Whether to check the use of @neo4j/graphql's directives. */
  readonly validate?: boolean
}

/**
 * The platform's part of the API: the catalogue by @neo4j/graphql, all else by our resolvers. Made once at start;
 * the fields of models are added to it whenever models change.
 */
export async function createPlatformSchema<Context extends CatalogueContext>({ contract, resolvers, reader, validate = false }: PlatformSchemaConfig<Context>): Promise<GraphQLSchema> {
  const parts = splitContract(contract)
  const catalogue = await createCatalogue(parts, resolvers, reader, { validate })
  return makeExecutableSchema({
    typeDefs: [catalogue.typeDefs, parts.rest],
    resolvers: [catalogue.resolvers, kindsOf(parts.rest), describedScalars(parts.rest), ...resolvers],
    inheritResolversFromInterfaces: false,
  })
}

/** Results are unions, and problems an interface, of values that say by their `kind` what they are. */
function kindsOf({ definitions }: DocumentNode): IResolvers {
  const unions = definitions.flatMap((definition) => (definition.kind === Kind.UNION_TYPE_DEFINITION ? [definition.name.value] : []))
  return Object.fromEntries([...unions, 'Problem'].map((name) => [name, { __resolveType: ({ kind }: { readonly kind: string }): string => kind }]))
}

/** The scalars with the descriptions of the contract, which would be lost with the types they replace. */
function describedScalars({ definitions }: DocumentNode): IResolvers {
  const written = new Map(definitions.flatMap((definition) => (definition.kind === Kind.SCALAR_TYPE_DEFINITION ? [[definition.name.value, definition.description?.value]] : [])))
  return Object.fromEntries(Object.entries(scalars).map(([name, scalar]) => [name, new GraphQLScalarType({ ...scalar.toConfig(), description: written.get(name) })]))
}

const folder = new URL('../../schema/', import.meta.url)

/** The platform's contract: schema/*.graphql as one document. */
export async function readContract(): Promise<DocumentNode> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort()
  const documents = await Promise.all(names.map(async (name) => parse(await readFile(new URL(name, folder), 'utf8'))))
  return { kind: Kind.DOCUMENT, definitions: documents.flatMap(({ definitions }) => definitions) }
}
