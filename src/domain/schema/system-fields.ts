import type { GraphQLFieldResolver } from 'graphql'
import type { RegisteredModel } from '../../model/registry.ts'
import { type Page, toConnection } from '../connection-value.ts'
import { toJson } from '../values.ts'
import { ownSeriesOf, seriesOf } from './series-value.ts'

type Source = Readonly<Record<string, unknown>>
type Resolver = GraphQLFieldResolver<Source, unknown>

/** How the fields that every twin has are read from a row. */
export const systemFields: Readonly<Record<string, Resolver>> = {
  _version: (source) => source['_v'],
  _createdAt: (source) => toInstant(source['_from']),
  _updatedAt: (source) => toInstant(source['_since']),
  _properties: (source, _args, _context, info) => propertiesOf(info.schema.extensions.registry?.get(String(source['_model'])), source['_properties'] as Pairs),
  _relationships: (source, args: { first?: number; after?: string }, _context, info) => {
    const page = source[String(info.path.key)] as Page
    const models = info.schema.extensions.registry
    const edges = (page.edges ?? []).map((edge) => ({ ...edge, node: relationship(edge['node'] as RelationshipRow, models?.get((edge['node'] as RelationshipRow).sourceModel)) }))
    return toConnection({ ...page, edges }, args)
  },
  _series: (source, { name }: { name?: string }, _context, info) => {
    const content = info.schema.extensions.registry?.get(String(source['_model']))?.contents.get(String(name))
    return content?.kind === 'Telemetry' ? seriesOf(source, content) : ownSeriesOf(source, String(name))
  },
}

type Pairs = readonly (readonly [string, unknown])[]

interface RelationshipRow extends Source {
  readonly name: string
  readonly sourceModel: string
  readonly properties: Pairs
}

const toInstant = (milliseconds: unknown): string => new Date(Number(milliseconds)).toISOString()

/** Names and values as stored → a JSON object in DTDL's form. A value whose property the model lost is shown as it lies. */
function propertiesOf(model: RegisteredModel | undefined, pairs: Pairs): Source {
  return Object.fromEntries(pairs.map(([name, stored]) => {
    const content = model?.contents.get(name)
    return [name, content?.kind === 'Property' ? toJson(content.schema, stored) : stored]
  }))
}

function relationship(row: RelationshipRow, model: RegisteredModel | undefined): Source {
  const content = model?.contents.get(row.name)
  const schemas = new Map(content?.kind === 'Relationship' ? content.properties.map((property) => [property.name, property.schema]) : [])
  const properties = Object.fromEntries(row.properties.map(([name, stored]) => {
    const schema = schemas.get(name)
    return [name, schema ? toJson(schema, stored) : stored]
  }))
  return { ...row, properties }
}
