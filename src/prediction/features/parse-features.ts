import type { Registry } from '../../model/registry.ts'
import { relationshipNames } from '../../model/relationship-names.ts'
import type { ItemProblem, ProblemCode } from '../../problem.ts'
import { parseDuration } from '../../telemetry/duration.ts'
import type { Microseconds } from '../../telemetry/reading.ts'
import { areCommensurable } from '../../telemetry/unit/convert-unit.ts'
import type { Json } from '../../util/json.ts'
import { nearest } from '../../util/nearest.ts'
import { type FeatureAggregate, type FeatureSource, type FeatureSpec, type PathStep, widthOf } from '../feature.ts'

/** A feature as clients write it: the API's FeatureInput, as GraphQL coerces it. */
export interface FeatureInput {
  readonly name: string
  readonly from?: string | null | undefined
  readonly calendar?: Extract<FeatureSource, { readonly kind: 'calendar' }>['part'] | null | undefined
  readonly source?: Extract<FeatureSource, { readonly kind: 'telemetry' }>['source'] | null | undefined
  readonly twin?: string | null | undefined
  readonly over?: readonly { readonly name: string; readonly direction?: PathStep['direction'] | null }[] | null | undefined
  readonly across?: FeatureSpec['across'] | null | undefined
  /** ISO 8601 durations. */
  readonly window?: string | null | undefined
  readonly aggregate?: FeatureAggregate | null | undefined
  readonly every?: string | null | undefined
  readonly lag?: string | null | undefined
  readonly staleAfter?: string | null | undefined
  readonly unit?: string | null | undefined
  readonly encode?: Json | null | undefined
  readonly fill?: number | null | undefined
}

export interface ParsedFeatures {
  /** One for each input, without what of it cannot be used. */
  readonly specs: readonly FeatureSpec[]
  /** Paths begin with `features`. */
  readonly problems: readonly ItemProblem[]
}

/** Numbers of a row; steps of a path; encoded texts, and characters of names. */
const [mostNumbers, mostSteps, mostTexts, longestName] = [10_000, 10, 1_000, 500]
const longest = 36_525 * 86_400_000_000

type Wrong = (field: string, message: string, code?: ProblemCode) => void

/**
 * What clients write → features, and every contradiction in it. Of `from` each twin's model says, when they are bound, whether it is a telemetry or a property;
 * `registry` finds names that no model has. Whether names of features are good and differ is the card's to check.
 */
export function parseFeatures(given: readonly FeatureInput[], { registry }: { readonly registry?: Registry | undefined } = {}): ParsedFeatures {
  const problems: ItemProblem[] = []
  const specs = given.map((input, index) => parseFeature(input, (field, message, code = 'INVALID_INPUT') => {
    problems.push({ code, path: ['features', String(index), ...field === '' ? [] : field.split('.')], message: `The feature ${shown(input.name)}: ${message}` })
  }, registry))
  const width = specs.reduce((sum, spec) => sum + widthOf(spec), 0)
  if (width > mostNumbers) problems.push({ code: 'TOO_LARGE', path: ['features'], message: `The features make ${width.toLocaleString('en')} numbers a row, and at most ${mostNumbers.toLocaleString('en')} are read: take a longer \`every\`, shorter windows, or fewer features.` })
  return { specs, problems }
}

function parseFeature(input: FeatureInput, wrong: Wrong, registry: Registry | undefined): FeatureSpec {
  const { name, twin, fill } = input
  const isCalendar = Boolean(input.calendar)
  if (isCalendar === (typeof input.from === 'string')) wrong('', 'give `from`, the name of a telemetry or a property, or `calendar`; one of the two.')
  if (isCalendar) checkCalendar(input, wrong)
  if (typeof twin === 'string' && (twin === '' || twin.length > 512)) wrong('twin', 'an id has from 1 to 512 characters.', 'INVALID_ID')
  if (typeof fill === 'number' && !Number.isFinite(fill)) wrong('fill', 'what fills a missing value is a finite number.', 'OUT_OF_BOUNDS')
  const over = parsePath(input, wrong, registry)
  return {
    name, of: input.calendar ? { kind: 'calendar', part: input.calendar } : parseTelemetry(input, wrong, registry), twin: twin ?? undefined, over, across: input.across ?? 'MEAN',
    lag: duration(input, 'lag', wrong, 0) ?? 0, unit: parseUnit(input, wrong), encode: parseEncode(input, wrong), fill: typeof fill === 'number' && Number.isFinite(fill) ? fill : undefined,
  }
}

