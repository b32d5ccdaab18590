import type { Link } from '../element.ts'
import type { ElementGraph } from '../graph.ts'
import { propertiesOf } from '../metamodel/classes.ts'
import type { Report } from '../read/report.ts'

/** Among the values of one property names differ, and the values of an Enum's; and what an adjunct type numbers, such as `index`. */
export function checkUniqueness(graph: ElementGraph, report: Report): void {
  for (const element of graph.elements) {
    for (const [property, links] of element.links) {
      if (links.length < 2) continue
      const facts = propertiesOf(element.class, element.dtdl).get(property)
      for (const unique of facts?.uniqueProperties ?? []) checkDistinct(links, unique, unique, graph, report)
      for (const [id, name] of numberedBy(links, graph)) checkDistinct(links, id, name, graph, report)
    }
  }
}

function checkDistinct(links: readonly Link[], property: string, name: string, graph: ElementGraph, report: Report): void {
  const seen = new Set<unknown>()
  for (const link of links) {
    const literal = graph.find(link)?.literals.get(property)
    if (!literal) continue
    if (seen.has(literal.value))
      report.add(
        literal.place,
        'nonUniquePropertyValue',
        `The ${name === property ? '' : 'same '}"${name}" ${JSON.stringify(literal.value)} is used twice here; give each another one.`,
      )
    seen.add(literal.value)
  }
}

/** Properties of the elements' adjunct types whose values are unique among siblings, by id. */
function numberedBy(links: readonly Link[], graph: ElementGraph): ReadonlyMap<string, string> {
  const numbered = new Map<string, string>()
  for (const link of links) {
    for (const type of graph.find(link)?.adjuncts ?? [])
      for (const [id, { name, uniqueValue }] of type.properties) if (uniqueValue) numbered.set(id, name)
  }
  return numbered
}
