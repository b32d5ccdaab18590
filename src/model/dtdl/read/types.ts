import { isDtmi } from '../dtmi-grammar.ts'
import { adjunctType, isAdjunctOf, type AdjunctType } from '../metamodel/adjuncts.ts'
import { isConcrete, isSubclass, toClass, type ClassName } from '../metamodel/classes.ts'
import { metamodelTable, type ApocryphalTerm } from '../metamodel/table.ts'
import { idOfTerm, type ActiveContext } from './context.ts'
import { within, type Place } from './place.ts'
import type { Reading, Slot } from './reading.ts'
import { shown } from './report.ts'

export interface Types {
  readonly class: ClassName
  readonly adjuncts: readonly AdjunctType[]
  /** Types that no context in force defines, but an undefined extension may. */
  readonly undefinedTypes: readonly string[]
}

/** What an element is, by its `@type` and by where it stands; undefined where that cannot be told (which is reported). */
export function readTypes(types: unknown, place: Place, slot: Slot | undefined, context: ActiveContext, reading: Reading): Types | undefined {
  const range = slot?.property.class ?? 'Interface'
  if (types === undefined) return inferred(range, place, slot, reading)
  const classes = new Set<ClassName>()
  const adjuncts = new Set<AdjunctType>()
  const undefinedTypes: string[] = []
  let sound = true
  for (const [index, type] of [types].flat().entries()) {
    const at = within(place, '@type')
    const typePlace = Array.isArray(types) ? within(at, index) : at
    if (typeof type !== 'string') {
      reading.report.add(typePlace, 'typeNotString', `A "@type" is a string, not ${shown(type)}.`)
      sound = false
      continue
    }
    const name = toClass(type, context.dtdl)
    const adjunct = name === undefined ? adjunctType(idOfTerm(type, context) ?? type) : undefined
    if (name !== undefined) classes.add(name)
    else if (adjunct) adjuncts.add(adjunct)
    else if (mayBeDefinedElsewhere(type, 'Cotype', context)) undefinedTypes.push(type)
    else
      reading.report.add(
        typePlace,
        `${kindOfTerm(type, context)}AsCotype`,
        `The type ${shown(type)} is not defined by DTDL ${context.dtdl} or an extension in the @context.`,
      )
  }
  const name = oneClass([...classes], range, place, context, reading)
  if (!sound || name === undefined) return undefined
  for (const adjunct of adjuncts) checkAdjunct(adjunct, [...adjuncts], name, place, context, reading)
  return { class: name, adjuncts: [...adjuncts], undefinedTypes }
}

function inferred(range: ClassName, place: Place, slot: Slot | undefined, { report }: Reading): Types | undefined {
  if (slot?.property.typeOptional) return { class: range, adjuncts: [], undefinedTypes: [] }
  report.add(
    place,
    'missingType',
    slot ? `This value of "${slot.property.name}" has no "@type"; write that of a ${range}.` : 'A top-level element needs "@type": "Interface".',
  )
  return undefined
}

function oneClass(
  classes: readonly ClassName[],
  range: ClassName,
  place: Place,
  { dtdl }: ActiveContext,
  { report }: Reading,
): ClassName | undefined {
  const [name, other] = classes
  const at = within(place, '@type')
  if (name === undefined) report.add(at, 'badType', `The "@type" names no class of DTDL ${dtdl}; a${article(range)} ${range} belongs here.`)
  else if (other !== undefined) report.add(at, 'multipleMaterialTypes', `One element cannot be both ${name} and ${other}; keep one type.`)
  else if (!isConcrete(name, dtdl) || !isSubclass(name, range))
    report.add(at, 'badType', `A${article(name)} ${name} cannot stand here in DTDL ${dtdl}; a${article(range)} ${range} belongs here.`)
  else return name
  return undefined
}

const article = (name: string): string => (/^[AEIO]/.test(name) ? 'n' : '')

function checkAdjunct(
  type: AdjunctType,
  all: readonly AdjunctType[],
  name: ClassName,
  place: Place,
  { dtdl }: ActiveContext,
  { report }: Reading,
): void {
  const fault = (rule: string, message: string): void => {
    report.add(within(place, '@type'), rule, message)
  }
  const has = (id: string): boolean => all.some((other) => isAdjunctOf(other, id))
  if (type.abstract) fault('abstractSupplementalType', `The type ${type.term} is abstract; write one of its kinds.`)
  if (!type.cotypes?.includes(name) && !type.altcotypes?.some(has))
    fault('invalidCotype', `The type ${type.term} cannot stand beside ${name}; it belongs to ${type.cotypes?.join(', ') ?? 'units'}.`)
  if (!type.versions?.includes(dtdl))
    fault('invalidCotypeVersion', `The type ${type.term} (${type.context}) is not for DTDL ${dtdl}; use another version of the extension.`)
  for (const id of type.cocotypes ?? [])
    if (!has(id)) fault('missingCocotype', `The type ${type.term} needs the type ${adjunctType(id)?.term ?? id} beside it.`)
  for (const id of type.discotypes ?? [])
    if (has(id)) fault('disallowedCocotype', `The type ${type.term} cannot stand beside the type ${adjunctType(id)?.term ?? id}.`)
  for (const other of all.slice(all.indexOf(type) + 1)) {
    const both = [...type.properties].find(([id]) => other.properties.has(id))
    if (both) fault('conflictingSupplementalTypes', `The types ${type.term} and ${other.term} both define "${both[1].name}"; keep one.`)
  }
}

/** May the word, unknown here, be one of an extension that is in force but not known? The table says how each version of DTDL sees it. */
export function mayBeDefinedElsewhere(word: string, use: 'Cotype' | 'Property', context: ActiveContext): boolean {
  const treatment = metamodelTable.apocrypha[context.dtdl]?.[`${kindOfTerm(word, context)}As${use}`]
  return treatment === 'valid' || (treatment === 'tenable' && context.unknown.length > 0)
}

export function kindOfTerm(word: string, context: ActiveContext): ApocryphalTerm extends `${infer Kind}As${string}` ? Kind : never {
  if (word.startsWith('dtmi:')) return isDtmi(word) ? 'irrelevantDtmiOrTerm' : 'invalidDtmi'
  if (idOfTerm(word, context) !== undefined) return 'irrelevantDtmiOrTerm'
  return word.includes(':') ? 'notDtmiNorTerm' : 'undefinedTerm'
}
