import type { Content } from '../model/model.ts'
import type { RegisteredModel, Registry } from '../model/registry.ts'
import { ownSeriesName } from '../prediction/prediction-series.ts'
import type { Predictor } from '../prediction/predictor.ts'
import type { ItemProblem, ProblemCode } from '../problem.ts'
import { parseDuration } from '../telemetry/duration.ts'
import type { Microseconds } from '../telemetry/reading.ts'
import { seriesKind } from '../telemetry/series-kind.ts'
import { channelsOfTwin } from '../telemetry/twin-directory.ts'
import { convertUnit } from '../telemetry/unit/convert-unit.ts'
import { nearest } from '../util/nearest.ts'
import { type Condition, type Limits, most, type Subjects } from './rule.ts'
import type { ConditionRequest, DriftRequest, LiveRequest, MissingRequest, SubjectsRequest, ThresholdRequest } from './rule-request.ts'

/** What a condition is checked against, and where what is wrong with it is said. */
export interface Checking {
  readonly registry: Registry
  /** DTMIs of the twins that it names; of those that there are. */
  readonly twins: ReadonlyMap<string, string>
  /** Of the predictors that it names, those that there are, by what it names them. */
  readonly predictors: ReadonlyMap<string, Pick<Predictor, 'name' | 'card'>>
  /** What is wrong with a filter of a model's twins; undefined: nothing. */
  filterProblem(filter: { readonly model: string | null; readonly where: unknown; readonly within?: unknown }): string | undefined
  readonly problems: ItemProblem[]
}

type Path = readonly string[]

/** One second to a year and a day. */
const [second, week] = [1_000_000, 7 * 86_400_000_000]

/** The condition that is asked for; undefined where it is none, which has been said. */
export function checkCondition({ threshold, drift, live, missing, schedule }: ConditionRequest, path: Path, checking: Checking): Condition | undefined {
  if (threshold) return checkThreshold(threshold, [...path, 'threshold'], checking)
  if (drift) return checkDrift(drift, [...path, 'drift'], checking)
  if (live) return checkLive(live, [...path, 'live'], checking)
  if (missing) return checkMissing(missing, [...path, 'missing'], checking)
  const every = checkDuration(schedule?.every ?? '', { path: [...path, 'schedule', 'every'], least: second }, checking.problems)
  return every === undefined ? undefined : { kind: 'ScheduleCondition', every }
}

function checkThreshold(request: ThresholdRequest, path: Path, checking: Checking): Condition | undefined {
  const say = sayer(checking.problems, path)
  const { series = null, property = null, aggregate, window } = request
  if ((series === null) === (property === null)) say('INVALID_INPUT', [], 'A threshold is either of a series or of a property: give exactly one of them.')
  const source = request.source ?? 'MEASURED'
  if (source === 'SIMULATED') say('INVALID_INPUT', ['source'], 'What runs simulate is nobody\'s present. Watch MEASURED, PREDICTED or DERIVED.')
  if (property !== null && typeof request.model !== 'string') say('MISSING_INPUT', ['model'], `Name the model whose ${property} is watched.`)
  if (property !== null && aggregate) say('INVALID_INPUT', ['aggregate'], 'Properties have no windows: watch a series, or leave it out.')
  if (Boolean(aggregate) !== (typeof window === 'string')) say('MISSING_INPUT', [aggregate ? 'window' : 'aggregate'], 'Give both aggregate and window, or neither of them.')
  const of = checkSubjects(request, path, checking)
  const width = typeof window === 'string' ? checkDuration(window, { path: [...path, 'window'], least: 1, longest: week }, checking.problems) : undefined
  const content = property !== null ? checkProperty(property, of, path, checking) : series === null ? undefined : source === 'MEASURED' ? checkSeries(series, of, path, checking) : source === 'PREDICTED' ? checkPredicted(series, of, path, checking) : undefined
  const limits = checkLimits(request, path, checking, content)
  if (!of || !limits || source === 'SIMULATED') return undefined
  return { kind: 'ThresholdCondition', of, series, property, source, ...limits, over: aggregate && width !== undefined ? { aggregate, window: width } : null }
}

function checkDrift({ predictor, measure, feature, above, clearBelow }: DriftRequest, path: Path, checking: Checking): Condition | undefined {
  const say = sayer(checking.problems, path)
  const known = checking.predictors.get(predictor)
  const features = Object.keys(known?.card.reference ?? {})
  if (!known) say('NOT_FOUND', ['predictor'], `There is no predictor ${JSON.stringify(predictor.slice(0, 80))}.`)
  else if (typeof feature === 'string' && !features.includes(feature)) say('NOT_FOUND', ['feature'], `The card of ${predictor} has no reference of a feature ${JSON.stringify(feature.slice(0, 80))}, so that no drift of it is measured.${suggested(feature, features)}`)
  const limits = checkLimits({ above, clearBelow: clearBelow ?? null }, path, checking, undefined)
  return limits && { kind: 'DriftCondition', predictor, measure, feature: feature ?? null, ...limits }
}

