import type { GraphQLFieldConfig, GraphQLInterfaceType, GraphQLOutputType, GraphQLTypeResolver } from 'graphql'
import { GraphQLInterfaceType as InterfaceType, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLString } from 'graphql'
import type { Component, Content, Property, Relationship, Telemetry } from '../../model/model.ts'
import type { RegisteredModel } from '../../model/registry.ts'
import { type Page, toConnection } from '../connection-value.ts'
import { withinLongest } from '../list-limit.ts'
import { type Book, byName, describe } from './book.ts'
import { relationshipConnection } from './connection-types.ts'
import { connectionField, declaringType } from './field-names.ts'
import { propertyField } from './property-field.ts'
import { seriesOf, seriesTypeName } from './series-value.ts'
import { connectionSortType, sortType } from './sort-types.ts'
import { systemFields } from './system-fields.ts'
import { unitText } from './value-types.ts'
import { connectionWhere, whereType } from './where-types.ts'

type Source = Readonly<Record<string, unknown>>
type Field = GraphQLFieldConfig<Source, unknown>
type Resolver = NonNullable<Field['resolve']>
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

/** The type of twins whose model is not shown, nor any that it extends. No model can have the name: it is reserved. */
export const hiddenTwin = 'Twin_'

export const hiddenTwinType = (book: Book): GraphQLObjectType => book.define(hiddenTwin, (name) => new GraphQLObjectType({
  name,
  description: 'A twin of a model that the schema does not show. `exposeModels` shows it; so does its first twin, from the next moment on.',
  interfaces: [book.twin],
  fields: () => byName(systemFieldsOf(book)),
}))

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
    ...systemFieldsOf(book),
    ...[...model.contents.values()].flatMap((content) => contentFields(book, model, content)),
  ])
}

const systemFieldsOf = (book: Book): readonly (readonly [string, Field])[] => Object.entries(book.twin.toConfig().fields).map(([name, field]) => {
  const resolve = systemFields[name]
  return [name, { ...(field as Field), ...(resolve && { resolve }) }]
})

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

function telemetryField(book: Book, telemetry: Telemetry): Field {
  return {
    type: required(book.output(seriesTypeName(telemetry))),
    description: describe(telemetry, telemetry.name, unitText(telemetry)),
    extensions: { role: { kind: 'telemetry', telemetry } },
    resolve: (source) => seriesOf(source, telemetry),
  }
}

function componentField(book: Book, component: Component): readonly (readonly [string, Field])[] {
  const model = book.registry.get(component.schema)
  if (!model) return []
  return [[component.name, {
    type: twinType(book, model),
    description: describe(component, component.name),
    extensions: { role: { kind: 'component', component, model } },
    resolve: nestedComponent,
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
      resolve: nestedList,
    }],
    [connectionField(book.registry, model, relationship), {
      type: required(relationshipConnection(book, model, relationship, twinType)),
      description: `${relationship.name}, a page at a time, with the relationships' own values.`,
      args: {
        where: { type: connectionWhere(book, model, relationship), description: 'Only relationships that satisfy it.' },
        sort: { type: new GraphQLList(new GraphQLNonNull(connectionSortType(book, model, relationship))), description: 'Their order.' },
        first: { type: GraphQLInt, defaultValue: 50, description: 'Page size, at most 1,000.' },
        after: { type: GraphQLString, description: 'The `endCursor` of the page before.' },
      },
      extensions: { role: { kind: 'relationshipConnection', relationship, target } },
      resolve: nestedConnection,
    }],
  ]
}

/**
 * The compiler puts what a field with a selection of its own reads under the field's response name, so that aliases do not meet.
 * A component's id may be a twin's, too: whoever looks for its past by the id has to know which of them it is.
 */
const nestedComponent: Resolver = (source, _args, _context, info) => {
  const row = source[String(info.path.key)] as Source | null
  return row && '_from' in row ? { ...row, _isComponent: true } : row
}

const nestedList: Resolver = (source, args: { limit?: number | null }, _context, info) => withinLongest(source[String(info.path.key)] as readonly unknown[], args.limit, info.fieldName)

const nestedConnection: Resolver = (source, args: { first?: number; after?: string }, _context, info) => toConnection(source[String(info.path.key)] as Page, args)
