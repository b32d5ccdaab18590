import { documentOf } from '../build/document.ts'
import type { Element } from '../element.ts'
import type { ElementGraph } from '../graph.ts'
import { limitOf } from '../metamodel/classes.ts'
import { metamodelTable } from '../metamodel/table.ts'
import { postOrder } from '../post-order.ts'
import type { Report } from '../read/report.ts'
import type { Inherited } from './inheritance.ts'

/** How long an Interface's text is, and how many elements it has in all. */
export function checkSize(graph: ElementGraph, inherited: Inherited, report: Report): void {
  const counts = new Map<string, ReadonlyMap<Element, number>>()
  for (const element of graph.interfaces) {
    const bytes = Buffer.byteLength(JSON.stringify(documentOf(element)))
    const mostBytes = limitOf(metamodelTable.partitions[element.dtdl]?.maxBytes, element.limits)
    if (bytes > mostBytes)
      report.add(element.place, 'partitionTooLarge', `${element.id} has ${bytes} bytes of JSON; DTDL ${element.dtdl} allows ${mostBytes}.`)
    const control = metamodelTable.controls.find(
      ({ version, rootClass, properties, maxCount }) =>
        version === element.dtdl && rootClass === 'Interface' && maxCount && properties.includes('contents'),
    )
    if (!control || !inherited(element)) continue
    const key = control.properties.join()
    const counted = counts.get(key) ?? countElements(control.properties, graph, inherited)
    counts.set(key, counted)
    const count = counted.get(element) ?? 0
    const most = limitOf(control.maxCount, element.limits)
    if (count > most)
      report.add(
        element.place,
        'excessiveCountNarrow',
        `${element.id} has ${count} elements with all that it inherits and contains; DTDL ${element.dtdl} allows ${most}.`,
      )
  }
}

/** How many elements each one leads to, through the properties and what it inherits; one that is reached twice counts twice. */
function countElements(properties: readonly string[], graph: ElementGraph, inherited: Inherited): ReadonlyMap<Element, number> {
  const next = (element: Element): readonly Element[] =>
    properties.flatMap((property) =>
      property === 'contents' && element.class === 'Interface' ? (inherited(element) ?? []) : graph.targets(element, property),
    )
  const counts = new Map<Element, number>()
  for (const element of postOrder(graph.interfaces, next))
    counts.set(
      element,
      next(element).reduce((sum, one) => sum + 1 + (counts.get(one) ?? 0), 0),
    )
  return counts
}
