import { getNamedType, type GraphQLNamedType, type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isIntrospectionType, isObjectType, isSpecifiedScalarType, isUnionType, validateSchema } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { resolvers } from '../../resolvers/index.ts'
import { createNeo4jCatalogueReader } from '../../src/adapters/neo4j/catalogue-reader.ts'
import { splitContract } from '../../src/graphql/catalogue/split-contract.ts'
import { createPlatformSchema, readContract } from '../../src/graphql/platform-schema.ts'
import { generatedSuffix, reservedFields, reservedTypes } from '../../src/model/reserved-names.ts'
import { testDatabase } from '../support/neo4j.ts'

let schema: GraphQLSchema
const ownTypes = (): readonly GraphQLNamedType[] => Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))

beforeAll(async () => {
  schema = await createPlatformSchema({ contract: await readContract(), resolvers, reader: createNeo4jCatalogueReader(testDatabase()), validate: true })
})

describe('The platform\'s schema', () => {
  it('is valid, and so is the use of @neo4j/graphql\'s directives in it', () => {
    expect(validateSchema(schema)).toEqual([])
  })

  it('describes every type, field, argument and value', () => {
    expect(ownTypes().flatMap((type) => undescribed(type))).toEqual([])
  })

  it('shows nothing of what exists for rules only, and no deprecated form of the library', () => {
    const fields = ownTypes().flatMap((type) => (isObjectType(type) || isInputObjectType(type) ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : []))
    expect(fields.filter((field) => /^Model.*\.(tenant|source|_source|_dtmi)$/.test(field))).toEqual([])
    expect(fields.filter((field) => /_(EQ|IN|CONTAINS|LT|GT)$/.test(field))).toEqual([])
    expect(Object.keys(schema.getMutationType()?.getFields() ?? {}).filter((name) => /^(create|update|delete)Models$/.test(name))).toEqual([])
  })

  it('keeps interfaces, unions and plain types beside the catalogue as they are written', () => {
    expect(isInterfaceType(schema.getType('Twin'))).toBe(true)
    const result = schema.getType('PublishModelsResult')
    expect(isUnionType(result) && result.getTypes().map(({ name }) => name)).toEqual(['PublishModelsSuccess', 'Invalid', 'Conflict', 'LimitReached'])
    const problem = schema.getType('Problem')
    expect(isInterfaceType(problem) && schema.getPossibleTypes(problem).map(({ name }) => name).sort()).toEqual(['Conflict', 'Invalid', 'LimitReached', 'NotFound', 'ScenarioConflicts', 'Unsupported'])
  })

  it('holds the filters that the domain shares with it', () => {
    for (const name of ['StringScalarFilters', 'IDScalarFilters', 'BooleanScalarFilters', 'DateScalarFilters', 'DateTimeScalarFilters']) expect(isInputObjectType(schema.getType(name)), name).toBe(true)
  })

  it('never has a name that a model could be given', () => {
    const free = ownTypes().map(({ name }) => name).filter((name) => !reservedTypes.has(name) && !generatedSuffix.test(name) && !hasReservedJoint(name))
    expect(free).toEqual([])
    const fields = ['Query', 'Subscription'].flatMap((name) => fieldNames(schema.getType(name)))
    expect(fields.filter((name) => !reservedFields.has(name))).toEqual([])
  })
})

/** `PublishModelsSuccess`, `PublishModelsResult`, `Page_Connection`: joints that the naming of models knows. */
const hasReservedJoint = (name: string): boolean => reservedTypes.has(name.split('_')[0] ?? '')

const fieldNames = (type: GraphQLNamedType | undefined): readonly string[] => (isObjectType(type) ? Object.keys(type.getFields()) : [])

function undescribed(type: GraphQLNamedType): readonly string[] {
  const root = ['Query', 'Mutation', 'Subscription'].includes(type.name)
  const missing = type.description || root ? [] : [type.name]
  if (isEnumType(type)) return [...missing, ...type.getValues().filter(({ description }) => !description).map(({ name }) => `${type.name}.${name}`)]
  if (isInputObjectType(type)) return [...missing, ...Object.values(type.getFields()).filter(({ description }) => !description).map(({ name }) => `${type.name}.${name}`)]
  if (!isObjectType(type) && !isInterfaceType(type)) return missing
  return [...missing, ...Object.values(type.getFields()).flatMap(({ name, description, args }) => [
    ...(description ? [] : [`${type.name}.${name}`]),
    ...args.filter((argument) => !argument.description).map((argument) => `${type.name}.${name}(${argument.name}: ${getNamedType(argument.type).name})`),
  ])]
}

describe('The contract\'s two halves', () => {
  it('give the library the catalogue only', async () => {
    const { catalogue, nodes } = splitContract(await readContract())
    const names = catalogue.definitions.flatMap((definition) => ('name' in definition && definition.name ? [definition.name.value] : []))
    expect([...nodes.keys()].every((name) => names.includes(name))).toBe(true)
    expect(names).not.toContain('Twin')
    expect(names).not.toContain('Query')
  })
})
