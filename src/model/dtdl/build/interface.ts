import type { CommandPayload, Content, InterfaceModel, Property } from '../../model.ts'
import type { Element } from '../element.ts'
import type { ElementGraph } from '../graph.ts'
import { postOrder } from '../post-order.ts'
import { described } from './described.ts'
import { documentOf } from './document.ts'
import { quantityOf } from './quantity.ts'
import { createSchemaBuilder, isRequired, stringOf, type SchemaBuilder } from './schema.ts'

/** The models of a valid graph's Interfaces, each after those that it extends or has as components. */
export function buildInterfaces(graph: ElementGraph): readonly InterfaceModel[] {
  const schemas = createSchemaBuilder(graph)
  return inDependencyOrder(graph).map((element) => ({
    kind: 'Interface',
    id: element.id,
    dtdl: element.dtdl,
    ...described(element),
    extends: (element.links.get('extends') ?? []).map(({ to }) => to),
    contents: graph.targets(element, 'contents').map((content) => buildContent(content, graph, schemas)),
    adjuncts: element.adjuncts.map(({ term }) => term),
    document: documentOf(element),
  }))
}

function buildContent(element: Element, graph: ElementGraph, schemas: SchemaBuilder): Content {
  const named = { ...described(element), name: stringOf(element, 'name'), id: element.id }
  switch (element.class) {
    case 'Property':
      return buildProperty(element, schemas)
    case 'Telemetry':
      return { kind: 'Telemetry', ...named, ...quantityOf(element), schema: schemas.schemaOf(element, 'schema') }
    case 'Component':
      return { kind: 'Component', ...named, schema: element.links.get('schema')?.[0]?.to ?? '' }
    case 'Command': {
      const [request, response] = ['request', 'response'].map((property) => graph.targets(element, property)[0])
      return {
        kind: 'Command',
        ...named,
        ...(request && { request: buildPayload(request, schemas) }),
        ...(response && { response: buildPayload(response, schemas) }),
      }
    }
    case 'Relationship': {
      const [target, maxMultiplicity] = ['target', 'maxMultiplicity'].map((property) => element.literals.get(property)?.value)
      return {
        kind: 'Relationship',
        ...named,
        properties: graph.targets(element, 'properties').map((property) => buildProperty(property, schemas)),
        writable: isTrue(element, 'writable'),
        ...(typeof target === 'string' && { target }),
        ...(typeof maxMultiplicity === 'number' && { maxMultiplicity }),
      }
    }
    default:
      throw new Error(`${element.id}, a ${element.class}, is among contents, though they were found valid.`)
  }
}

const isTrue = (element: Element, property: string): boolean => element.literals.get(property)?.value === true

const buildProperty = (element: Element, schemas: SchemaBuilder): Property => ({
  kind: 'Property',
  ...described(element),
  ...quantityOf(element),
  name: stringOf(element, 'name'),
  id: element.id,
  schema: schemas.schemaOf(element, 'schema'),
  writable: isTrue(element, 'writable'),
  required: isRequired(element),
})

const buildPayload = (element: Element, schemas: SchemaBuilder): CommandPayload => ({
  ...described(element),
  ...quantityOf(element),
  name: stringOf(element, 'name'),
  id: element.id,
  schema: schemas.schemaOf(element, 'schema'),
  nullable: isTrue(element, 'nullable'),
})

const inDependencyOrder = (graph: ElementGraph): readonly Element[] =>
  [...postOrder(graph.interfaces, (element) => needsOf(element, graph))].filter(({ known }) => !known)

const needsOf = (element: Element, graph: ElementGraph): readonly Element[] => [
  ...graph.targets(element, 'extends'),
  ...graph
    .targets(element, 'contents')
    .filter((content) => content.class === 'Component')
    .flatMap((component) => graph.targets(component, 'schema')),
]
