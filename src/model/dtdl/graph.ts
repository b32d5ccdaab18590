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
  find(id: Dtmi): Element | undefined
  /** What a property refers to, as far as it exists. */
  targets(element: Element, property: string): readonly Element[]
}

export function readGraph(documents: readonly unknown[], known: (id: Dtmi) => InterfaceModel | undefined, options: ContextOptions, report: Report): ElementGraph {
  const elements = new Map<Dtmi, Element>()
  const reading = createReading({ options, report, elements, known: false })
  documents.forEach((document, index) => { readDocument(document, index, reading) })
  const own = [...elements.values()]
  readKnown(own, elements, known)
  const find = (id: Dtmi): Element | undefined => elements.get(id) ?? standardElement(id)
  return {
    elements: own,
    interfaces: own.filter((element) => element.class === 'Interface'),
    find,
    targets: (element, property) => (element.links.get(property) ?? []).flatMap(({ to }) => find(to) ?? []),
  }
}

/** Reads the published models that elements need, and those that these need. They were valid when they were published, whatever they contain. */
function readKnown(own: readonly Element[], elements: Map<Dtmi, Element>, known: (id: Dtmi) => InterfaceModel | undefined): void {
  const options: ContextOptions = { undefinedExtensions: 'allow', acceptableLimits: undefined, maxDtdlVersion: Infinity }
  const reading = createReading({ options, report: createReport(), elements, known: true })
  const asked = new Set<Dtmi>()
  for (let level: readonly Element[] = own; level.length > 0;) {
    const before = elements.size
    for (const id of level.flatMap((element) => [...element.links.values()].flat()).map((link: Link) => link.to)) {
      if (asked.has(id) || elements.has(id)) continue
      asked.add(id)
      const model = known(id)
      if (model) readDocument(model.document, -1, reading)
    }
    level = [...elements.values()].slice(before)
  }
}