function checkCalendar(input: FeatureInput, wrong: Wrong): void {
  const others = (['twin', 'over', 'across', 'window', 'aggregate', 'every', 'staleAfter', 'unit', 'encode'] as const).filter((field) => input[field] !== undefined && input[field] !== null)
  for (const field of others) wrong(field, `a part of the calendar is the same for all twins and has no ${field}. Leave it out.`)
  if (input.source && input.source !== 'MEASURED') wrong('source', 'a part of the calendar is nobody\'s word. Leave `source` out.')
}

function parseTelemetry(input: FeatureInput, wrong: Wrong, registry: Registry | undefined): FeatureSource {
  const { aggregate, source, from, calendar } = input
  if (typeof from === 'string' && !calendar) checkName(from, source ?? 'MEASURED', wrong, registry)
  const window = duration(input, 'window', wrong, 1)
  const isWindowed = typeof input.window === 'string'
  if (!isWindowed && aggregate && aggregate !== 'LAST') wrong('aggregate', `${aggregate} is of the readings of a window: give \`window\`, such as "PT1H".`)
  const made = isWindowed ? aggregate ?? 'MEAN' : 'LAST'
  const staleAfter = duration(input, 'staleAfter', wrong, 1)
  if (staleAfter !== undefined && made !== 'LAST') wrong('staleAfter', `it is of a last reading, and ${made} reads all those of the window. Leave it out, or take a shorter window.`)
  return { kind: 'telemetry', name: from ?? '', source: source ?? 'MEASURED', window, aggregate: made, every: parseEvery(input, window, wrong), staleAfter }
}

function parseEvery(input: FeatureInput, window: Microseconds | undefined, wrong: Wrong): Microseconds | undefined {
  const every = duration(input, 'every', wrong, 1)
  if (every === undefined) return undefined
  if (typeof input.window !== 'string') wrong('every', 'a window is cut into parts, and there is none: give `window`, such as "PT1H".')
  if (window === undefined) return undefined
  const parts = window / every
  if (!Number.isInteger(parts)) wrong('every', `parts of ${String(input.every)} do not go into a window of ${String(input.window)} without a rest.`)
  else if (parts > mostNumbers) wrong('every', `that would be ${parts.toLocaleString('en')} numbers, and a row has at most ${mostNumbers.toLocaleString('en')}.`, 'TOO_LARGE')
  else return every
  return undefined
}

/** Telemetry and properties as of DTDL, of components behind a dot; what predictors say under names of their own has marks of its own. */
const nameForm = /^(?:[A-Za-z]\w*\.)?[A-Za-z]\w*$/

function checkName(name: string, source: string, wrong: Wrong, registry: Registry | undefined): void {
  const base = source === 'PREDICTED' ? name.split(/[@~]/)[0] ?? '' : name
  if (name.length > longestName) wrong('from', `a name has at most ${longestName} characters.`, 'OUT_OF_BOUNDS')
  else if (source === 'PREDICTED' && base !== name) {
    if (base === '' || /\p{Cc}/u.test(name)) wrong('from', `${shown(name)} is no name of what a predictor says, such as "score@leak-detector".`)
  } else if (!nameForm.test(name)) wrong('from', `${shown(name)} is no name of a telemetry or a property; of a component it is "component.name".`)
  else if (registry) checkKnown(name, wrong, registry)
}