function checkLive({ model, where, within }: LiveRequest, path: Path, checking: Checking): Condition | undefined {
  const type = checkModel(model, path, checking)
  if (type === undefined) return undefined
  const filter = { model: type, where: where ?? null, within: within ?? null }
  const wrong = checking.filterProblem(filter)
  if (wrong !== undefined) sayer(checking.problems, path)('INVALID_INPUT', [where === undefined ? 'within' : 'where'], wrong)
  return { kind: 'LiveCondition', ...filter }
}

function checkMissing(request: MissingRequest, path: Path, checking: Checking): Condition | undefined {
  const of = checkSubjects(request, path, checking)
  if (of && of.twins === null && of.model === null) sayer(checking.problems, path)('MISSING_INPUT', ['model'], 'Name the twins that are to be heard of, or their model.')
  const after = checkDuration(request.after, { path: [...path, 'after'], least: second }, checking.problems)
  if (of) checkSeries(request.series, of, path, checking)
  return of && after !== undefined ? { kind: 'MissingCondition', of, series: request.series, after } : undefined
}

function checkSubjects({ twins, model, where }: SubjectsRequest, path: Path, checking: Checking): Subjects | undefined {
  const say = sayer(checking.problems, path)
  const type = checkModel(model, path, checking)
  if (twins && (twins.length === 0 || twins.length > most.twins)) say('TOO_LARGE', ['twins'], `A rule names from 1 to ${most.twins} twins, not ${twins.length}. Leave them out for all of a model.`)
  else for (const [index, id] of (twins ?? []).filter((each) => !checking.twins.has(each)).slice(0, mostTold).entries()) say('NOT_FOUND', ['twins', String((twins ?? []).indexOf(id, index))], `There is no twin ${JSON.stringify(id.slice(0, 80))}.`)
  if (type === undefined) return undefined
  const filter = where ?? null
  if (filter !== null && type === null) say('MISSING_INPUT', ['model'], 'A filter is of a model: name it.')
  if (filter !== null && twins) say('INVALID_INPUT', ['where'], 'Give twins, or a filter of the model\'s, not both.')
  const wrong = filter !== null && type !== null ? checking.filterProblem({ model: type, where: filter }) : undefined
  if (wrong !== undefined) say('INVALID_INPUT', ['where'], wrong)
  return { twins: twins ? [...new Set(twins)] : null, model: type, where: filter }
}

/** Of things that are wrong alike, so many are told. */
const mostTold = 10

/** The type's name; null where none is asked for, undefined where it is none. */
function checkModel(given: string | null | undefined, path: Path, { registry, problems }: Checking): string | null | undefined {
  if (typeof given !== 'string') return null
  const found = registry.byType(given) ?? registry.get(given)
  if (found) return found.names.type
  const near = nearest(given, [...registry.models.values()].map(({ names }) => names.type))
  sayer(problems, path)('UNKNOWN_MODEL', ['model'], `No model is named ${JSON.stringify(given.slice(0, 80))}.${near === undefined ? '' : ` Did you mean ${near}?`}`)
  return undefined
}

/** The telemetry or property, where one is found; what is wrong is said. */
type Measured = { readonly unit?: string | undefined } | undefined

/** Of twins that are named each has it; of a model it does; of all twins, some model. */
function checkSeries(series: string, of: Subjects | undefined, path: Path, { registry, twins, problems }: Checking): Measured {
  if (!of) return undefined
  const models = modelsOf(of, registry, twins)
  const channels = models.map((model) => channelsOfTwin('', model, registry))
  const found = channels.flatMap((each) => each.find(series)?.channel ?? [])
  const isOfAny = of.model === null && of.twins === null
  const say = sayer(problems, path)
  if (isOfAny ? found.length === 0 : found.length < channels.length) {
    const near = nearest(series, channels.flatMap((each) => [...each.names()]))
    const whose = isOfAny ? 'No model has' : `${models.find((_, index) => !channels[index]?.find(series))?.names.type ?? 'The model'} has no`
    say('UNKNOWN_TELEMETRY', ['series'], `${whose} telemetry named ${JSON.stringify(series.slice(0, 80))}.${near === undefined ? '' : ` Did you mean ${near}?`}`)
  }
  const other = found.find(({ kind }) => kind === 'text' || kind === 'json')
  if (other) say('WRONG_TYPE', ['series'], `${series} is no number, so that nothing is above or below it.`)
  return found[0] && { unit: found[0].telemetry.unit }
}

/** An output of a predictor, `output@predictor`, or a telemetry that some predictor is of, and their bounds; what contributes to them is whatever it is. */
function checkPredicted(series: string, of: Subjects | undefined, path: Path, checking: Checking): Measured {
  const name = series.replace(/~(?:lower|upper)$/, '')
  if (name.includes('~')) return undefined
  const predictor = predictorOf(name)
  if (predictor === undefined) return checkSeries(name, of, path, checking)
  const say = sayer(checking.problems, path)
  const known = checking.predictors.get(predictor)
  const outputs = known?.card.outputs.filter(({ role, telemetry }) => role === 'VALUE' && telemetry === undefined) ?? []
  const names = outputs.map((output) => ownSeriesName(output.name, predictor))
  if (!known) say('NOT_FOUND', ['series'], `No version of a predictor ${JSON.stringify(predictor.slice(0, 80))} is ACTIVE, so that nothing is published as ${JSON.stringify(series.slice(0, 80))}.`)
  else if (!names.includes(name)) say('NOT_FOUND', ['series'], `The predictor ${predictor} publishes no ${JSON.stringify(name.slice(0, 80))}.${suggested(name, names)}`)
  return { unit: outputs.find((output) => ownSeriesName(output.name, predictor) === name)?.unit }
}

