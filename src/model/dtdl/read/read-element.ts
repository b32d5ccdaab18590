import type { Element } from '../element.ts'
import { metamodelTable } from '../metamodel/table.ts'
import type { ActiveContext } from './context.ts'
import { readContext } from './read-context.ts'
import { readId } from './id.ts'
import { openDocument, type JsonObject, type Placed } from './json.ts'
import { isKeyword } from './literal.ts'
import { within, type Place } from './place.ts'
import { readProperties } from './properties.ts'
import type { Reading, Slot } from './reading.ts'
import { shown } from './report.ts'
import { readTypes } from './types.ts'

/** Reads all elements of a document into `reading`; returns its top-level Interfaces. */
export function readDocument(document: unknown, index: number, reading: Reading): readonly Element[] {
  return openDocument(document, index, reading.report).flatMap((item) => readTopLevel(item, reading) ?? [])
}

function readTopLevel({ value, place }: Placed<JsonObject>, reading: Reading): Element | undefined {
  if (Object.hasOwn(value, '@graph')) {
    reading.report.add(
      within(place, '@graph'),
      'topLevelGraphDisallowed',
      'A document cannot have "@graph"; make the document an array of Interfaces.',
    )
    return undefined
  }
  if (!Object.hasOwn(value, '@context')) {
    reading.report.add(place, 'missingContext', 'The Interface has no "@context"; add "@context": "dtmi:dtdl:context;3", or ;2 or ;4.')
    return undefined
  }
  return readElement(value, place, undefined, reading)
}

export const createReading = (given: Omit<Reading, 'readElement'>): Reading => ({ ...given, readElement })

function readElement(json: JsonObject, place: Place, slot: Slot | undefined, reading: Reading): Element | undefined {
  const context = Object.hasOwn(json, '@context')
    ? readContext(json['@context'], within(place, '@context'), slot?.context, reading.options, reading.report)
    : slot?.context
  if (!context) return undefined
  checkKeywords(json, place, context, reading)
  const id = readId(json, place, slot, context, reading)
  const types = readTypes(json['@type'], place, slot, context, reading)
  if (id === undefined || !types) return undefined
  if (!isVersionAllowed(place, slot, context, reading)) return undefined
  const element: Element = {
    id,
    class: types.class,
    dtdl: context.dtdl,
    limits: context.limits,
    adjuncts: types.adjuncts,
    literals: new Map(),
    texts: new Map(),
    links: new Map(),
    parent: slot && { element: slot.parent, property: slot.property.name },
    owner: types.class === 'Interface' ? id : slot?.parent.owner,
    place,
    json,
    context,
    known: reading.known,
  }
  reading.elements.push(element)
  if (Object.hasOwn(json, '@id')) define(element, reading)
  readProperties(json, element, types, context, reading)
  return element
}

function define(element: Element, { byId, report }: Reading): void {
  const earlier = byId.get(element.id)
  if (!earlier) byId.set(element.id, element)
  else report.add(element.place, 'duplicateDefinition', `${element.id} is defined twice; remove one definition, or give one another "@id".`)
}

function isVersionAllowed(place: Place, slot: Slot | undefined, { dtdl }: ActiveContext, { report }: Reading): boolean {
  if (!slot?.property.versions || slot.property.versions.includes(dtdl)) return true
  report.add(
    place,
    'disallowedVersionDefinition',
    `An element of DTDL ${dtdl} cannot stand in "${slot.property.name}" of one of DTDL ${slot.parent.dtdl}.`,
  )
  return false
}

const elementKeywords = new Set(['@id', '@type', '@context'])

function checkKeywords(json: JsonObject, place: Place, { dtdl }: ActiveContext, { report }: Reading): void {
  const restricted = metamodelTable.keywordsRestricted.includes(dtdl)
  for (const key of Object.keys(json)) {
    if (!isKeyword(key) || elementKeywords.has(key) || (!restricted && key !== '@graph')) continue
    report.add(within(place, key), key === '@graph' ? 'graphDisallowed' : 'keywordDisallowed', `DTDL ${dtdl} does not know ${shown(key)}; remove it.`)
  }
}
