import type { GraphQLInputFieldConfig } from 'graphql'
import { GraphQLBoolean, GraphQLID, GraphQLInputObjectType, GraphQLList, GraphQLNonNull } from 'graphql'
import type { Content, Relationship, Schema } from '../../model/model.ts'
import type { RegisteredModel } from '../../model/registry.ts'
import { listElementKind, storedKind } from '../../twin/stored-value.ts'
import type { ColumnKind, WhereRole } from '../role.ts'
import { latestColumn } from '../../twin/columns.ts'
import { type Book, byName } from './book.ts'
import { connectionField, declaringType } from './field-names.ts'
import { scalarFilters } from './scalar-filters.ts'
import { filterType } from './value-types.ts'

type Field = readonly [string, GraphQLInputFieldConfig]

/** The conditions on twins of a model; on any twin, where there is no model. */
export function whereType(book: Book, model: RegisteredModel | undefined): GraphQLInputObjectType {
  const of = model?.names.type ?? 'Twin'
  return book.define(`${of}_Where`, (name): GraphQLInputObjectType => new GraphQLInputObjectType({
    name,
    description: `Conditions on ${of}; several are joined by AND.`,
    fields: () => byName(operatorsLast([
      ...systemFields(book),
      ...[...(model?.contents.values() ?? [])].flatMap((content) => contentFields(book, model as RegisteredModel, content)),
    ], whereType(book, model))),
  }))
}

/** AND, OR and NOT; a property of such a name gives way with a trailing `_`, which no DTDL name has. */
function operatorsLast(fields: readonly Field[], self: GraphQLInputObjectType): readonly Field[] {
  const given = fields.map(([name, field]): Field => [['AND', 'OR', 'NOT'].includes(name) ? `${name}_` : name, field])
  const all = new GraphQLList(new GraphQLNonNull(self))
  return [
    ...given,
    ['AND', { type: all, description: 'All of these hold.', extensions: { where: { kind: 'and' } } }],
    ['OR', { type: all, description: 'At least one of these holds.', extensions: { where: { kind: 'or' } } }],
    ['NOT', { type: self, description: 'This does not hold.', extensions: { where: { kind: 'not' } } }],
  ]
}

function systemFields(book: Book): readonly Field[] {
  const value = (name: string, column: string, scalar: string, stored: ColumnKind, description: string): Field =>
    [name, { type: scalarFilters(book, scalar), description, extensions: { where: { kind: 'value', column, stored, list: false } } }]
  return [
    value('_id', '_id', 'ID', 'string', 'Its id.'),
    ['_model', { type: modelFilters(book), description: 'Its model.', extensions: { where: { kind: 'model' } } }],
    value('_version', '_v', 'Int', 'integer', 'Its version.'),
    value('_createdAt', '_from', 'DateTime', 'instant', 'When it was created.'),
    value('_updatedAt', '_since', 'DateTime', 'instant', 'When a property of it last changed.'),
  ]
}

function modelFilters(book: Book): GraphQLInputObjectType {
  return book.define('Model_Filters', (name) => new GraphQLInputObjectType({
    name,
    description: 'Conditions on the model of a twin.',
    fields: {
      is: { type: new GraphQLNonNull(GraphQLID), description: 'The DTMI of the model, or of one it extends.' },
      exactly: { type: GraphQLBoolean, description: 'true: this model, not one that extends it.', defaultValue: false },
    },
  }))
}

function contentFields(book: Book, model: RegisteredModel, content: Content): readonly Field[] {
  switch (content.kind) {
    case 'Property': return [[content.name, {
      type: filterType(book, content.schema, `${declaringType(model, content)}_${content.name}`),
      description: content.name,
      extensions: { where: valueRole(content.name, content.schema) },
    }]]
    case 'Telemetry': {
      const stored = storedKind(content.schema)
      if (stored === 'json' || stored === 'point') return []
      return [[content.name, {
        type: latestFilters(book, content.schema, `${declaringType(model, content)}_${content.name}`),
        description: `The latest value of ${content.name}.`,
        extensions: { where: { kind: 'latest', column: latestColumn(content.name), stored } },
      }]]
    }
    case 'Relationship': return relationshipFields(book, model, content)
    case 'Component': {
      const type = book.registry.get(content.schema)
      if (!type) return []
      return [[content.name, { type: whereType(book, type), description: `The component ${content.name}.`, extensions: { where: { kind: 'component', component: content, model: type } } }]]
    }
    case 'Command': return []
  }
}

