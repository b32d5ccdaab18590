import type { Element } from '../element.ts'
import type { AdjunctPropertyFacts } from '../metamodel/table.ts'
import { idOfTerm, type ActiveContext } from './context.ts'
import { isObject, toValues } from './json.ts'
import { readReference } from './links.ts'
import { readLiteral } from './literal.ts'
import type { Place } from './place.ts'
import { literalContext, type Reading } from './reading.ts'
import { shown } from './report.ts'

/** Reads a property that an adjunct type brings, such as `unit` or `annotates`. */
export function readAdjunctProperty(
  json: unknown,
  place: Place,
  id: string,
  facts: AdjunctPropertyFacts,
  element: Element,
  context: ActiveContext,
  reading: Reading,
): void {
  const { name, kind } = facts
  const values = toValues(json, place)
  if (values.length === 0 && facts.minCount) return reading.report.add(place, 'propertyCountBelowMin', `"${name}" has no value; give it one.`)
  if (kind === 'element' || kind === 'Entity') return readElementReference(json, place, id, name, element, context, reading)
  if (kind === 'IRI') return readPropertyTerm(json, place, id, name, element, context, reading)
  const literal = readLiteral(json, place, kind, literalContext(name, context, reading))
  if (!literal) return
  element.literals.set(id, literal)
  const fault = faultOf(literal.value, facts)
  if (fault) reading.report.add(literal.place, fault[0], `"${name}" ${fault[1]}.`)
}

function readElementReference(
  json: unknown,
  place: Place,
  id: string,
  name: string,
  element: Element,
  context: ActiveContext,
  reading: Reading,
): void {
  const values = toValues(json, place)
  const [first] = values
  if (!first) return
  if (values.length > 1) return reading.report.add(place, 'objectMultipleValues', `"${name}" has ${values.length} values; give it one.`)
  if (isObject(first.value))
    return reading.report.add(first.place, 'refObjectNotAllowed', `"${name}" is a term, such as that of a unit; it cannot be defined here.`)
  const link = readReference(first, name, context, reading)
  if (link) element.links.set(id, [link])
}

/** The name of a property, as a term or its id, kept as a literal: the term. */
function readPropertyTerm(
  json: unknown,
  place: Place,
  id: string,
  name: string,
  element: Element,
  context: ActiveContext,
  { report }: Reading,
): void {
  const values = toValues(json, place)
  const [first] = values
  if (values.length > 1 || typeof first?.value !== 'string')
    return report.add(place, 'identifierNotString', `"${name}" is the name of one property (a string).`)
  const property = idOfTerm(first.value, context) ?? first.value
  if (!property.includes(':'))
    return report.add(
      first.place,
      'identifierNotUri',
      `"${name}" is ${shown(first.value)}, which is no property of DTDL or of an extension in the @context.`,
    )
  element.literals.set(id, { value: property, place: first.place })
}

function faultOf(
  value: unknown,
  { maxLength = Infinity, pattern, minInclusive = -Infinity }: AdjunctPropertyFacts,
): readonly [rule: string, message: string] | undefined {
  if (typeof value === 'number') return value < minInclusive ? ['valueBelowMin', `is ${value}; it is at least ${minInclusive}`] : undefined
  if (typeof value !== 'string') return undefined
  if (value.length > maxLength) return ['stringTooLong', `has ${value.length} characters; at most ${maxLength} are allowed`]
  return pattern !== undefined && !new RegExp(pattern).test(value)
    ? ['stringInvalid', `is ${shown(value)}, which does not match ${pattern}`]
    : undefined
}
