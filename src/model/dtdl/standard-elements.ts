import type { DtdlVersion, Dtmi } from '../model.ts'
import type { Element, Link } from './element.ts'
import { adjunctType } from './metamodel/adjuncts.ts'
import { metamodelTable, unpack, type StandardSchema } from './metamodel/table.ts'

const { primitives, aliases, units, enums, schemas } = metamodelTable.elements
const place = { document: -1 }

/** The element that an id of a later version of DTDL stands for: `double;4` is `double;2`. */
export function withoutAlias(id: Dtmi): Dtmi {
  let next = id
  while (Object.hasOwn(aliases, next)) next = aliases[next] ?? next
  return next
}

/** An element that DTDL or an extension defines: primitive schemas, geospatial ones, units. */
export const standardElement = (id: Dtmi): Element | undefined => elements.get(id)

const elements = new Map<Dtmi, Element>()

function add(id: Dtmi, name: string, dtdl: number, more: Partial<Pick<Element, 'adjuncts' | 'parent'>> = {}): Element {
  const element: Element = {
    id,
    class: name,
    dtdl: dtdl as DtdlVersion,
    limits: '',
    adjuncts: [],
    literals: new Map(),
    texts: new Map(),
    links: new Map(),
    parent: undefined,
    owner: undefined,
    place,
    json: {},
    context: undefined,
    known: true,
    ...more,
  }
  elements.set(id, element)
  return element
}

const toLink = (to: Dtmi): Link => ({ to: withoutAlias(to), place, element: undefined })

for (const [id, type] of Object.entries(primitives)) {
  const [name = '', version] = type.split(';')
  add(id, name, Number(version))
}

for (const [term, ids] of Object.entries(units)) {
  const type = adjunctType(`dtmi:standard:class:${term};2`)
  const isPrefix = type?.kind === 'UnitAttribute'
  for (const [, id] of unpack(ids)) add(id, isPrefix ? 'UnitAttribute' : 'Unit', 2, { adjuncts: type ? [type] : [] })
}

for (const { id, version, values = {} } of enums) {
  const element = add(id, 'Enum', version)
  element.links.set('valueSchema', [toLink('dtmi:dtdl:instance:Schema:string;2')])
  element.links.set(
    'enumValues',
    [...unpack(values)].map(([name, value]) => {
      addEnumValue(value, name, name, element)
      return toLink(value)
    }),
  )
}

function addEnumValue(id: Dtmi, name: string, value: string, parent: Element): void {
  const element = add(id, 'EnumValue', parent.dtdl, { parent: { element: parent, property: 'enumValues' } })
  element.literals.set('name', { value: name, place }).set('enumValue', { value, place })
}

for (const schema of schemas) addSchema(schema, schema.version ?? 2, undefined)

/** Adds a schema and those written inside it; returns its id. */
function addSchema(schema: StandardSchema, version: number, parent: Element['parent']): Dtmi {
  const element = add(schema.id, schema.type, version, { parent })
  if (schema.name !== undefined) element.literals.set('name', { value: schema.name, place })
  const linkTo = (property: string, value: string | StandardSchema): void => {
    element.links.set(property, [
      ...(element.links.get(property) ?? []),
      toLink(typeof value === 'string' ? value : addSchema(value, version, { element, property })),
    ])
  }
  for (const property of ['schema', 'elementSchema', 'valueSchema'] as const) if (schema[property] !== undefined) linkTo(property, schema[property])
  for (const field of schema.fields ?? []) linkTo('fields', field)
  for (const value of schema.enumValues ?? []) linkTo('enumValues', value)
  if (schema.enumValue !== undefined) element.literals.set('enumValue', { value: schema.enumValue, place })
  return schema.id
}
