import type { Element } from '../element.ts'
import type { ElementGraph } from '../graph.ts'
import type { AdjunctType } from '../metamodel/adjuncts.ts'
import { propertiesOf } from '../metamodel/classes.ts'
import type { AdjunctConstraint, SiblingRule } from '../metamodel/table.ts'
import { termOf } from '../metamodel/terms.ts'
import type { Report } from '../read/report.ts'
import { hasType } from './cotypes.ts'
import type { Inherited } from './inheritance.ts'

/**
 * Contents that speak of others of the same Interface by name, as `ValueAnnotation` and `Override` do. Siblings may be inherited, by either side;
 * a name that no sibling has is allowed, since a sub-Interface may bring it.
 */
export function checkSiblings(graph: ElementGraph, inherited: Inherited, report: Report): void {
  const said = new Set<string>()
  for (const owner of graph.interfaces) {
    const contents = inherited(owner) ?? []
    const speaking = contents.filter(({ adjuncts }) =>
      adjuncts.some(({ siblings, constraints }) => siblings.length > 0 || constraints.some(({ siblingKey }) => siblingKey !== undefined)),
    )
    const siblings = indexOf(contents)
    const references = new Set<string>()
    for (const element of speaking) {
      // What is wrong between two inherited contents is said once, not for every Interface that inherits them.
      const fault = (rule: string, message: string): void => {
        if (said.size === said.add(`${rule} ${element.id}`).size) return
        report.add(element.known ? owner.place : element.place, rule, message)
      }
      for (const type of element.adjuncts) {
        for (const rule of type.siblings) checkSibling(element, type, rule, siblings, references, fault)
        for (const constraint of type.constraints)
          if (constraint.siblingKey !== undefined) checkSameParent(element, constraint, siblings, graph, fault)
      }
    }
  }
}

type Fault = (rule: string, message: string) => void

/** The first element that has the value for the property, such as a name. */
type Siblings = (property: string, value: unknown) => Element | undefined

function indexOf(contents: readonly Element[]): Siblings {
  const indexes = new Map<string, ReadonlyMap<unknown, Element>>()
  return (property, value) => {
    const index = indexes.get(property) ?? new Map(contents.toReversed().map((element) => [element.literals.get(property)?.value, element]))
    indexes.set(property, index)
    return value === undefined ? undefined : index.get(value)
  }
}

function checkSibling(element: Element, type: AdjunctType, rule: SiblingRule, siblings: Siblings, references: Set<string>, fault: Fault): void {
  const name = element.literals.get(rule.keyref)?.value
  const sibling = siblings(rule.key, name)
  if (!sibling) return
  if (rule.uniqueReference !== undefined) {
    const reference = JSON.stringify([rule.uniqueReference, name, element.literals.get(rule.uniqueReference)?.value])
    if (references.has(reference))
      fault('multipleReference', `Two elements of the type ${type.term} speak of the same property of "${String(name)}"; remove one.`)
    references.add(reference)
  }
  if (rule.requiredTypes && !rule.requiredTypes.some((id) => hasType(sibling, id)))
    fault(
      'notSiblingRequiredType',
      `"${termOf(rule.keyref)}" names ${JSON.stringify(name)}, a ${sibling.class}; it must be ${[...new Set(rule.requiredTypes.map(termOf))].join(' or ')}.`,
    )
  if (rule.disallowedType !== undefined && hasType(sibling, rule.disallowedType))
    fault('disallowedType', `"${termOf(rule.keyref)}" names ${JSON.stringify(name)}, which has the type ${termOf(rule.disallowedType)} itself.`)
  if (rule.supplementalProperty !== undefined) checkSupplemental(element, rule.supplementalProperty, sibling, fault)
}

/** The property that is spoken of is one that an adjunct type gives to the sibling. */
function checkSupplemental(element: Element, property: string, sibling: Element, fault: Fault): void {
  const id = element.literals.get(property)?.value
  if (typeof id !== 'string' || sibling.adjuncts.some(({ properties }) => properties.has(id))) return
  const own = propertiesOf(sibling.class, sibling.dtdl).has(id)
  const message = own ? 'belongs to DTDL itself and cannot be overridden' : 'is not among its properties'
  fault(
    own ? 'matchingPropertyNotSupplemental' : 'noMatchingSupplementalProperty',
    `"${termOf(property)}" names a property of "${String(sibling.literals.get('name')?.value)}"; "${termOf(id)}" ${message}.`,
  )
}

/** The element's schema is the enum that the sibling's value, which it stands for, is taken from: that of all units of temperature. */
function checkSameParent(
  element: Element,
  { property, siblingKey = '', siblingKeyref = '', siblingParentOf = '' }: AdjunctConstraint,
  siblings: Siblings,
  graph: ElementGraph,
  fault: Fault,
): void {
  const sibling = siblings(siblingKey, element.literals.get(siblingKeyref)?.value)
  const overridden = element.literals.get(siblingParentOf)?.value
  const [value] = sibling && typeof overridden === 'string' ? graph.targets(sibling, overridden) : []
  const expected = value?.parent?.element
  const [actual] = element.links.get(property) ?? []
  if (expected && actual && actual.to !== expected.id)
    fault('siblingPropertyMismatch', `"${property}" is that of the property it overrides, ${termOf(expected.id)}, not ${termOf(actual.to)}.`)
}