function valueRole(column: string, schema: Schema): WhereRole {
  if (schema.kind === 'map') return { kind: 'map', column }
  const element = listElementKind(schema)
  return { kind: 'value', column, stored: element ?? storedKind(schema), list: element !== undefined }
}

function latestFilters(book: Book, schema: Schema, place: string): GraphQLInputObjectType {
  const filters = filterType(book, schema, place)
  return book.define(`${String(filters).replace(/(Scalar)?_?Filters$/, '')}LatestFilters`, (name) => new GraphQLInputObjectType({
    name,
    description: 'Conditions on the latest value of a telemetry.',
    fields: { latest: { type: new GraphQLNonNull(filters), description: 'The latest value, by event time.' } },
  }))
}

function relationshipFields(book: Book, model: RegisteredModel, relationship: Relationship): readonly Field[] {
  const target = relationship.target === undefined ? undefined : book.registry.get(relationship.target)
  return [
    [relationship.name, {
      type: quantifiers(book, `${target?.names.type ?? 'Twin'}_RelationshipFilters`, whereType(book, target)),
      description: `The twins at the other end of ${relationship.name}.`,
      extensions: { where: { kind: 'relationship', relationship, target } },
    }],
    [connectionField(book.registry, model, relationship), {
      type: quantifiers(book, `${declaringType(model, relationship)}_${relationship.name}_ConnectionFilters`, connectionWhere(book, model, relationship)),
      description: `The relationships ${relationship.name}, with the twins at their other end.`,
      extensions: { where: { kind: 'relationshipConnection', relationship, target } },
    }],
  ]
}

/** `some`, `all`, `none`, `single`. As in @neo4j/graphql, `all` asks for at least one. */
function quantifiers(book: Book, typeName: string, of: GraphQLInputObjectType): GraphQLInputObjectType {
  return book.define(typeName, (name) => new GraphQLInputObjectType({
    name,
    description: 'How many must satisfy the condition.',
    fields: {
      some: { type: of, description: 'At least one does.' },
      all: { type: of, description: 'There is one, and all do.' },
      none: { type: of, description: 'None does.' },
      single: { type: of, description: 'Exactly one does.' },
    },
  }))
}

/** Conditions on a relationship and the twin it leads to: `{ node: …, edge: … }`. */
export function connectionWhere(book: Book, model: RegisteredModel, relationship: Relationship): GraphQLInputObjectType {
  const owner = declaringType(model, relationship)
  const target = relationship.target === undefined ? undefined : book.registry.get(relationship.target)
  return book.define(`${owner}_${relationship.name}_ConnectionWhere`, (name): GraphQLInputObjectType => new GraphQLInputObjectType({
    name,
    description: `Conditions on ${owner}.${relationship.name}.`,
    fields: () => {
      const node: Field = ['node', { type: whereType(book, target), description: 'The twin at the other end.', extensions: { where: { kind: 'node' } } }]
      const edge: Field = ['edge', { type: edgeWhere(book, model, relationship), description: 'The relationship\'s own values.', extensions: { where: { kind: 'edge' } } }]
      return byName(operatorsLast([node, edge], connectionWhere(book, model, relationship)))
    },
  }))
}

function edgeWhere(book: Book, model: RegisteredModel, relationship: Relationship): GraphQLInputObjectType {
  const owner = declaringType(model, relationship)
  return book.define(`${owner}_${relationship.name}_EdgeProperties_Where`, (name): GraphQLInputObjectType => new GraphQLInputObjectType({
    name,
    description: `Conditions on the values of ${owner}.${relationship.name}.`,
    fields: () => byName(operatorsLast([
      ['_id', { type: scalarFilters(book, 'ID'), description: 'The relationship\'s id.', extensions: { where: { kind: 'value', column: '_id', stored: 'string', list: false } } }],
      ['_version', { type: scalarFilters(book, 'Int'), description: 'Its version.', extensions: { where: { kind: 'value', column: '_v', stored: 'integer', list: false } } }],
      ...relationship.properties.map((property): Field => [property.name, {
        type: filterType(book, property.schema, `${owner}_${relationship.name}_${property.name}`),
        description: property.name,
        extensions: { where: valueRole(property.name, property.schema) },
      }]),
    ], edgeWhere(book, model, relationship))),
  }))
}

