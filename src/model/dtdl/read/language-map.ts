import { isObject, toValues } from './json.ts'
import { isKeyword, type LiteralContext } from './literal.ts'
import { within, type Place } from './place.ts'
import { shown } from './report.ts'

/** ISO 639, perhaps a script, perhaps a region: `en`, `sr-Latn`, `pt-BR`; no more than DTDL's parser accepts. */
const languageTag = /^[a-z]{2,4}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?$/
const defaultLanguage = 'en'

/**
 * A text in languages: a string (English), a map from language to string, or an array of strings and `{ "@value", "@language" }`.
 * Reports what cannot be read and what is longer than `longest` characters.
 */
export function readLanguageMap(json: unknown, place: Place, longest: number, context: LiteralContext): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  const add = (language: unknown, text: unknown, at: Place): void => {
    const fault =
      faultOf(language, text, longest) ??
      (typeof language === 'string' && texts.has(language)
        ? (['langStringElementCodeNotUnique', `has two texts for ${shown(language)}`] as const)
        : undefined)
    if (fault) context.report.add(at, fault[0], `"${context.property}" ${fault[1]}.`)
    else if (typeof language === 'string' && typeof text === 'string') texts.set(language, text)
  }
  if (isObject(json)) {
    for (const [language, text] of Object.entries(json)) {
      if (isKeyword(language))
        context.report.add(
          within(place, language),
          'langMapObjKeyword',
          `"${context.property}" is a map from language to text; ${shown(language)} is no language.`,
        )
      else add(language, text, within(place, language))
    }
    return texts
  }
  for (const { value, place: at } of toValues(json, place)) {
    if (!isObject(value)) add(defaultLanguage, value, at)
    else if (isTagged(value, at, context)) add(Object.hasOwn(value, '@language') ? value['@language'] : defaultLanguage, value['@value'], at)
  }
  return texts
}

function faultOf(language: unknown, text: unknown, longest: number): readonly [rule: string, message: string] | undefined {
  if (typeof language !== 'string' || !languageTag.test(language))
    return ['langStringInvalidCode', `has the language ${shown(language)}; write one as in "en" or "pt-BR"`]
  if (typeof text !== 'string') return ['langStringValueNotString', `is a text, not ${shown(text)}`]
  return text.length > longest ? ['langStringValueTooLong', `has ${text.length} characters; at most ${longest} are allowed`] : undefined
}

/** Reports what does not belong into `{ "@value", "@language" }`. */
function isTagged(object: Readonly<Record<string, unknown>>, place: Place, { property, keywordsRestricted, report }: LiteralContext): boolean {
  let sound = true
  for (const key of Object.keys(object)) {
    if (key === '@value' || key === '@language' || (isKeyword(key) && !keywordsRestricted && key !== '@id' && key !== '@context' && key !== '@graph'))
      continue
    report.add(within(place, key), 'langStringElementInvalidProp', `A text of "${property}" has "@value" and "@language" only; remove ${shown(key)}.`)
    sound = false
  }
  if (Object.hasOwn(object, '@value')) return sound
  report.add(place, 'langStringElementNoValue', `A text of "${property}" has no "@value".`)
  return false
}
