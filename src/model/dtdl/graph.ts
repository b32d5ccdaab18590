import type { Dtmi, InterfaceModel } from '../model.ts'
import type { Element, Link } from './element.ts'
import { createReading, readDocument } from './read/read-element.ts'
import type { ContextOptions } from './read/context.ts'
import { createReport, type Report } from './read/report.ts'
import { standardElement } from './standard-elements.ts'

/** All elements of the documents and of the published models they refer to. */
export interface ElementGraph {
  /** The Interfaces of the documents, those written inside others too, in document order. */
  readonly interfaces: readonly Element[]
  /** Every element that was read from the documents. */
  readonly elements: readonly Element[]
  /** What a link leads to, if it exists. */
  find(link: Link): Element | undefined
  has(id: Dtmi): boolean
  /** What a property refers to, as far as it exists. */
  targets(element: Element, property: string): readonly Element[]
}

export function readGraph(
  documents: readonly unknown[],
  known: (id: Dtmi) => InterfaceModel | undefined,
  options: ContextOptions,
  report: Report,
): ElementGraph {
  const elements: Element[] = []
  const byId = new Map<Dtmi, Element>()
  const reading = createReading({ options, report, elements, byId, known: false })
  documents.forEach((document, index) => {
    readDocument(document, index, reading)
  })
  readKnown(elements, byId, known)
  const find = ({ to, element }: Link): Element | undefined => element ?? byId.get(to) ?? standardElement(to)
  return {
    elements,
    interfaces: elements.filter((element) => element.class === 'Interface'),
    find,
    has: (id) => byId.has(id) || standardElement(id) !== undefined,
    targets: (element, property) => (element.links.get(property) ?? []).flatMap((link) => find(link) ?? []),
  }
}

/** Reads the published models that elements need, and those that these need. They were valid when they were published, whatever they contain. */
function readKnown(own: readonly Element[], byId: Map<Dtmi, Element>, known: (id: Dtmi) => InterfaceModel | undefined): void {
  const options: ContextOptions = { undefinedExtensions: 'allow', acceptableLimits: undefined, maxDtdlVersion: Infinity }
  const asked = new Set<Dtmi>()
  for (let level: readonly Element[] = own; level.length > 0;) {
    const elements: Element[] = []
    const reading = createReading({ options, report: createReport(), elements, byId, known: true })
    for (const id of namedBy(level)) {
      if (asked.has(id) || byId.has(id)) continue
      asked.add(id)
      const model = known(id)
      if (model) readDocument(model.document, -1, reading)
    }
    level = elements
  }
}

function* namedBy(elements: readonly Element[]): Generator<Dtmi> {
  for (const { links } of elements) for (const all of links.values()) for (const { to, element } of all) if (!element) yield to
}
