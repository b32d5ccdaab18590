import type { EnumSchema, GeospatialType, ObjectSchema, PrimitiveType, Schema } from '../../model.ts'
import type { Element } from '../element.ts'
import type { ElementGraph } from '../graph.ts'
import { described } from './described.ts'
import { quantityOf } from './quantity.ts'

export interface SchemaBuilder {
  schemaOf(element: Element, property: string): Schema
}

/**
 * Builds schemas, each element's once, so that a DTDL 4 schema that contains itself is a cycle and not an endless tree:
 * the parts of an Array, a Map or an Object are looked up when first asked for.
 */
export function createSchemaBuilder(graph: ElementGraph): SchemaBuilder {
  const built = new Map<Element, Schema>()
  const builder: SchemaBuilder = {
    schemaOf(element, property) {
      const [target] = graph.targets(element, property)
      if (!target) throw new Error(`${element.id} has no ${property}, though it was found valid.`)
      const known = built.get(target)
      if (known) return known
      const schema = build(target, graph, builder, (unfinished) => built.set(target, unfinished))
      built.set(target, schema)
      return schema
    },
  }
  return builder
}

/** `keep` is called with a schema before its parts are built, which may contain it. */
function build(element: Element, graph: ElementGraph, builder: SchemaBuilder, keep: (schema: Schema) => void): Schema {
  const { id, class: name } = element
  const geospatial = geospatialForm.exec(id)?.[1]
  if (geospatial !== undefined) return { kind: 'geospatial', type: geospatial as GeospatialType }
  if (id === 'dtmi:standard:schema:scaledDecimal;4') return { kind: 'scaledDecimal' }
  switch (name) {
    case 'Array': {
      const schema = { kind: 'array' as const, id, ...described(element), element: unbuilt }
      keep(schema)
      return Object.assign(schema, { element: builder.schemaOf(element, 'elementSchema') })
    }
    case 'Map': {
      const [key] = graph.targets(element, 'mapKey')
      const [value] = graph.targets(element, 'mapValue')
      const schema = {
        kind: 'map' as const,
        id,
        ...described(element),
        keyName: stringOf(key, 'name'),
        valueName: stringOf(value, 'name'),
        value: unbuilt,
      }
      keep(schema)
      return value ? Object.assign(schema, { value: builder.schemaOf(value, 'schema') }) : schema
    }
    case 'Object':
      return buildObject(element, graph, builder, keep)
    case 'Enum':
      return buildEnum(element, graph)
    default:
      return { kind: 'primitive', type: `${name.charAt(0).toLowerCase()}${name.slice(1)}` as PrimitiveType }
  }
}

const geospatialForm = /^dtmi:standard:schema:geospatial:(point|multiPoint|lineString|multiLineString|polygon|multiPolygon);\d$/

/** Stands where a part is still to be built. */
const unbuilt: Schema = { kind: 'primitive', type: 'string' }

function buildObject(element: Element, graph: ElementGraph, builder: SchemaBuilder, keep: (schema: Schema) => void): ObjectSchema {
  const fields: ObjectSchema['fields'][number][] = []
  const schema: ObjectSchema = { kind: 'object', id: element.id, ...described(element), fields }
  keep(schema)
  for (const field of graph.targets(element, 'fields')) {
    fields.push({
      ...described(field),
      ...quantityOf(field),
      name: stringOf(field, 'name'),
      schema: builder.schemaOf(field, 'schema'),
      required: isRequired(field),
    })
  }
  return schema
}

function buildEnum(element: Element, graph: ElementGraph): EnumSchema {
  const [valueSchema] = graph.targets(element, 'valueSchema')
  const values = graph
    .targets(element, 'enumValues')
    .map((value) => ({ ...described(value), name: stringOf(value, 'name'), value: value.literals.get('enumValue')?.value as number | string }))
  return { kind: 'enum', id: element.id, ...described(element), valueType: valueSchema?.class === 'Integer' ? 'integer' : 'string', values }
}

export const stringOf = (element: Element | undefined, property: string): string => String(element?.literals.get(property)?.value ?? '')

/** Has it the type `Required` of the requirement extension, whichever version? */
export const isRequired = ({ adjuncts }: Element): boolean =>
  adjuncts.some(({ context, term }) => term === 'Required' && context.startsWith('dtmi:dtdl:extension:requirement;'))
