import type { Element } from '../element.ts'
import type { AdjunctType } from '../metamodel/adjuncts.ts'
import { limitOf, propertiesOf } from '../metamodel/classes.ts'
import type { AdjunctPropertyFacts, PropertyFacts } from '../metamodel/table.ts'
import { readAdjunctProperty } from './adjunct-property.ts'
import { idOfTerm, type ActiveContext } from './context.ts'
import { readIdentifier } from './identifier.ts'
import { toValues, type JsonObject } from './json.ts'
import { readLanguageMap } from './language-map.ts'
import { readLinks } from './links.ts'
import { isKeyword, readLiteral } from './literal.ts'
import { within, type Place } from './place.ts'
import { literalContext, type Reading } from './reading.ts'
import { shown } from './report.ts'
import { mayBeDefinedElsewhere, type Types } from './types.ts'

/** Reads an element's properties into it: those of its class, those of its adjunct types, and what an undefined extension may define. */
export function readProperties(json: JsonObject, element: Element, { undefinedTypes }: Types, context: ActiveContext, reading: Reading): void {
  const facts = propertiesOf(element.class, element.dtdl)
  const seen = new Set<string>()
  const isFirst = (name: string, place: Place): boolean => {
    const first = !seen.has(name)
    if (!first) reading.report.add(place, 'duplicatePropertyName', `"${name}" is written twice, as a term and as an id; remove one.`)
    seen.add(name)
    return first
  }
  for (const [key, value] of Object.entries(json)) {
    if (isKeyword(key)) continue
    const place = within(element.place, key)
    const own = facts.get(key)
    if (own) {
      if (isFirst(own.name, place)) readProperty(value, place, own, element, context, reading)
      continue
    }
    const adjunct = findAdjunctProperty(idOfTerm(key, context) ?? key, element.adjuncts)
    if (adjunct) {
      if (isFirst(adjunct.id, place)) readAdjunctProperty(value, place, adjunct.id, adjunct.facts, element, context, reading)
    } else if (undefinedTypes.length === 0 || !mayBeDefinedElsewhere(key, 'Property', context)) {
      reading.report.add(
        place,
        undefinedTypes.length === 0 ? 'noTypeThatAllows' : 'propertyUndefinedTerm',
        `${nameOf(element)} has no property ${shown(key)}${hint(element)}; remove it, or add the type that defines it.`,
      )
    }
  }
  checkRequired(element, facts, seen, reading)
}

function checkRequired(element: Element, facts: ReadonlyMap<string, PropertyFacts>, seen: ReadonlySet<string>, { report }: Reading): void {
  for (const [key, { name, minCount, kind }] of facts) {
    if (key === name && minCount && !seen.has(name))
      report.add(
        element.place,
        kind === 'element' ? 'missingObjectProperty' : 'missingLiteralProperty',
        `${nameOf(element)} has no "${name}"; add it.`,
      )
  }
  for (const type of element.adjuncts) {
    for (const [id, { name, minCount }] of type.properties)
      if (minCount && !seen.has(id))
        report.add(element.place, 'missingSupplementalProperty', `The type ${type.term} needs the property "${name}"; add it.`)
  }
}

const nameOf = ({ class: name }: Element): string => (/^[AEIO]/.test(name) ? `An ${name}` : `A ${name}`)
const hint = ({ adjuncts }: Element): string => (adjuncts.length > 0 ? ` (with ${adjuncts.map(({ term }) => term).join(', ')})` : '')

function findAdjunctProperty(id: string, types: readonly AdjunctType[]): { readonly id: string; readonly facts: AdjunctPropertyFacts } | undefined {
  for (const type of types) {
    const facts = type.properties.get(id)
    if (facts) return { id, facts }
  }
  return undefined
}

function readProperty(json: unknown, place: Place, facts: PropertyFacts, element: Element, context: ActiveContext, reading: Reading): void {
  const { name, kind } = facts
  if (kind === 'element') return readLinks(json, place, facts, element, context, reading)
  if (kind === 'identifier') return readIdentifier(json, place, facts, element, context, reading)
  if (kind === 'langString') {
    element.texts.set(name, readLanguageMap(json, place, limitOf(facts.maxLength, context.limits), literalContext(name, context, reading)))
    return
  }
  const literal = readLiteral(json, place, kind, literalContext(name, context, reading))
  if (!literal) {
    if (facts.minCount && toValues(json, place).length === 0)
      reading.report.add(place, 'literalCountBelowMin', `"${name}" has no value; give it one.`)
    return
  }
  element.literals.set(name, literal)
  const fault = faultOf(literal.value, facts, context.limits)
  if (fault) reading.report.add(literal.place, fault[0], `"${name}" ${fault[1]}.`)
}

function faultOf(
  value: unknown,
  { maxLength, pattern, minInclusive, maxInclusive }: PropertyFacts,
  limits: string,
): readonly [rule: string, message: string] | undefined {
  if (typeof value === 'string') {
    const most = limitOf(maxLength, limits)
    if (value.length > most) return ['stringTooLong', `has ${value.length} characters; at most ${most} are allowed`]
    if (pattern !== undefined && !new RegExp(pattern, 'u').test(value))
      return ['stringInvalid', `is ${shown(value)}; write letters, digits and underscores, a letter first, no underscore last`]
  }
  if (typeof value !== 'number') return undefined
  if (minInclusive !== undefined && minInclusive === maxInclusive && value !== minInclusive)
    return ['valueNotExact', `is ${value}; DTDL allows only ${minInclusive}`]
  if (minInclusive !== undefined && value < minInclusive) return ['valueBelowMin', `is ${value}; it is at least ${minInclusive}`]
  return maxInclusive !== undefined && value > maxInclusive ? ['valueAboveMax', `is ${value}; it is at most ${maxInclusive}`] : undefined
}