/** The predictor whose own output a series is. */
export const predictorOf = (series: string): string | undefined => /@([^@~]+)/.exec(series)?.[1]

const suggested = (name: string, known: readonly string[]): string => {
  const near = nearest(name, known)
  return near === undefined ? '' : ` Did you mean ${near}?`
}

function modelsOf(of: Subjects, registry: Registry, twins: ReadonlyMap<string, string>): readonly RegisteredModel[] {
  if (of.twins !== null) return [...new Set(of.twins.flatMap((id) => twins.get(id) ?? []))].flatMap((id) => registry.get(id) ?? [])
  const model = of.model === null ? undefined : registry.byType(of.model)
  return model ? [model] : [...registry.models.values()]
}

function checkProperty(name: string, of: Subjects | undefined, path: Path, { registry, problems }: Checking): Measured {
  const model = typeof of?.model === 'string' ? registry.byType(of.model) : undefined
  if (!model) return undefined
  const content: Content | undefined = model.contents.get(name)
  const say = sayer(problems, path)
  if (content?.kind !== 'Property') {
    const near = nearest(name, [...model.contents.values()].flatMap((each) => (each.kind === 'Property' ? [each.name] : [])))
    say('UNKNOWN_PROPERTY', ['property'], `${model.names.type} has no property ${JSON.stringify(name.slice(0, 80))}.${near === undefined ? '' : ` Did you mean ${near}?`}`)
    return undefined
  }
  const kind = seriesKind(content.schema)
  if (kind !== 'float' && kind !== 'integer') say('WRONG_TYPE', ['property'], `${name} is no number, so that nothing is above or below it.`)
  return { unit: content.unit }
}

function checkLimits({ above, below, clearBelow, clearAbove, unit }: Pick<ThresholdRequest, 'above' | 'below' | 'clearBelow' | 'clearAbove' | 'unit'>, path: Path, { problems }: Checking, measured: Measured): Limits | undefined {
  const say = sayer(problems, path)
  const isAbove = typeof above === 'number'
  const limit = above ?? below
  if (typeof limit !== 'number' || isAbove === (typeof below === 'number')) {
    say('INVALID_INPUT', [], 'Give exactly one of above and below.')
    return undefined
  }
  const [clear, other, name, otherName] = isAbove ? [clearBelow, clearAbove, 'clearBelow', 'clearAbove'] : [clearAbove, clearBelow, 'clearAbove', 'clearBelow']
  if (typeof other === 'number') say('INVALID_INPUT', [otherName], `What begins ${isAbove ? 'above' : 'below'} a limit ends ${isAbove ? 'below' : 'above'} one: give ${name}.`)
  const wrong = typeof clear === 'number' && (isAbove ? clear > limit : clear < limit)
  if (wrong) say('OUT_OF_BOUNDS', [name], `It begins ${isAbove ? 'above' : 'below'} ${limit}, so it ends at that or ${isAbove ? 'below' : 'above'}, not at ${clear}.`)
  const convert = typeof unit === 'string' ? converter(unit, measured, say) : (value: number): number => value
  return convert && { direction: isAbove ? 'ABOVE' : 'BELOW', limit: convert(limit), clear: convert(clear ?? limit) }
}

function converter(unit: string, measured: Measured, say: Say): ((value: number) => number) | undefined {
  const own = measured?.unit
  const found = own === undefined ? undefined : own === unit ? (value: number): number => value : convertUnit(unit, own)
  if (!found) say('WRONG_UNIT', ['unit'], own === undefined ? 'What is watched has no unit, so that no other can be converted. Leave the unit out.' : `${JSON.stringify(unit.slice(0, 80))} is no unit that can be converted to ${own}, its own.`)
  return found
}

interface DurationBounds {
  readonly path: Path
  readonly least: Microseconds
  readonly longest?: Microseconds
}

/** Undefined where it is none, or out of bounds, which has been said. */
export function checkDuration(text: string, { path, least, longest = most.duration }: DurationBounds, problems: ItemProblem[]): Microseconds | undefined {
  const parsed = parseDuration(text)
  if (parsed.ok && parsed.value >= least && parsed.value <= longest) return parsed.value
  const message = parsed.ok ? `It is from ${least / second} s to ${longest / 86_400_000_000} days, not ${text}.` : parsed.problem
  problems.push({ code: parsed.ok ? 'OUT_OF_BOUNDS' : 'WRONG_TIME', message, path: [...path] })
  return undefined
}

export type Say = (code: ProblemCode, field: Path, message: string) => void

export const sayer = (problems: ItemProblem[], path: Path): Say => (code, field, message) => void problems.push({ code, message, path: [...path, ...field] })
