import { toJson } from '../../domain/values.ts'
import type { PropertyHistory, PropertyOf, Setting } from '../../history/property-history.ts'
import type { Schema } from '../../model/model.ts'
import type { Microseconds } from '../../telemetry/reading.ts'
import type { Knowledge } from '../feature.ts'
import type { GraphThing } from './feature-graph.ts'

/** A property of a thing, whose values over a time are wanted. */
export interface AskedProperty {
  readonly thing: GraphThing
  readonly isComponent: boolean
  readonly name: string
  readonly schema: Schema
}

/** In DTDL's JSON form; null: it had none from then on, or it is not known any more. `model`: of the thing then. */
export interface TimedValue {
  readonly since: Microseconds
  readonly value: unknown
  readonly model: string
}

export interface TimelineSpan {
  readonly from: Microseconds
  readonly to: Microseconds
  /** Nothing later is known, in ms since 1970. */
  readonly at: number
  readonly knowledge: Knowledge
}

/** Properties of one statement; settings of one page, and of one property in all. */
const [atOnce, inPage, mostSettings] = [50, 1_000, 100_000]

/**
 * What properties were, over a time. A property that a scenario says something of has that value at every instant, as a hypothesis has no past; so has one of a
 * twin that is only in a scenario. Of things that have not changed since the beginning nothing is asked. Where properties count from when they were true (MEASURED), the
 * earliest value that is known holds before it too, though it was set after the time: the twins of a history that is loaded later are younger than it.
 * Undefined: it was set more often than can be kept.
 */
export async function readTimelines(history: Pick<PropertyHistory, 'page' | 'values'>, asked: readonly AskedProperty[], span: TimelineSpan, signal: AbortSignal | undefined): Promise<readonly (readonly TimedValue[] | undefined)[]> {
  const found = asked.map((property): readonly TimedValue[] | undefined => {
    const { thing: { said, since, born, model, properties }, name } = property
    const isSteady = said?.has(name) !== false || (since !== undefined && (since * 1_000 <= span.from || (span.knowledge === 'MEASURED' && since === born)))
    return isSteady ? [{ since: span.from, value: properties[name] ?? null, model }] : undefined
  })
  const open = found.flatMap((timeline, index) => (timeline ? [] : [index]))
  for (let start = 0; start < open.length; start += atOnce) {
    const some = open.slice(start, start + atOnce)
    const properties = some.flatMap((index) => asked[index] ?? [])
    const known = await readSome(history, properties, span, signal)
    const timelines = span.knowledge === 'MEASURED' ? await extendBack(history, properties, known, span, signal) : known
    for (const [place, index] of some.entries()) found[index] = timelines[place]
  }
  return found
}

const toProperty = ({ thing: { id, born }, isComponent, name }: AskedProperty, at: number): PropertyOf => ({ id, isComponent, name, born, at })

/** In ms since 1970: settings of the time are later than `start`, and the last ones are of `end`. */
const boundsOf = ({ from, to, at }: TimelineSpan): { readonly start: number; readonly end: number } => ({ start: Math.floor(from / 1_000), end: Math.min(Math.ceil(to / 1_000), at) })

async function readSome(history: Pick<PropertyHistory, 'page' | 'values'>, asked: readonly AskedProperty[], span: TimelineSpan, signal: AbortSignal | undefined): Promise<readonly (readonly TimedValue[] | undefined)[]> {
  const [{ from, at }, { start, end }] = [span, boundsOf(span)]
  const properties = asked.map((property) => toProperty(property, at))
  const settings = await readSettings(history, properties, { from: start + 1, to: end + 1 }, signal)
  const known = properties.map((property, index) => ({ ...property, at: Math.min(at, Math.max(start, settings[index]?.forgottenUntil ?? start)) }))
  const values = await history.values(known, signal)
  return asked.map(({ thing, schema }, index): readonly TimedValue[] | undefined => {
    const own = settings[index]
    if (!own || own.isTooMany) return undefined
    const beginning = known[index]?.at ?? start
    const first = thing.born <= beginning ? [{ since: Math.max(from, beginning * 1_000), value: toValue(schema, values[index]), model: thing.model }] : []
    const later = own.settings.filter((setting) => setting.at > beginning).map((setting) => ({ since: setting.at * 1_000, value: toValue(schema, setting.after), model: setting.model }))
    return [...first, ...later.reverse()]
  })
}

/** The first value of each holds from the beginning on, unless the property had one before that and lost it; where the time has none, the first that was set after it does. */
async function extendBack(history: Pick<PropertyHistory, 'page'>, asked: readonly AskedProperty[], timelines: readonly (readonly TimedValue[] | undefined)[], span: TimelineSpan, signal: AbortSignal | undefined): Promise<readonly (readonly TimedValue[] | undefined)[]> {
  const [{ from, at }, { start, end }] = [span, boundsOf(span)]
  const extended = timelines.map((timeline) => {
    const place = timeline?.findIndex(({ value }) => value !== null) ?? -1
    const first = timeline?.[place]
    return timeline && first ? [{ ...first, since: from }, ...timeline.slice(place + 1)] : timeline
  })
  const unset = timelines.flatMap((timeline, index) => (timeline && (timeline[0]?.value ?? null) === null ? [index] : []))
  const properties = unset.flatMap((index) => (asked[index] ? [toProperty(asked[index], at)] : []))
  const before = await history.page(properties, { first: 1, from: -Infinity, to: start + 1, signal })
  const after = await readSettings(history, properties, { from: end + 1, to: at + 1 }, signal)
  for (const [place, index] of unset.entries()) {
    const [own, schema, first] = [after[place], asked[index]?.schema, after[place]?.settings.findLast((setting) => setting.after !== null && setting.after !== undefined)]
    if ((before[place]?.settings.length ?? 0) > 0) extended[index] = timelines[index]
    else if (extended[index]?.some(({ value }) => value !== null)) continue
    else if (own?.isTooMany) extended[index] = undefined
    else if (schema && first) extended[index] = [{ since: from, value: toValue(schema, first.after), model: first.model }]
  }
  return extended
}

interface Settings {
  /** The latest first. */
  readonly settings: Setting[]
  forgottenUntil: number | undefined
  isTooMany: boolean
}

async function readSettings(history: Pick<PropertyHistory, 'page'>, properties: readonly PropertyOf[], { from, to }: { readonly from: number; readonly to: number }, signal: AbortSignal | undefined): Promise<readonly Settings[]> {
  const found = properties.map((): Settings => ({ settings: [], forgottenUntil: undefined, isTooMany: false }))
  if (to <= from) return found
  const pages = await history.page(properties, { first: inPage, from, to, signal })
  for (const [index, property] of properties.entries()) {
    const own = found[index]
    let page = pages[index]
    if (!own) continue
    while (page) {
      own.settings.push(...page.settings)
      own.forgottenUntil = page.forgottenUntil
      own.isTooMany = own.settings.length > mostSettings
      const last = page.settings.at(-1)
      if (!page.hasMore || !last || own.isTooMany) break
      ;[page] = await history.page([property], { first: inPage, from, to: last.at, signal })
    }
  }
  return found
}

const toValue = (schema: Schema, stored: unknown): unknown => (stored === null || stored === undefined ? null : toJson(schema, stored))
