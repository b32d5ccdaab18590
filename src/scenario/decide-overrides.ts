import type { Registry } from '../model/registry.ts'
import type { ItemProblem, ProblemCode } from '../problem.ts'
import { parseInstant } from '../telemetry/instant.ts'
import { type Channel, Unfit } from '../telemetry/pipeline/channel.ts'
import type { Microseconds, NewReading, SeriesKey, SeriesValue } from '../telemetry/reading.ts'
import { channelsOfTwin } from '../telemetry/twin-directory.ts'
import { nearest } from '../util/nearest.ts'
import { type Override, type OverrideChange, ownReading, ownSeries } from './override.ts'
import type { OverrideEdits } from './override-store.ts'
import type { Scenario } from './scenario.ts'

/** What a client says of a telemetry: one of `constant`, `factor`, `series` and `remove`. */
export interface OverrideInput {
  readonly twin: string
  readonly name: string
  readonly constant?: unknown
  readonly factor?: number | null
  readonly series?: readonly { readonly at: string; readonly value: unknown }[] | null
  readonly remove?: boolean | null
}

/** What the overrides are held to. */
export interface OverrideGround {
  readonly scenario: Pick<Scenario, 'number' | 'base'>
  /** DTMIs of the twins that the scenario sees, by id. */
  readonly models: ReadonlyMap<string, string>
  readonly registry: Registry
  /** Who says it, and when: in ms since 1970. */
  readonly actor: string
  readonly now: number
  readonly newRun: () => string
}

export interface DecidedOverrides {
  readonly edits: OverrideEdits
  /** Those of the overrides themselves. */
  readonly readings: readonly NewReading[]
  readonly problems: readonly ItemProblem[]
}

type Decision =
  | { readonly kind: 'set'; readonly override: Override; readonly readings: readonly NewReading[] }
  | { readonly kind: 'remove' }

/** Every problem of every override, by its place in the list. */
export function decideOverrides(given: readonly OverrideInput[], ground: OverrideGround): DecidedOverrides {
  const problems: ItemProblem[] = []
  const set: Override[] = []
  const remove: Pick<Override, 'twin' | 'name'>[] = []
  const readings: NewReading[] = []
  const seen = new Set<string>()
  for (const [item, one] of given.entries()) {
    const refuse: Refuse = (code, message, ...path) => { problems.push({ code, message, item, twin: one.twin, property: one.name, path: ['overrides', String(item), ...path] }) }
    const key = `${one.twin}\0${one.name}`
    if (seen.has(key)) refuse('DUPLICATE_ITEM', `${one.name} of ${shown(one.twin)} is named twice. Say one thing of it.`)
    seen.add(key)
    const decision = decide(one, ground, refuse)
    if (decision?.kind === 'remove') remove.push({ twin: one.twin, name: one.name })
    if (decision?.kind !== 'set') continue
    set.push(decision.override)
    readings.push(...decision.readings)
  }
  return { edits: { set, remove, models: new Map([...ground.models].filter(([id]) => given.some(({ twin }) => twin === id))) }, readings, problems }
}

type Refuse = (code: ProblemCode, message: string, ...path: string[]) => void

function decide(given: OverrideInput, ground: OverrideGround, refuse: Refuse): Decision | undefined {
  const { scenario, actor: setBy, now: setAt } = ground
  const found = findChannel(given, ground, refuse)
  const said = saidOf(given)
  if (said.length !== 1) return void refuse('INVALID_INPUT', `Give exactly one of constant, factor, series and remove; ${said.length === 0 ? 'none is' : `${said.join(' and ')} are`} given.`)
  if (!found) return undefined
  if (said[0] === 'remove') return { kind: 'remove' }
  const run = ground.newRun()
  const own = ownSeries(scenario.number, found.series, run)
  const decided = said[0] === 'factor' ? decideFactor(Number(given.factor), found.channel, refuse)
    : said[0] === 'constant' ? decideConstant(given.constant, found.channel, (value) => ownReading(own, Math.min(setAt, scenario.base ?? setAt) * 1_000, value), refuse) // a later one would not be seen
    : decideSeries(given.series ?? [], found.channel, own, refuse)
  return decided && { kind: 'set', override: { twin: given.twin, name: given.name, series: found.series, run, change: decided.change, setAt, setBy }, readings: decided.readings }
}

