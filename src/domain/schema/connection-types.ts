import type { GraphQLFieldConfig, GraphQLOutputType } from 'graphql'
import { GraphQLID, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLString } from 'graphql'
import type { Relationship } from '../../model/model.ts'
import type { RegisteredModel } from '../../model/registry.ts'
import { aggregateType } from './aggregate-types.ts'
import { type Book, byName, describe } from './book.ts'
import { declaringType } from './field-names.ts'
import { propertyField } from './property-field.ts'

/** The type of a model's twins; given from outside, since it has connections of its own. */
type TwinType = (book: Book, model: RegisteredModel | undefined) => GraphQLOutputType

const required = (type: GraphQLOutputType): GraphQLNonNull<GraphQLOutputType> => new GraphQLNonNull(type)
const listOf = (type: GraphQLOutputType): GraphQLNonNull<GraphQLOutputType> => required(new GraphQLList(required(type)))

/** `Pumps_Connection`: the twins of a model, a page at a time. */
export function rootConnection(book: Book, model: RegisteredModel | undefined, twinType: TwinType): GraphQLObjectType {
  const of = model?.names.type ?? 'Twin'
  const edge = book.define(`${of}_Edge`, (name) => new GraphQLObjectType({
    name,
    description: `A ${of} and its place in the list.`,
    fields: () => ({ cursor: cursorField, node: { type: required(twinType(book, model)), description: 'The twin.' } }),
  }))
  return connection(book, `${pluralType(model)}_Connection`, edge, model)
}

/** `Pump_feeds_Connection`: the relationships of one name, with the twins they lead to. */
export function relationshipConnection(book: Book, model: RegisteredModel, relationship: Relationship, twinType: TwinType): GraphQLObjectType {
  const prefix = `${declaringType(model, relationship)}_${relationship.name}`
  const target = relationship.target === undefined ? undefined : book.registry.get(relationship.target)
  const edge = book.define(`${prefix}_Edge`, (name) => new GraphQLObjectType({
    name,
    description: `One relationship ${relationship.name} and the twin it leads to.`,
    fields: () => ({
      cursor: cursorField,
      node: { type: required(twinType(book, target)), description: 'The twin at the other end.' },
      properties: { type: required(edgeProperties(book, prefix, relationship)), description: 'The relationship itself.' },
    }),
  }))
  return connection(book, `${prefix}_Connection`, edge, target)
}

function edgeProperties(book: Book, prefix: string, relationship: Relationship): GraphQLObjectType {
  return book.define(`${prefix}_EdgeProperties`, (name) => new GraphQLObjectType({
    name,
    description: describe(relationship, `A relationship ${relationship.name}.`),
    fields: () => byName<GraphQLFieldConfig<Readonly<Record<string, unknown>>, unknown>>([
      ['_id', { type: required(GraphQLID), description: 'Unique among the source\'s relationships of this name.' }],
      ['_version', { type: required(GraphQLInt), description: 'Counts its changes.', resolve: (source) => source['_v'] }],
      ...relationship.properties.map((property) => [property.name, propertyField(book, property, `${prefix}_${property.name}`)] as const),
    ]),
  }))
}

function connection(book: Book, typeName: string, edge: GraphQLObjectType, node: RegisteredModel | undefined): GraphQLObjectType {
  return book.define(typeName, (name) => new GraphQLObjectType({
    name,
    description: 'A page, and figures over all pages.',
    fields: () => ({
      edges: { type: listOf(edge), description: 'The items of the page.' },
      pageInfo: { type: required(book.output('PageInfo')), description: 'Whether there is more.' },
      totalCount: { type: required(GraphQLInt), description: 'How many there are in all pages.' },
      aggregate: { type: required(aggregateType(book, node)), description: 'Figures over all pages; computed only when asked for.' },
    }),
  }))
}

const cursorField = { type: required(GraphQLString), description: 'Give it as `after` to go on from here.' }

function pluralType(model: RegisteredModel | undefined): string {
  if (!model) return 'Twins'
  const plural = model.names.plural.replace(/_+$/, '')
  const name = plural.charAt(0).toUpperCase() + plural.slice(1)
  return model.names.plural.endsWith('_') || name === model.names.type ? `${model.names.type}_s` : name
}