function checkKnown(name: string, wrong: Wrong, { models }: Registry): void {
  const own = name.slice(name.indexOf('.') + 1)
  const names = new Set([...models.values()].flatMap(({ model }) => model.contents.flatMap((content) => (content.kind === 'Telemetry' || content.kind === 'Property' ? [content.name] : []))))
  if (names.has(own)) return
  const near = nearest(own, names)
  wrong('from', `no model has a telemetry or a property ${shown(own)}.${near === undefined ? '' : ` Did you mean ${near}?`}`, 'UNKNOWN_TELEMETRY')
}

function parsePath({ over: given, across }: FeatureInput, wrong: Wrong, registry: Registry | undefined): readonly PathStep[] {
  const over = given ?? []
  if (across && over.length === 0) wrong('across', `${across} puts together what several twins say: give \`over\`, the relationships that lead to them.`)
  if (given?.length === 0) wrong('over', 'names no relationship. Leave it out to read the twin itself.')
  if (over.length > mostSteps) wrong('over', `a path has at most ${mostSteps} steps, not ${over.length}.`, 'OUT_OF_BOUNDS')
  const names = registry && relationshipNames(registry)
  for (const [index, { name }] of over.slice(0, mostSteps).entries()) {
    if (names?.has(name) ?? /^[A-Za-z]\w*$/.test(name)) continue
    const near = names && nearest(name, names)
    wrong(`over.${index}.name`, `no model has a relationship ${shown(name)}.${near === undefined ? '' : ` Did you mean ${near}?`}`, 'UNKNOWN_RELATIONSHIP')
  }
  return over.slice(0, mostSteps).map(({ name, direction }) => ({ name, direction: direction ?? 'OUT' }))
}

function duration(input: FeatureInput, field: 'window' | 'every' | 'lag' | 'staleAfter', wrong: Wrong, least: Microseconds): Microseconds | undefined {
  const text = input[field]
  if (typeof text !== 'string') return undefined
  const parsed = parseDuration(text)
  if (!parsed.ok) wrong(field, parsed.problem, 'WRONG_TIME')
  else if (parsed.value < 0 && field === 'lag') wrong(field, `${text} would look into the future: a lag is PT0S or longer.`, 'WRONG_TIME')
  else if (parsed.value < least || parsed.value > longest) wrong(field, `${text} is no length that can be used: it is longer than nothing, and at most a hundred years.`, 'WRONG_TIME')
  else return parsed.value
  return undefined
}

function parseUnit({ unit, encode }: FeatureInput, wrong: Wrong): string | undefined {
  if (typeof unit !== 'string') return undefined
  if (encode !== undefined && encode !== null) wrong('unit', 'numbers in the place of texts have no unit. Leave out `unit` or `encode`.')
  if (areCommensurable(unit, unit)) return unit
  wrong('unit', `${shown(unit)} is no unit of DTDL, such as litrePerSecond.`, 'WRONG_UNIT')
  return undefined
}

function parseEncode({ encode }: FeatureInput, wrong: Wrong): FeatureSpec['encode'] {
  if (encode === undefined || encode === null) return undefined
  const entries: readonly (readonly [string, unknown])[] = typeof encode === 'object' && !Array.isArray(encode) ? Object.entries(encode) : []
  if (entries.length === 0 || entries.length > mostTexts) {
    wrong('encode', `is an object of 1 to ${mostTexts.toLocaleString('en')} numbers, such as { OFF: 0, ON: 1 }.`, 'WRONG_TYPE')
    return undefined
  }
  const numbers: Record<string, number> = Object.create(null) as Record<string, number>
  for (const [text, value] of entries) {
    const number = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : NaN
    if (Number.isFinite(number) && text.length <= longestName) numbers[text] = number
    else wrong('encode', `${shown(text)} stands for no finite number.`, 'WRONG_TYPE')
  }
  return numbers
}

const shown = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
