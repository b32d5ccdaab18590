import type { GraphQLFieldConfig } from 'graphql'
import type { Property } from '../../model/model.ts'
import { readStored } from '../values.ts'
import { type Book, describe } from './book.ts'
import { outputType, unitText } from './value-types.ts'

type Source = Readonly<Record<string, unknown>>

/** A property of a twin or a relationship, read from the column of its name. */
export function propertyField(book: Book, property: Property, place: string): GraphQLFieldConfig<Source, unknown> {
  const read = readStored(property.schema)
  return {
    type: outputType(book, property.schema, place),
    description: describe(property, property.name, unitText(property)),
    extensions: { role: { kind: 'property', property } },
    ...(read && { resolve: (source: Source) => read(source[property.name]) }),
  }
}
