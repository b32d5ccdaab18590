import type { GraphQLInputType } from 'graphql'
import { GraphQLBoolean, GraphQLInputObjectType, GraphQLList, GraphQLNonNull } from 'graphql'
import type { Book } from './book.ts'

/** The operators of each kind of filter, as @neo4j/graphql names them; `isNull` is ours. */
const operators = {
  equality: ['eq', 'in'],
  boolean: ['eq'],
  text: ['eq', 'in', 'contains', 'startsWith', 'endsWith'],
  ordered: ['eq', 'in', 'lt', 'lte', 'gt', 'gte'],
} as const

const kindOf: Readonly<Record<string, keyof typeof operators>> = {
  String: 'text', ID: 'text', Boolean: 'boolean', UUID: 'equality', Bytes: 'equality', Decimal: 'equality', Duration: 'equality',
  Int: 'ordered', Long: 'ordered', Float: 'ordered', Date: 'ordered', DateTime: 'ordered', Time: 'ordered',
}

export const isNullField = { type: GraphQLBoolean, description: 'true: only where there is no value; false: only where there is one.' }

/** `StringScalarFilters` and its like: the catalogue's own where it has one, so that both halves of the API share it. */
export function scalarFilters(book: Book, scalar: string): GraphQLInputType {
  const name = `${scalar}ScalarFilters`
  return (book.platform(name) as GraphQLInputType | undefined) ?? filters(book, name, book.input(scalar), kindOf[scalar] ?? 'equality', scalar)
}

export function enumFilters(book: Book, enumeration: GraphQLInputType & { name: string }): GraphQLInputType {
  return filters(book, `${enumeration.name}_Filters`, enumeration, 'equality', enumeration.name)
}

/** An array matches as a whole, or by one element that it includes. Where the catalogue has lists of the kind, its own. */
export function listFilters(book: Book, element: GraphQLInputType & { name: string }): GraphQLInputType {
  const filtersName = `${element.name}ListFilters`
  return (book.platform(filtersName) as GraphQLInputType | undefined) ?? book.define(filtersName, (name) => new GraphQLInputObjectType({
    name,
    description: `Conditions on a list of ${element.name}.`,
    fields: {
      eq: { type: new GraphQLList(new GraphQLNonNull(element)), description: 'The same elements in the same order.' },
      includes: { type: element, description: 'The list has this element.' },
      isNull: isNullField,
    },
  }))
}

function filters(book: Book, name: string, value: GraphQLInputType, kind: keyof typeof operators, of: string): GraphQLInputType {
  return book.define(name, () => new GraphQLInputObjectType({
    name,
    description: `Conditions on a ${of}; several are joined by AND.`,
    fields: {
      ...Object.fromEntries(operators[kind].map((operator) => [operator, { type: operator === 'in' ? new GraphQLList(new GraphQLNonNull(value)) : value, description: meaning[operator] }])),
      isNull: isNullField,
    },
  }))
}

const meaning: Readonly<Record<string, string>> = {
  eq: 'Equal; null: there is no value.', in: 'One of these.', contains: 'Has this within it.', startsWith: 'Begins with this.', endsWith: 'Ends with this.',
  lt: 'Less than.', lte: 'Less than or equal.', gt: 'Greater than.', gte: 'Greater than or equal.',
}
