import type { Element, Link } from '../element.ts'
import type { ElementGraph } from '../graph.ts'
import { isSubclass, propertiesOf } from '../metamodel/classes.ts'
import type { PropertyFacts } from '../metamodel/table.ts'
import type { Report } from '../read/report.ts'

/** What elements refer to exists, is of the right class and version, and can be seen from there. */
export function checkReferences(graph: ElementGraph, report: Report): void {
  for (const element of graph.elements) {
    const facts = propertiesOf(element.class, element.dtdl)
    for (const [property, links] of element.links)
      for (const link of links) checkReference(element, property, link, facts.get(property), graph, report)
  }
}

function checkReference(element: Element, property: string, link: Link, facts: PropertyFacts | undefined, graph: ElementGraph, report: Report): void {
  const { to, place } = link
  if (link.element) return
  const target = graph.find(link)
  const name = facts?.name ?? property.split(':').at(-1) ?? property
  if (!target)
    report.add(
      place,
      'unresolvedReference',
      `"${name}" refers to ${to}, which is neither among the documents nor published; add its document or correct the id.`,
    )
  else if (target.owner !== undefined && target.class !== 'Interface' && target.owner !== element.owner)
    report.add(
      place,
      'crossPartitionReference',
      `"${name}" refers to ${to}, which can only be used inside ${target.owner}; define it in this Interface too.`,
    )
  else if (facts?.class !== undefined && !isSubclass(target.class, facts.class))
    report.add(
      place,
      'badType',
      `"${name}" refers to ${to}, which is ${article(target.class)} ${target.class}; ${article(facts.class)} ${facts.class} belongs here.`,
    )
  else if (facts?.versions && !facts.versions.includes(target.dtdl))
    report.add(
      place,
      'disallowedVersionReference',
      `"${name}" refers to ${to}, which is of DTDL ${target.dtdl}; here DTDL ${facts.versions.join(', ')} is allowed.`,
    )
}

const article = (name: string): string => (/^[AEIOU]/.test(name) ? 'an' : 'a')
