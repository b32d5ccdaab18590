import { toJson } from '../../domain/values.ts'
import type { PropertyHistory, PropertyOf, Setting } from '../../history/property-history.ts'
import type { Schema } from '../../model/model.ts'
import type { Microseconds } from '../../telemetry/reading.ts'
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
}

/** Properties of one statement; settings of one page, and of one property in all. */
const [atOnce, inPage, mostSettings] = [50, 1_000, 100_000]

/**
 * What properties were, over a time. A property that a scenario says something of has that value at every instant, as a hypothesis has no past; so has one of a
 * twin that is only in a scenario. Of things that have not changed since the beginning nothing is asked. Undefined: it was set more often than can be kept.
 */
export async function readTimelines(history: Pick<PropertyHistory, 'page' | 'values'>, asked: readonly AskedProperty[], span: TimelineSpan, signal: AbortSignal | undefined): Promise<readonly (readonly TimedValue[] | undefined)[]> {
  const found = asked.map((property): readonly TimedValue[] | undefined => {
    const { thing: { said, since, model, properties }, name } = property
    const isSteady = said?.has(name) !== false || (since !== undefined && since * 1_000 <= span.from)
    return isSteady ? [{ since: span.from, value: properties[name] ?? null, model }] : undefined
  })
  const open = found.flatMap((timeline, index) => (timeline ? [] : [index]))
  for (let start = 0; start < open.length; start += atOnce) {
    const some = open.slice(start, start + atOnce)
    const timelines = await readSome(history, some.flatMap((index) => asked[index] ?? []), span, signal)
    for (const [place, index] of some.entries()) found[index] = timelines[place]
  }
  return found
}

async function readSome(history: Pick<PropertyHistory, 'page' | 'values'>, asked: readonly AskedProperty[], { from, to, at }: TimelineSpan, signal: AbortSignal | undefined): Promise<readonly (readonly TimedValue[] | undefined)[]> {
  const start = Math.floor(from / 1_000)
  const properties = asked.map(({ thing: { id, born }, isComponent, name }): PropertyOf => ({ id, isComponent, name, born, at }))
  const settings = await readSettings(history, properties, { from: start + 1, to: Math.min(Math.ceil(to / 1_000), at) + 1 }, signal)
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