const saidOf = ({ constant, factor, series, remove }: OverrideInput): readonly string[] =>
  Object.entries({ constant, factor, series, remove: remove === true ? true : undefined }).flatMap(([name, value]) => (value === undefined || value === null ? [] : [name]))

interface Found {
  readonly channel: Channel
  readonly series: SeriesKey
}

function findChannel({ twin, name }: OverrideInput, { models, registry }: OverrideGround, refuse: Refuse): Found | undefined {
  const model = registry.get(models.get(twin) ?? '')
  if (!model) return void refuse('NOT_FOUND', `The scenario has no twin ${shown(twin)}.`, 'twin')
  const channels = channelsOfTwin(twin, model, registry)
  const found = channels.find(name)
  if (found) return found
  const meant = nearest(name, channels.names())
  return void refuse('UNKNOWN_TELEMETRY', `${model.id}, the model of ${shown(twin)}, has no telemetry ${shown(name)}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`, 'name')
}

interface Decided {
  readonly change: OverrideChange
  readonly readings: readonly NewReading[]
}

function decideFactor(factor: number, { kind, telemetry }: Channel, refuse: Refuse): Decided | undefined {
  if (!Number.isFinite(factor)) return void refuse('WRONG_TYPE', 'factor is a finite number.', 'factor')
  if ((kind !== 'float' && kind !== 'integer') || telemetry.schema.kind === 'enum') return void refuse('WRONG_TYPE', `${telemetry.name} is no number that can be multiplied. Give a constant or a series.`, 'factor')
  if (kind === 'integer' && !Number.isSafeInteger(factor)) return void refuse('WRONG_TYPE', `${telemetry.name} is in whole numbers, and ${factor} is none. Give a whole factor, a constant or a series.`, 'factor')
  return { change: { kind: 'FACTOR', factor }, readings: [] }
}

function decideConstant(given: unknown, { read, telemetry }: Channel, toReading: (value: SeriesValue) => NewReading, refuse: Refuse): Decided | undefined {
  const value = read(given)
  if (value instanceof Unfit) return void refuse('WRONG_TYPE', `constant does not fit ${telemetry.name}: ${value.message}`, 'constant')
  return { change: { kind: 'CONSTANT', value }, readings: [toReading(value)] }
}

function decideSeries(given: readonly { readonly at: string; readonly value: unknown }[], { read, telemetry }: Channel, own: SeriesKey, refuse: Refuse): Decided | undefined {
  let isFit = true
  const readings = given.flatMap(({ at: text, value: one }, index): readonly NewReading[] => {
    const [at, value] = [parseInstant(text), read(one)]
    if (at === undefined) refuse('WRONG_TYPE', `${text} is no instant that can be used: times lie between the years 1684 and 2255.`, 'series', String(index), 'at')
    if (value instanceof Unfit) refuse('WRONG_TYPE', `The reading at ${text} does not fit ${telemetry.name}: ${value.message}`, 'series', String(index), 'value')
    if (at !== undefined && !(value instanceof Unfit)) return [ownReading(own, at, value)]
    isFit = false
    return []
  })
  return isFit ? { change: { kind: 'SERIES', ...extentOf(readings.map(({ at }) => at)) }, readings } : undefined
}

/** Of readings that are at the same time the last one is kept. */
function extentOf(times: readonly Microseconds[]): { readonly readings: number; readonly first: Microseconds | undefined; readonly last: Microseconds | undefined } {
  const sorted = [...new Set(times)].sort((left, right) => left - right)
  return { readings: sorted.length, first: sorted[0], last: sorted.at(-1) }
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 80))
