import type { Element } from '../element.ts'
import { faultOfReference } from '../dtmi-grammar.ts'
import { limitOf } from '../metamodel/classes.ts'
import type { PropertyFacts } from '../metamodel/table.ts'
import { idOfTerm, type ActiveContext } from './context.ts'
import { toValues } from './json.ts'
import type { Place } from './place.ts'
import type { Reading } from './reading.ts'
import { shown } from './report.ts'

/** Reads the id of something that need not exist, such as a Relationship's target, as a literal. */
export function readIdentifier(
  json: unknown,
  place: Place,
  { name, maxLength }: PropertyFacts,
  element: Element,
  context: ActiveContext,
  { report }: Reading,
): void {
  const values = toValues(json, place)
  const [first] = values
  if (!first) return
  if (values.length > 1) return report.add(place, 'identifierMultipleValues', `"${name}" has ${values.length} values; give it one.`)
  if (typeof first.value !== 'string')
    return report.add(first.place, 'identifierNotString', `"${name}" is the id of an Interface (a string), not ${shown(first.value)}.`)
  const id = idOfTerm(first.value, context) ?? first.value
  const fault =
    id.length > limitOf(maxLength, context.limits)
      ? 'is too long'
      : idOfTerm(first.value, context) === undefined
        ? faultOfReference(id, context.dtdl, context.limits)
        : undefined
  if (fault !== undefined) return report.add(first.place, 'identifierNotDtmi', `"${name}" is ${shown(first.value)}, which ${fault}.`)
  element.literals.set(name, { value: id, place: first.place })
}
