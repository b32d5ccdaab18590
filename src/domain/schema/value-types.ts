import type { GraphQLInputType, GraphQLNamedType, GraphQLOutputType } from 'graphql'
import { GraphQLEnumType, GraphQLFloat, GraphQLInputObjectType, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, getNamedType } from 'graphql'
import type { EnumSchema, ObjectSchema, PrimitiveType, Schema } from '../../model/model.ts'
import { type Book, byName, describe } from './book.ts'
import { enumFilters, isNullField, listFilters, scalarFilters } from './scalar-filters.ts'

/** The GraphQL scalar of each DTDL primitive: the narrowest that loses nothing. */
const scalars: Readonly<Record<PrimitiveType, string>> = {
  boolean: 'Boolean', double: 'Float', float: 'Float',
  byte: 'Int', short: 'Int', integer: 'Int', unsignedByte: 'Int', unsignedShort: 'Int',
  unsignedInteger: 'Long', long: 'Long', unsignedLong: 'Long',
  string: 'String', uuid: 'UUID', bytes: 'Bytes', decimal: 'Decimal',
  date: 'Date', dateTime: 'DateTime', time: 'Time', duration: 'Duration',
}

const standard: Readonly<Record<string, GraphQLNamedType>> = { Int: GraphQLInt, Float: GraphQLFloat }

/**
 * The type a schema is read as. Named types (enums, objects) are called after the place where the schema is first met, `Pump_status`,
 * and made once for every DTDL element.
 */
export function outputType(book: Book, schema: Schema, place: string): GraphQLOutputType {
  switch (schema.kind) {
    case 'primitive': return (standard[scalars[schema.type]] as GraphQLOutputType | undefined) ?? book.output(scalars[schema.type])
    case 'enum': return enumType(book, schema, place)
    case 'object': return objectType(book, schema, place)
    case 'array': return new GraphQLList(new GraphQLNonNull(outputType(book, schema.element, place)))
    case 'geospatial': return book.output('GeoJSON')
    case 'map': case 'scaledDecimal': return book.output('JSON')
  }
}

/** The type a schema is written as. */
export function inputType(book: Book, schema: Schema, place: string): GraphQLInputType {
  switch (schema.kind) {
    case 'primitive': return (standard[scalars[schema.type]] as GraphQLInputType | undefined) ?? book.input(scalars[schema.type])
    case 'enum': return enumType(book, schema, place)
    case 'object': return objectInput(book, schema, place)
    case 'array': return new GraphQLList(new GraphQLNonNull(inputType(book, schema.element, place)))
    case 'geospatial': return book.input('GeoJSON')
    case 'map': case 'scaledDecimal': return book.input('JSON')
  }
}

/** The type of its conditions in a `where`. */
export function filterType(book: Book, schema: Schema, place: string): GraphQLInputType {
  switch (schema.kind) {
    case 'primitive': return scalarFilters(book, scalars[schema.type])
    case 'enum': {
      const type = enumType(book, schema, place)
      return type instanceof GraphQLEnumType ? enumFilters(book, type) : scalarFilters(book, 'String')
    }
    case 'map': return mapFilters(book)
    case 'geospatial': return schema.type === 'point' ? pointFilters(book) : presenceFilters(book)
    case 'array':
      if (schema.element.kind !== 'primitive' && schema.element.kind !== 'enum') return presenceFilters(book)
      return listFilters(book, getNamedType(inputType(book, schema.element, place)))
    case 'object': case 'scaledDecimal': return presenceFilters(book)
  }
}

/** GraphQL has no empty enum, and no values `true`, `false`, `null`. */
function enumType(book: Book, schema: EnumSchema, place: string): GraphQLEnumType | (GraphQLInputType & GraphQLOutputType) {
  if (schema.values.length === 0) return book.output('String') as GraphQLInputType & GraphQLOutputType
  return namedOnce(book, schema.id, place, '', (name) => new GraphQLEnumType({
    name,
    description: describe(schema, `Values of ${place}.`),
    values: byName(schema.values.map((value) => [
      ['true', 'false', 'null'].includes(value.name) ? `${value.name}_` : value.name,
      { value: value.value, description: describe(value, `Stored as ${JSON.stringify(value.value)}.`) },
    ])),
  }))
}

