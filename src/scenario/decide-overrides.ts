import type { Registry } from '../model/registry.ts'
import type { ItemProblem, ProblemCode } from '../problem.ts'
import { parseInstant } from '../telemetry/instant.ts'
import { type Channel, Unfit } from '../telemetry/pipeline/channel.ts'
import type { NewReading, SeriesKey } from '../telemetry/reading.ts'
import { channelsOfTwin } from '../telemetry/twin-directory.ts'
import { nearest } from '../util/nearest.ts'
import { type Override, type OverrideChange, ownReading, ownSeries } from './override.ts'
import type { OverrideEdits } from './override-store.ts'

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
  /** The scenario's number. */
  readonly scenario: number
  /** DTMIs of the twins that the scenario sees, by id. */
  readonly models: ReadonlyMap<string, string>
  readonly registry: Registry
  /** In microseconds since 1970. */
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
  | { readonly kind: 'set'; readonly override: OverrideEdits['set'][number]; readonly readings: readonly NewReading[] }
  | { readonly kind: 'remove' }

/** Every problem of every override, by its place in the list. */
export function decideOverrides(given: readonly OverrideInput[], ground: OverrideGround): DecidedOverrides {
  const problems: ItemProblem[] = []
  const set: OverrideEdits['set'][number][] = []
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
  const found = findChannel(given, ground, refuse)
  const said = saidOf(given)
  if (said.length !== 1) return void refuse('INVALID_INPUT', `Give exactly one of constant, factor, series and remove; ${said.length === 0 ? 'none is' : `${said.join(' and ')} are`} given.`)
  if (!found) return undefined
  if (said[0] === 'remove') return { kind: 'remove' }
  const run = ground.newRun()
  const own = ownSeries(ground.scenario, found.series, run)
  const decided = said[0] === 'factor' ? decideFactor(Number(given.factor), found.channel, refuse) : said[0] === 'constant' ? decideConstant(given.constant, found.channel, own, ground.now, refuse) : decideSeries(given.series ?? [], found.channel, own, refuse)
  return decided && { kind: 'set', override: { twin: given.twin, name: given.name, series: found.series, run, change: decided.change }, readings: decided.readings }
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

function decideConstant(given: unknown, { read }: Channel, own: SeriesKey, now: number, refuse: Refuse): Decided | undefined {
  const value = read(given)
  if (value instanceof Unfit) return void refuse('WRONG_TYPE', value.message, 'constant')
  return { change: { kind: 'CONSTANT', value }, readings: [ownReading(own, now, value)] }
}

function decideSeries(given: readonly { readonly at: string; readonly value: unknown }[], { read }: Channel, own: SeriesKey, refuse: Refuse): Decided | undefined {
  let isFit = true
  const readings = given.flatMap(({ at: text, value: one }, index): readonly NewReading[] => {
    const [at, value] = [parseInstant(text), read(one)]
    if (at === undefined) refuse('WRONG_TYPE', `${text} is no instant that can be used: times lie between the years 1684 and 2255.`, 'series', String(index), 'at')
    if (value instanceof Unfit) refuse('WRONG_TYPE', value.message, 'series', String(index), 'value')
    if (at !== undefined && !(value instanceof Unfit)) return [ownReading(own, at, value)]
    isFit = false
    return []
  })
  return isFit ? { change: { kind: 'SERIES', readings: readings.length }, readings } : undefined
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 80))
