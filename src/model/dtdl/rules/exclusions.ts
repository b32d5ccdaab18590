import type { Element } from '../element.ts'
import type { ElementGraph } from '../graph.ts'
import { metamodelTable } from '../metamodel/table.ts'
import type { Report } from '../read/report.ts'
import type { Inherited } from './inheritance.ts'

/** What may not be inside something, however deep: a Component in a Component; in DTDL 2, an Array in a Property. */
export function checkExclusions(graph: ElementGraph, inherited: Inherited, report: Report): void {
  for (const { version, rootClass, excludeType } of metamodelTable.controls) {
    if (excludeType === undefined) continue
    for (const element of graph.elements) {
      if (element.class !== rootClass || element.dtdl !== version) continue
      const found = excludeType === 'Component' ? componentIn(element, graph, inherited) : schemaIn(element, excludeType, graph)
      if (found)
        report.add(
          element.place,
          'excludedType',
          `The ${rootClass} "${String(element.literals.get('name')?.value)}" contains ${excludeType} (${found.id}); DTDL ${version} does not allow that.`,
        )
    }
  }
}

/** Of the component's Interface, a component of its own or inherited. */
const componentIn = (component: Element, graph: ElementGraph, inherited: Inherited): Element | undefined =>
  graph
    .targets(component, 'schema')
    .flatMap((schema) => inherited(schema) ?? [])
    .find((content) => content.class === 'Component')

function schemaIn(element: Element, excluded: string, graph: ElementGraph): Element | undefined {
  const seen = new Set<Element>()
  const open = [...graph.targets(element, 'schema')]
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.class === excluded) return next
    if (seen.has(next)) continue
    seen.add(next)
    for (const property of next.links.keys()) for (const target of graph.targets(next, property)) open.push(target)
  }
  return undefined
}
