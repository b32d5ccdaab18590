import type { GraphQLFieldConfig, GraphQLOutputType } from 'graphql'
import { GraphQLFloat, GraphQLInt, GraphQLNonNull, GraphQLObjectType } from 'graphql'
import type { RegisteredModel } from '../../model/registry.ts'
import { storedKind } from '../../twin/stored-value.ts'
import { readStored } from '../values.ts'
import { type Book, byName } from './book.ts'
import { outputType } from './value-types.ts'

/** `aggregate { count { nodes } node { area { min max average sum } } }`, as in @neo4j/graphql. */
export function aggregateType(book: Book, model: RegisteredModel | undefined): GraphQLObjectType {
  const of = model?.names.type ?? 'Twin'
  return book.define(`${of}_Aggregate`, (name) => new GraphQLObjectType({
    name,
    description: `Figures over all ${of} that the condition selects, whatever the page.`,
    fields: () => {
      const node = nodeType(book, model)
      return {
        count: { type: new GraphQLNonNull(countType(book)), description: 'How many.' },
        ...(node && { node: { type: new GraphQLNonNull(node), description: 'Figures of their properties.' } }),
      }
    },
  }))
}

function countType(book: Book): GraphQLObjectType {
  return book.define('Twins_Aggregate', (name) => new GraphQLObjectType({ name, description: 'A number of twins.', fields: { nodes: { type: new GraphQLNonNull(GraphQLInt), description: 'How many twins.' } } }))
}

function nodeType(book: Book, model: RegisteredModel | undefined): GraphQLObjectType | undefined {
  const fields: [string, GraphQLFieldConfig<unknown, unknown>][] = []
  for (const content of model?.contents.values() ?? []) {
    if (content.kind !== 'Property' || content.schema.kind !== 'primitive') continue
    const type = figuresType(book, outputType(book, content.schema, ''), storedKind(content.schema))
    if (type) fields.push([content.name, { type: new GraphQLNonNull(type), description: content.name, extensions: { role: { kind: 'property', property: content } } }])
  }
  if (!model || fields.length === 0) return undefined
  return book.define(`${model.names.type}_AggregateNode`, (name) => new GraphQLObjectType({ name, description: `Figures of the properties of ${model.names.type}.`, fields: byName(fields) }))
}

/** Which figures a kind of value has; those of text are its shortest and longest, as in the library. */
function figuresType(book: Book, value: GraphQLOutputType, stored: string): GraphQLObjectType | undefined {
  const label = String(value)
  const read = label === 'DateTime' || label === 'Date' || label === 'Time'
    ? readStored({ kind: 'primitive', type: label === 'DateTime' ? 'dateTime' : label === 'Date' ? 'date' : 'time' })
    : undefined
  const figure = (field: string, type: GraphQLOutputType, description: string): [string, GraphQLFieldConfig<Readonly<Record<string, unknown>>, unknown>] =>
    [field, { type, description, ...(read && { resolve: (source) => read(source[field]) }) }]
  const extremes = [figure('min', value, 'The least.'), figure('max', value, 'The greatest.')]
  const fields = stored === 'integer' || stored === 'float' ? [...extremes, figure('average', GraphQLFloat, 'The arithmetic mean.'), figure('sum', stored === 'float' ? GraphQLFloat : book.output('Long'), 'The sum.')]
    : label === 'String' ? [figure('shortest', value, 'The shortest.'), figure('longest', value, 'The longest.')]
      : read ? extremes
        : undefined
  if (!fields) return undefined
  return book.define(`${label}Figures_Aggregate`, (name) => new GraphQLObjectType({ name, description: `Figures of ${label} values; null where there is none.`, fields: byName(fields) }))
}