function objectType(book: Book, schema: ObjectSchema, place: string): GraphQLOutputType {
  if (schema.fields.length === 0) return book.output('JSON')
  return namedOnce(book, schema.id, place, '', (name) => new GraphQLObjectType({
    name,
    description: describe(schema, `Value of ${place}.`),
    fields: () => byName(schema.fields.map((field) => [field.name, {
      type: outputType(book, field.schema, `${place}_${field.name}`),
      description: describe(field, field.name, unitText(field)),
      resolve: (source: object) => (Object.hasOwn(source, field.name) ? (source as Readonly<Record<string, unknown>>)[field.name] : null),
    }])),
  }))
}

function objectInput(book: Book, schema: ObjectSchema, place: string): GraphQLInputType {
  if (schema.fields.length === 0) return book.input('JSON')
  return namedOnce(book, schema.id, place, '_Input', (name) => new GraphQLInputObjectType({
    name,
    description: describe(schema, `Value of ${place}.`),
    fields: () => byName(schema.fields.map((field) => [field.name, {
      type: inputType(book, field.schema, `${place}_${field.name}`),
      description: describe(field, field.name, unitText(field)),
    }])),
  }))
}

/** One type an element: the first place it is met gives the name, for output and input alike. */
function namedOnce<T extends GraphQLNamedType>(book: Book, element: string, place: string, suffix: string, make: (name: string) => T): T {
  const key = `${element} ${suffix}`
  return book.define(key, () => {
    for (let name = place, n = 2; ; name = `${place}_${n++}`) {
      if (book.registry.byType(name)) continue
      let fresh = false
      const type = book.define(name + suffix, (free) => {
        fresh = true
        return make(free)
      })
      if (fresh) return type
    }
  })
}

export function unitText({ semanticType, unit }: { semanticType?: string; unit?: string }): string | undefined {
  if (unit === undefined) return semanticType
  return semanticType === undefined ? `Unit: ${unit}.` : `${semanticType} in ${unit}.`
}

function presenceFilters(book: Book): GraphQLInputType {
  return book.define('PresenceFilters', (name) => new GraphQLInputObjectType({ name, description: 'Conditions on a value that is only tested for being there.', fields: { isNull: isNullField } }))
}

function mapFilters(book: Book): GraphQLInputType {
  return book.define('MapFilters', (name) => new GraphQLInputObjectType({
    name,
    description: 'Conditions on a map.',
    fields: { hasKey: { type: book.input('String'), description: 'The map has this key.' }, isNull: isNullField },
  }))
}

function pointFilters(book: Book): GraphQLInputType {
  const distance = book.define('PointDistanceFilters', (name) => new GraphQLInputObjectType({
    name,
    description: 'Conditions on the distance to a point, in metres along the surface of the WGS 84 ellipsoid.',
    fields: {
      from: { type: new GraphQLNonNull(book.input('GeoJSON')), description: 'A GeoJSON Point, longitude first.' },
      ...Object.fromEntries(['lt', 'lte', 'gt', 'gte'].map((operator) => [operator, { type: GraphQLFloat, description: 'Metres.' }])),
    },
  }))
  const box = book.define('PointBox', (name) => new GraphQLInputObjectType({
    name,
    description: 'A box between two corners; it may cross the 180th meridian.',
    fields: {
      southWest: { type: new GraphQLNonNull(book.input('GeoJSON')), description: 'A GeoJSON Point.' },
      northEast: { type: new GraphQLNonNull(book.input('GeoJSON')), description: 'A GeoJSON Point.' },
    },
  }))
  return book.define('GeoPointFilters', (name) => new GraphQLInputObjectType({
    name,
    description: 'Conditions on a place.',
    fields: { distance: { type: distance, description: 'How far it is from a point.' }, within: { type: box, description: 'It lies inside the box.' }, isNull: isNullField },
  }))
}
