import type { GraphQLFieldConfig, GraphQLInterfaceType, GraphQLOutputType, GraphQLTypeResolver } from 'graphql'
import { GraphQLInterfaceType as InterfaceType, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLString } from 'graphql'
import type { Component, Content, Property, Relationship, Telemetry } from '../../model/model.ts'
import type { RegisteredModel } from '../../model/registry.ts'
import { storedKind } from '../../twin/stored-value.ts'
import { type Book, byName, describe } from './book.ts'
import { relationshipConnection } from './connection-types.ts'
import { connectionField, declaringType } from './field-names.ts'
import { propertyField } from './property-field.ts'
import { connectionSortType, sortType } from './sort-types.ts'
import { unitText } from './value-types.ts'
import { connectionWhere, whereType } from './where-types.ts'

type Source = Readonly<Record<string, unknown>>
type Field = GraphQLFieldConfig<Source, unknown>
const required = (type: GraphQLOutputType): GraphQLNonNull<GraphQLOutputType> => new GraphQLNonNull(type)

/** The object type of a model's twins: its own name, or with a trailing `_` where the name belongs to the interface. */
export const objectTypeName = (model: RegisteredModel): string => (model.children.length > 0 ? `${model.names.type}_` : model.names.type)

/** What a field that leads to twins of the model returns: its interface where it is extended, else its object type; `Twin` for no model. */
export function twinType(book: Book, model: RegisteredModel | undefined): GraphQLInterfaceType | GraphQLObjectType {
  if (!model) return book.twin
  return model.children.length > 0 ? interfaceType(book, model) : objectType(book, model)
}

export function objectType(book: Book, model: RegisteredModel): GraphQLObjectType {
  return book.define(objectTypeName(model), (name) => new GraphQLObjectType({
    name,
    description: describe(model.model, model.names.type, `DTMI: ${model.id}`),
    interfaces: () => [...(model.children.length > 0 ? [interfaceType(book, model)] : []), ...model.ancestors.map((ancestor) => interfaceType(book, ancestor)), book.twin],
    fields: () => fields(book, model),
  }))
}

function interfaceType(book: Book, model: RegisteredModel): GraphQLInterfaceType {
  return book.define(model.names.type, (name) => new InterfaceType({
    name,
    description: describe(model.model, model.names.type, `DTMI: ${model.id}, and what extends it`),
    interfaces: () => [...model.ancestors.map((ancestor) => interfaceType(book, ancestor)), book.twin],
    fields: () => fields(book, model),
    resolveType: resolveTwinType,
  }))
}

/** The twin's type by its model. The schema in use holds the table, so that the platform's `Twin` serves every build. */
export const resolveTwinType: GraphQLTypeResolver<Source, unknown> = (source, _context, info) => info.schema.extensions.typeOfModel?.get(String(source['_model']))

declare module 'graphql' {
  interface GraphQLSchemaExtensions {
    /** DTMI → object type name. */
    typeOfModel?: ReadonlyMap<string, string>
  }
}

function fields(book: Book, model: RegisteredModel): Record<string, Field> {
  return byName<Field>([
    ...(Object.entries(book.twin.toConfig().fields) as [string, Field][]),
    ...[...model.contents.values()].flatMap((content) => contentFields(book, model, content)),
  ])
}

function contentFields(book: Book, model: RegisteredModel, content: Content): readonly (readonly [string, Field])[] {
  switch (content.kind) {
    case 'Property': return [[content.name, ownedField(book, model, content)]]
    case 'Telemetry': return [[content.name, telemetryField(book, content)]]
    case 'Relationship': return relationshipFields(book, model, content)
    case 'Component': return componentField(book, content)
    case 'Command': return []
  }
}

const ownedField = (book: Book, model: RegisteredModel, property: Property): Field => propertyField(book, property, `${declaringType(model, property)}_${property.name}`)

/** The kind of series that carries values of the telemetry's schema. */
export function seriesTypeName(telemetry: Telemetry): string {
  switch (storedKind(telemetry.schema)) {
    case 'float': return 'FloatSeries'
    case 'integer': return 'IntSeries'
    case 'boolean': return 'BooleanSeries'
    case 'json': case 'point': return 'JSONSeries'
    default: return 'StringSeries'
  }
}

function telemetryField(book: Book, telemetry: Telemetry): Field {
  const { name, unit = null, semanticType = null } = telemetry
  return {
    type: required(book.output(seriesTypeName(telemetry))),
    description: describe(telemetry, name, unitText(telemetry)),
    extensions: { role: { kind: 'telemetry', telemetry } },
    resolve: (source) => ({ twin: source['_id'], name, unit, semanticType }),
  }
}

function componentField(book: Book, component: Component): readonly (readonly [string, Field])[] {
  const model = book.registry.get(component.schema)
  if (!model) return []
  return [[component.name, {
    type: twinType(book, model),
    description: describe(component, component.name),
    extensions: { role: { kind: 'component', component, model } },
    resolve: nested,
  }]]
}

function relationshipFields(book: Book, model: RegisteredModel, relationship: Relationship): readonly (readonly [string, Field])[] {
  const target = relationship.target === undefined ? undefined : book.registry.get(relationship.target)
  return [
    [relationship.name, {
      type: required(new GraphQLList(required(twinType(book, target)))),
      description: describe(relationship, relationship.name, 'Without `limit`, everything up to 1,000; more is refused.'),
      args: {
        where: { type: whereType(book, target), description: 'Only twins that satisfy it.' },
        sort: { type: new GraphQLList(new GraphQLNonNull(sortType(book, target))), description: 'Their order.' },
        limit: { type: GraphQLInt, description: 'At most so many.' },
        offset: { type: GraphQLInt, description: 'Without the first so many.' },
      },
      extensions: { role: { kind: 'relationship', relationship, target } },
      resolve: nested,
    }],
    [connectionField(book.registry, model, relationship), {
      type: required(relationshipConnection(book, model, relationship)),
      description: `${relationship.name}, a page at a time, with the relationships' own values.`,
      args: {
        where: { type: connectionWhere(book, model, relationship), description: 'Only relationships that satisfy it.' },
        sort: { type: new GraphQLList(new GraphQLNonNull(connectionSortType(book, model, relationship))), description: 'Their order.' },
        first: { type: GraphQLInt, defaultValue: 50, description: 'Page size, at most 1,000.' },
        after: { type: GraphQLString, description: 'The `endCursor` of the page before.' },
      },
      extensions: { role: { kind: 'relationshipConnection', relationship, target } },
      resolve: nested,
    }],
  ]
}

/** The compiler puts what a field with a selection of its own reads under the field's response name, so that aliases do not meet. */
export const nested: NonNullable<Field['resolve']> = (source, _args, _context, info) => {
  const value = source[String(info.path.key)]
  if (value instanceof Error) throw value
  return value
}
