import type { Element } from '../element.ts'
import type { ElementGraph } from '../graph.ts'
import { adjunctType, isAdjunctOf, type AdjunctType } from '../metamodel/adjuncts.ts'
import { isSubclass } from '../metamodel/classes.ts'
import type { AdjunctConstraint, AdjunctPropertyFacts } from '../metamodel/table.ts'
import { termOf } from '../metamodel/terms.ts'
import type { Report } from '../read/report.ts'

/** What adjunct types ask of the elements around: `Temperature` of the schema and the unit, `ErrorCode` of the object it is a field of. */
export function checkCotypes(graph: ElementGraph, report: Report): void {
  for (const element of graph.elements) {
    for (const type of element.adjuncts) {
      for (const constraint of type.constraints) {
        if (constraint.inverse) checkParent(element, type, constraint, graph, report)
        else if (constraint.siblingKey === undefined) checkValues(element, type, constraint, graph, report)
      }
      for (const [id, facts] of type.properties) checkReferred(element, id, facts, graph, report)
    }
  }
}

/** Is the element of the type, an id of a class or of an adjunct type? Versions of classes do not matter: `double` is one element in all of them. */
export function hasType(element: Element, id: string): boolean {
  const name = /^dtmi:dtdl:class:(\w+);\d$/.exec(id)?.[1]
  return (name !== undefined && isSubclass(element.class, name)) || element.adjuncts.some((type) => isAdjunctOf(type, id))
}

const named = (ids: readonly string[]): string => [...new Set(ids.map(termOf))].join(' or ')

function checkValues(
  element: Element,
  type: AdjunctType,
  { property, requiredTypes, requiredValues }: AdjunctConstraint,
  graph: ElementGraph,
  report: Report,
): void {
  for (const link of element.links.get(property) ?? []) {
    const { to, place } = link
    const target = graph.find(link)
    if (!target) continue
    if (requiredTypes && !requiredTypes.some((id) => hasType(target, id)))
      report.add(place, 'notRequiredType', `With the type ${type.term}, "${property}" is ${named(requiredTypes)}, not ${target.class}.`)
    if (requiredValues && !requiredValues.includes(to))
      report.add(place, 'notRequiredValue', `With the type ${type.term}, "${property}" is ${named(requiredValues)}, not ${termOf(to)}.`)
  }
}

function checkParent(
  element: Element,
  type: AdjunctType,
  { property, requiredTypes, noneOtherType, someOtherType }: AdjunctConstraint,
  graph: ElementGraph,
  report: Report,
): void {
  if (element.parent?.property !== property) return
  const parent = element.parent.element
  const siblings = graph.targets(parent, property).filter((sibling) => sibling !== element)
  const fault = (rule: string, message: string): void => {
    report.add(element.place, rule, message)
  }
  if (requiredTypes && !requiredTypes.some((id) => hasType(parent, id)))
    fault('parentMissingCotype', `A ${element.class} of the type ${type.term} belongs into ${property} of the type ${named(requiredTypes)}.`)
  if (noneOtherType !== undefined && siblings.some((sibling) => hasType(sibling, noneOtherType)))
    fault('siblingDuplicatesCotype', `Only one of the ${property} has the type ${termOf(noneOtherType)}.`)
  if (someOtherType !== undefined && !siblings.some((sibling) => hasType(sibling, someOtherType)))
    fault('siblingMissingCotype', `Beside ${type.term}, one of the ${property} needs the type ${adjunctType(someOtherType)?.term ?? someOtherType}.`)
}

/** The element that an adjunct type's property names is of the right type, such as a unit of temperature. */
function checkReferred(element: Element, id: string, { name, type, childOf }: AdjunctPropertyFacts, graph: ElementGraph, report: Report): void {
  for (const link of element.links.get(id) ?? []) {
    const { to, place } = link
    const target = graph.find(link)
    if (!target) continue
    if (childOf !== undefined && target.parent?.element.id !== childOf)
      report.add(place, 'wrongParent', `"${name}" is one of ${termOf(childOf)}; ${termOf(to)} is not.`)
    else if (type !== undefined && !hasType(target, type)) report.add(place, 'badType', `"${name}" is one of ${termOf(type)}; ${termOf(to)} is not.`)
  }
}
