import type { Element, Link } from '../element.ts'
import { faultOfReference } from '../dtmi-grammar.ts'
import type { PropertyFacts } from '../metamodel/table.ts'
import { withoutAlias } from '../standard-elements.ts'
import { idOfTerm, type ActiveContext } from './context.ts'
import { isObject, toValues, type JsonObject, type Placed } from './json.ts'
import type { Place } from './place.ts'
import type { Reading } from './reading.ts'
import { shown } from './report.ts'

/** Reads the elements in a property, and the ids of those it refers to. */
export function readLinks(json: unknown, place: Place, facts: PropertyFacts, element: Element, context: ActiveContext, reading: Reading): void {
  const values = toValues(json, place)
  const { name } = facts
  if (!facts.plural && values.length > 1)
    return reading.report.add(place, 'objectMultipleValues', `"${name}" has ${values.length} values; give it one.`)
  const links: Link[] = []
  const named = new Set<string>()
  // Naming an element twice is naming it once, but where each value needs a name of its own.
  const isRepeated = (id: string): boolean => facts.uniqueProperties === undefined && named.size === named.add(id).size
  for (const value of values) {
    const link = isObject(value.value)
      ? readInline({ value: value.value, place: value.place }, facts, element, context, reading)
      : readReference(value, facts.name, context, reading)
    if (!link || (!link.element && isRepeated(link.to))) continue
    links.push(link)
  }
  element.links.set(name, links)
  const least = facts.minCount ?? 0
  if (values.length < least)
    reading.report.add(place, 'objectCountBelowMin', `"${name}" has no value; give it ${least === 1 && !facts.plural ? 'one' : `at least ${least}`}.`)
  // What is inherited counts too where the property is inherited; see the rules on inheritance.
  if (facts.maxCount !== undefined && links.length > facts.maxCount)
    reading.report.add(place, 'objectCountAboveMax', `"${name}" has ${links.length} values; DTDL ${context.dtdl} allows ${facts.maxCount}.`)
  if (facts.permitted) for (const link of links) checkPermitted(link, facts.permitted, name, reading)
}

function readInline(
  { value, place }: Placed<JsonObject>,
  facts: PropertyFacts,
  parent: Element,
  context: ActiveContext,
  reading: Reading,
): Link | undefined {
  const keys = Object.keys(value)
  if (keys.length === 1 && keys[0] === '@id') {
    reading.report.add(place, 'idReference', `To refer to an element, write its id as a string: "${facts.name}": ${shown(value['@id'])}.`)
    return undefined
  }
  const element = reading.readElement(value, place, { parent, property: facts, context }, reading)
  return element && { to: element.id, place, element }
}

/** A string is a term or the id of an element; undefined where it is neither (which is reported). */
export function readReference({ value, place }: Placed, name: string, context: ActiveContext, { report }: Reading): Link | undefined {
  if (typeof value !== 'string')
    return report.add(place, 'refNotStringOrObject', `"${name}" is an element, its id or a term, not ${shown(value)}.`) as undefined
  const id = idOfTerm(value, context)
  const fault = id === undefined ? faultOfReference(value, context.dtdl, context.limits) : undefined
  if (fault !== undefined)
    return report.add(
      place,
      'badDtmiOrTerm',
      value.startsWith('dtmi:')
        ? `"${name}" is ${shown(value)}, which ${fault}.`
        : `"${name}" is ${shown(value)}, which is no term of DTDL ${context.dtdl} or an extension in the @context.`,
    ) as undefined
  return { to: withoutAlias(id ?? value), place, element: undefined }
}

function checkPermitted({ to, place, element }: Link, permitted: readonly string[], name: string, { report }: Reading): void {
  const allowed = new Set(permitted.map(withoutAlias))
  if (!element && !allowed.has(to))
    report.add(
      place,
      'valueNotPermitted',
      `"${name}" is ${shown(to)}; allowed is ${[...new Set(permitted.map((id) => /[^:;]+(?=;)/.exec(id)?.[0] ?? id))].join(' or ')}.`,
    )
}
