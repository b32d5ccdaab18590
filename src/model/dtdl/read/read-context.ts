import type { DtdlVersion } from '../../model.ts'
import { faultOfReference, parseDtmiText, type DtmiParts } from '../dtmi-grammar.ts'
import { metamodelTable } from '../metamodel/table.ts'
import { isKnownContext, termsOf } from '../metamodel/terms.ts'
import { dtdlContext, type ActiveContext, type ContextOptions } from './context.ts'
import { isObject, type Placed } from './json.ts'
import { within, type Place } from './place.ts'
import { shown, type Report } from './report.ts'

/** A context under construction, while its parts are read one after the other. */
interface Draft {
  dtdl: DtdlVersion | undefined
  limits: string
  extensions: readonly string[]
  unknown: readonly string[]
  /** DTDL's own part came before, in the same `@context`. */
  begun: boolean
  /** A part came before after which DTDL's own may not follow. */
  extended: boolean
  /** `#limitless` stood before, and the limits must follow. */
  awaitsLimits: Placed<string> | undefined
}

/** The context inside an element that has `@context`. `outer` is undefined at the top. Undefined where the element cannot be read at all. */
export function readContext(
  specifiers: unknown,
  place: Place,
  outer: ActiveContext | undefined,
  options: ContextOptions,
  report: Report,
): ActiveContext | undefined {
  const draft: Draft = outer
    ? { ...outer, begun: false, extended: false, awaitsLimits: undefined }
    : { dtdl: undefined, limits: '', extensions: [], unknown: [], begun: false, extended: false, awaitsLimits: undefined }
  const parts: readonly Placed[] = Array.isArray(specifiers)
    ? Array.from(specifiers, (value: unknown, index) => ({ value, place: within(place, index) }))
    : [{ value: specifiers, place }]
  if (parts.length === 0 && !outer)
    report.add(place, 'emptyContext', 'The @context is empty; begin it with that of DTDL, such as "dtmi:dtdl:context;3".')
  let sound = parts.length > 0 || outer !== undefined
  for (const part of parts) sound = readSpecifier(part, draft, options, report) && sound
  if (draft.awaitsLimits) addMissingLimits(draft.awaitsLimits, report)
  if (draft.dtdl !== undefined) return { dtdl: draft.dtdl, limits: draft.limits, extensions: draft.extensions, unknown: draft.unknown }
  if (sound) report.add(place, 'missingDtdlContext', 'The @context does not begin with that of DTDL; put "dtmi:dtdl:context;2", ";3" or ";4" first.')
  return undefined
}

/** Adds one part of `@context` to the draft; false where it says nothing. */
function readSpecifier({ value, place }: Placed, draft: Draft, options: ContextOptions, report: Report): boolean {
  const refuse = (rule: string, message: string): false => {
    report.add(place, rule, message)
    return false
  }
  if (typeof value !== 'string')
    return isObject(value)
      ? refuse('disallowedLocalContext', 'The @context defines terms of its own; DTDL allows only ids of contexts.')
      : refuse('invalidContext', `A @context consists of ids of contexts; ${shown(value)} is none.`)
  if (!value.startsWith('dtmi:')) return refuse('nonDtmiContextSpecifier', `The context ${shown(value)} is no DTMI; DTDL's is "dtmi:dtdl:context;3".`)
  const dtmi = parseDtmiText(value)
  if (!dtmi) return refuse('invalidContextSpecifier', `The context ${shown(value)} is no valid DTMI.`)
  const [id = ''] = value.split('#')
  const name = id.split(';', 1)[0] ?? id
  const part = { value, place }
  if (name === dtdlContext) return readDtdlContext(part, id, dtmi, draft, options, refuse)
  if (dtmi.fragment !== '' || value.includes('#'))
    return refuse('invalidContextFragment', `Only DTDL's own context may have a fragment; ${shown(value)} may not.`)
  if (id in metamodelTable.limits || name.startsWith('dtmi:dtdl:limits:')) return readLimits(part, id, name, draft, options, refuse)
  return readExtension(part, id, name, dtmi, draft, options, refuse)
}

/** They are carried along to every element; no model has more than a few. */
const mostUnknown = 100

type Refuse = (rule: string, message: string) => false

const isVersion = (value: number | undefined): value is DtdlVersion => value === 2 || value === 3 || value === 4

