import type { GraphQLEnumType, GraphQLInputFieldConfig } from 'graphql'
import { GraphQLInputObjectType } from 'graphql'
import type { Property, Relationship, Telemetry } from '../../model/model.ts'
import type { RegisteredModel } from '../../model/registry.ts'
import { latestColumn } from '../../twin/columns.ts'
import { storedKind } from '../../twin/stored-value.ts'
import type { ColumnKind, SortRole } from '../role.ts'
import { type Book, byName } from './book.ts'
import { declaringType } from './field-names.ts'

type Field = readonly [string, GraphQLInputFieldConfig]

const systemColumns: readonly (readonly [string, string, ColumnKind])[] = [
  ['_id', '_id', 'string'], ['_model', '_model', 'string'], ['_version', '_v', 'integer'], ['_createdAt', '_from', 'instant'], ['_updatedAt', '_since', 'instant'],
]

/** What twins of a model can be sorted by: its scalar properties, and the latest values of its scalar telemetry. Missing values come last, in DESC first. */
export function sortType(book: Book, model: RegisteredModel | undefined): GraphQLInputObjectType {
  const of = model?.names.type ?? 'Twin'
  return book.define(`${of}_Sort`, (name) => new GraphQLInputObjectType({
    name,
    description: `An order of ${of}; give one field an object, the objects in order of weight.`,
    fields: () => byName([
      ...systemColumns.map(([field, column, stored]) => sortField(book, field, { column, stored })),
      ...[...(model?.contents.values() ?? [])].flatMap((content) => (content.kind === 'Property' ? valueSort(book, content, content.name) : content.kind === 'Telemetry' ? valueSort(book, content, latestColumn(content.name)) : [])),
    ]),
  }))
}

export function connectionSortType(book: Book, model: RegisteredModel, relationship: Relationship): GraphQLInputObjectType {
  const owner = declaringType(model, relationship)
  const target = relationship.target === undefined ? undefined : book.registry.get(relationship.target)
  return book.define(`${owner}_${relationship.name}_ConnectionSort`, (name) => new GraphQLInputObjectType({
    name,
    description: `An order of ${owner}.${relationship.name}: by the twin or by the relationship.`,
    fields: () => ({
      node: { type: sortType(book, target), description: 'By the twin at the other end.' },
      edge: { type: edgeSort(book, owner, relationship), description: 'By the relationship.' },
    }),
  }))
}

function edgeSort(book: Book, owner: string, relationship: Relationship): GraphQLInputObjectType {
  return book.define(`${owner}_${relationship.name}_EdgeProperties_Sort`, (name) => new GraphQLInputObjectType({
    name,
    description: `An order of the relationships ${owner}.${relationship.name}.`,
    fields: () => byName([sortField(book, '_id', { column: '_id', stored: 'string' }), ...relationship.properties.flatMap((property) => valueSort(book, property, property.name))]),
  }))
}

function valueSort(book: Book, { name, schema }: Property | Telemetry, column: string): readonly Field[] {
  const stored = storedKind(schema)
  return stored === 'json' || stored === 'point' ? [] : [sortField(book, name, { column, stored })]
}

function sortField(book: Book, name: string, sort: SortRole): Field {
  return [name, { type: book.platform('SortDirection') as GraphQLEnumType, description: name, extensions: { sort } }]
}
