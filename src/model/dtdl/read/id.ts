import type { Dtmi } from '../../model.ts'
import { faultOfDefinition } from '../dtmi-grammar.ts'
import { propertiesOf } from '../metamodel/classes.ts'
import { reservedPrefixOf, type ActiveContext } from './context.ts'
import { isObject, toValues, type JsonObject } from './json.ts'
import { within, type Place } from './place.ts'
import type { Reading, Slot } from './reading.ts'
import { shown } from './report.ts'

/** The id of an element: its `@id`, or one generated from where it stands. Undefined where it has none that can be used (which is reported). */
export function readId(json: JsonObject, place: Place, slot: Slot | undefined, context: ActiveContext, { report }: Reading): Dtmi | undefined {
  const isInterface = !slot || slot.property.class === 'Interface'
  if (!Object.hasOwn(json, '@id')) {
    if (slot && !slot.property.idRequired) return generatedId(json, place, slot, context, report)
    report.add(
      place,
      slot ? 'missingRequiredId' : 'missingTopLevelId',
      `${isInterface ? 'An Interface' : `A value of "${slot.property.name}"`} needs an "@id", such as "dtmi:town:water:Pump;1".`,
    )
    return undefined
  }
  const id = json['@id']
  const refuse = (rule: string, message: string): undefined => report.add(within(place, '@id'), rule, message) as undefined
  if (typeof id !== 'string' || id === '') return refuse('idNotString', `An "@id" is a string, not ${shown(id)}.`)
  if (id.includes('#')) return refuse('disallowedIdFragment', `The "@id" ${shown(id)} has a fragment; remove it.`)
  const fault = faultOfDefinition(id, context.dtdl, context.limits, isInterface)
  if (fault !== undefined) return refuse('invalidId', `The "@id" ${shown(id)} ${fault}.`)
  const reserved = reservedPrefixOf(id, context)
  return reserved === undefined ? id : refuse('reservedId', `The "@id" ${shown(id)} begins with ${reserved}, which is reserved; choose another.`)
}

/** `dtmi:town:Pump:_contents:__flow:_schema;1`: the path from the nearest element with an `@id`, by the rule of the DTDL parser. */
function generatedId(
  json: JsonObject,
  place: Place,
  { parent, property }: Slot,
  context: ActiveContext,
  report: Reading['report'],
): Dtmi | undefined {
  const [path = '', version] = parent.id.split(';')
  const end = version === undefined ? '' : `;${version}`
  if (property.segment === undefined) return `${path}:_${property.name}${end}`
  const name = segmentOf(json, property.segment, context)
  if (name !== undefined) return `${path}:_${property.name}:__${name}${end}`
  report.add(
    place,
    'missingDtmiSegPropertyValue',
    `This value of "${property.name}" has neither a "${property.segment}" nor an "@id"; give it a "${property.segment}".`,
  )
  return undefined
}

function segmentOf(json: JsonObject, segment: string, { dtdl }: ActiveContext): string | undefined {
  const key = Object.hasOwn(json, segment) ? segment : `dtmi:dtdl:property:${segment};${dtdl}`
  if (!Object.hasOwn(json, key) || !propertiesOf('NamedEntity', dtdl).has(key)) return undefined
  const [only, more] = toValues(json[key], { document: 0 })
  const value = isObject(only?.value) ? only.value['@value'] : only?.value
  return more === undefined && (typeof value === 'string' || typeof value === 'number') && value !== ''
    ? String(value).slice(0, longestSegment)
    : undefined
}

/** A name that is longer is not valid; ids of what is inside it need not be longer still. */
const longestSegment = 600