function readDtdlContext(
  { value, place }: Placed<string>,
  id: string,
  { major, fragment }: DtmiParts,
  draft: Draft,
  { maxDtdlVersion }: ContextOptions,
  refuse: Refuse,
): boolean {
  if (major === undefined)
    return refuse('missingContextVersion', `The context ${shown(value)} has no version; write "dtmi:dtdl:context;3", or ;2 or ;4.`)
  if (!isVersion(major))
    return refuse(
      'unrecognizedContextVersion',
      `There is no version ${shown(id.slice(dtdlContext.length + 1))} of DTDL; the versions are 2, 3 and 4.`,
    )
  if (major > maxDtdlVersion) return refuse('disallowedContextVersion', `DTDL ${major} is not accepted here; use DTDL ${maxDtdlVersion} or earlier.`)
  if (draft.extended) return refuse('dtdlContextFollowsAffiliate', `DTDL's context ${shown(value)} follows that of an extension; put it first.`)
  const customLimits = metamodelTable.customLimits.includes(major)
  if (value.includes('#') && !customLimits)
    return refuse('disallowedContextFragment', `The context of DTDL ${major} has no fragments; write ${shown(id)}.`)
  const awaited = draft.awaitsLimits
  draft.awaitsLimits = undefined
  if (awaited && fragment === 'limitless') refuse('missingLimitContext', missingLimits(awaited.value))
  if (fragment === 'limits' && !awaited) return refuse('misplacedLimitContext', `${shown(value)} does not follow "${id}#limitless" directly.`)
  if (fragment !== '' && fragment !== 'limits' && fragment !== 'limitless')
    return refuse('invalidContextFragment', `${shown(value)} has an unknown fragment; #limitless and #limits are known.`)
  Object.assign(draft, { dtdl: major, limits: '', begun: true })
  if (fragment === 'limitless') draft.awaitsLimits = { value, place }
  return true
}

const missingLimits = (value: string): string =>
  `After ${shown(value)} the limits are missing; let "${value.replace('#limitless', '#limits')}" or a limits context follow.`
const addMissingLimits = ({ value, place }: Placed<string>, report: Report): void => {
  report.add(place, 'missingLimitContext', missingLimits(value))
}

function readLimits(
  { value }: Placed<string>,
  id: string,
  name: string,
  draft: Draft,
  { acceptableLimits }: ContextOptions,
  refuse: Refuse,
): boolean {
  const limits = metamodelTable.limits[id]
  const awaited = draft.awaitsLimits
  draft.awaitsLimits = undefined
  if (!limits)
    return refuse(
      'unresolvableContextSpecifier',
      `The limits ${shown(value)} are not known; known are ${Object.keys(metamodelTable.limits).join(', ')}.`,
    )
  if (!awaited || limits.dtdlVersion !== draft.dtdl)
    return refuse('misplacedLimitContext', `The limits ${shown(value)} do not follow "dtmi:dtdl:context;${limits.dtdlVersion}#limitless" directly.`)
  if (acceptableLimits && !acceptableLimits.includes(id) && !acceptableLimits.includes(name))
    return refuse('disallowedLimitContext', `The limits ${shown(value)} are not accepted here.`)
  draft.limits = limits.spec
  return true
}

function readExtension(
  { value }: Placed<string>,
  id: string,
  name: string,
  { major }: DtmiParts,
  draft: Draft,
  { undefinedExtensions }: ContextOptions,
  refuse: Refuse,
): boolean {
  if (draft.awaitsLimits) {
    refuse('missingLimitContext', missingLimits(draft.awaitsLimits.value))
    draft.awaitsLimits = undefined
  }
  // A few extensions imply a version of DTDL, and may stand before it.
  draft.extended ||= draft.begun || !(id in metamodelTable.affiliates)
  if (termsOf(id)) {
    draft.extensions = [id, ...draft.extensions.filter((other) => !other.startsWith(`${name};`))]
    return true
  }
  if (major === undefined) return refuse('missingContextVersion', `The context ${shown(value)} has no version.`)
  const fault = faultOfReference(id, draft.dtdl ?? 4, '')
  if (fault !== undefined) return refuse('invalidContextSpecifierForVersion', `The context ${shown(value)} ${fault}.`)
  const allowed =
    undefinedExtensions === 'allow' ||
    (undefinedExtensions === 'default' && draft.dtdl !== undefined && metamodelTable.undefinedExtensionsByDefault.includes(draft.dtdl))
  if (draft.unknown.length >= mostUnknown)
    return refuse('tooManyContexts', `More than ${mostUnknown} extensions that are not known are in force here; remove some.`)
  draft.unknown = [...draft.unknown, id]
  if (allowed) return true
  return isKnownContext(name)
    ? refuse('unresolvableContextVersion', `This version of the extension ${shown(value)} is not known.`)
    : refuse('unresolvableContextSpecifier', `The extension ${shown(value)} is not known; remove it, with what uses it.`)
}
