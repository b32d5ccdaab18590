import type { ItemProblem } from '../problem.ts'
import type { Bound, SeriesName } from '../simulation/engine.ts'
import type { Design, Range } from '../simulation/design/design.ts'
import type { SeriesKey } from '../telemetry/reading.ts'
import { nearest } from '../util/nearest.ts'
import { settingsEach } from './sweep-samples.ts'
import { checkBounds, resolveVariable, type ResolvedVariable } from './resolve-variable.ts'
import type { RunTask } from './run-inputs.ts'
import type { CalibrationRequest, SweepRequest, SweepVariableRequest } from './run-request.ts'

export interface PlannedTask {
  readonly task: RunTask
  readonly problems: readonly ItemProblem[]
}

type Ground = Pick<Bound, 'knobs' | 'outputs'>

const [mostSweptVariables, mostMembers, mostStatistics] = [20, 100_000, 1_000]
/** Of all members together: things that are set, and statistics that are kept. */
const [mostSettings, mostKept] = [20_000_000, 5_000_000]
const [mostFitted, mostTargets, mostFitRuns] = [50, 1_000, 100_000]

/** A sweep over what an engine has bound; all that is wrong with it at once. */
export function planSweep(request: SweepRequest, bound: Ground): PlannedTask {
  const problems: ItemProblem[] = []
  const wrong = toWrong(problems)
  const { design, samples } = request
  const [variables, asked] = [request.variables.slice(0, mostSweptVariables), (request.statistics ?? []).slice(0, mostStatistics)]
  if (variables.length === 0 || request.variables.length > mostSweptVariables) wrong('OUT_OF_BOUNDS', ['variables'], `A sweep turns from 1 to ${mostSweptVariables} variables, not ${request.variables.length}.`)
  if ((request.statistics?.length ?? 0) > mostStatistics) wrong('OUT_OF_BOUNDS', ['statistics'], `A sweep has at most ${mostStatistics} statistics, not ${request.statistics?.length}.`)
  const resolved = variables.map(({ variable }, index) => resolveVariable(variable, bound.knobs, ['input', 'variables', String(index), 'variable'], problems))
  checkNames(resolved, problems)
  const toPath = (index: number): readonly string[] => ['input', 'variables', String(index)]
  const find = createOutputFinder(bound)
  const statistics = asked.flatMap(({ twin, name, reducer }, index) => {
    const output = find( { twin, name }, ['input', 'statistics', String(index)], problems)
    return output === undefined ? [] : [{ output, reducer, kpi: `${twin}.${name}.${reducer}` }]
  })
  if (design !== 'GRID' && !(typeof samples === 'number' && samples >= 1 && samples <= mostMembers)) wrong('OUT_OF_BOUNDS', ['samples'], `Say how many members there are to be: samples is from 1 to ${mostMembers}.`)
  const planned: Design = design === 'GRID'
    ? { kind: 'GRID', axes: variables.map((each, index) => ({ values: axisOf(each, resolved[index], toPath(index), problems) })) }
    : { kind: design, samples: samples ?? 1, axes: variables.map((each, index) => rangeOf(each, resolved[index], toPath(index), problems)) }
  const members = planned.kind === 'GRID' ? planned.axes.reduce((product, { values }) => product * values.length, 1) : planned.samples
  if (members > mostMembers) wrong('OUT_OF_BOUNDS', ['variables'], `The grid has ${members} members; at most ${mostMembers} are taken.`)
  checkSize(members, settingsEach(resolved.flatMap(toSets)), statistics.length, wrong)
  return { problems, task: { kind: 'sweep', variables: resolved.flatMap(toSets), design: planned, keepSeries: request.keepSeries ?? false, statistics } }
}

/** A calibration of what an engine has bound. `keyOf`: where a telemetry's readings lie. */
export function planCalibration(request: CalibrationRequest, bound: Ground, keyOf: (series: SeriesName) => SeriesKey | undefined): PlannedTask {
  const problems: ItemProblem[] = []
  const wrong = toWrong(problems)
  const { maxRuns } = request
  const [variables, targets] = [request.variables.slice(0, mostFitted), request.targets.slice(0, mostTargets)]
  if (variables.length === 0 || request.variables.length > mostFitted) wrong('OUT_OF_BOUNDS', ['variables'], `A calibration fits from 1 to ${mostFitted} variables, not ${request.variables.length}.`)
  if (targets.length === 0 || request.targets.length > mostTargets) wrong('OUT_OF_BOUNDS', ['targets'], `A calibration has from 1 to ${mostTargets} targets, not ${request.targets.length}.`)
  if (!((maxRuns ?? 1) >= 1 && (maxRuns ?? 1) <= mostFitRuns)) wrong('OUT_OF_BOUNDS', ['maxRuns'], `maxRuns is from 1 to ${mostFitRuns}, not ${maxRuns}.`)
  const resolved = variables.map(({ variable }, index) => resolveVariable(variable, bound.knobs, ['input', 'variables', String(index), 'variable'], problems))
  checkNames(resolved, problems)
  const fitted = variables.flatMap(({ start, min, max }, index) => {
    const found = resolved[index]
    if (!found) return []
    const path = ['input', 'variables', String(index)]
    const begin = start ?? Math.min(Math.max(found.value, min), max)
    if (!(min < max)) problems.push({ code: 'OUT_OF_BOUNDS', path, message: `min is below max; ${min} is not below ${max}.` })
    else if (begin < min || begin > max) problems.push({ code: 'OUT_OF_BOUNDS', path: [...path, 'start'], message: `start is from ${min} to ${max}, not ${begin}.` })
    checkBounds(found, [min, max], path, problems)
    return [{ name: found.name, sets: found.sets, start: begin, min, max }]
  })
  const find = createOutputFinder(bound)
  const measured = targets.flatMap(({ twin, name, sigma }, index) => {
    const path = ['input', 'targets', String(index)]
    const output = find({ twin, name }, path, problems)
    const key = keyOf({ twin, name })
    if (typeof sigma === 'number' && !(sigma > 0)) problems.push({ code: 'OUT_OF_BOUNDS', path: [...path, 'sigma'], message: `sigma is above 0, not ${sigma}.` })
    return output === undefined || !key ? [] : [{ output, key, ...(typeof sigma === 'number' && { sigma }) }]
  })
  return { problems, task: { kind: 'calibrate', variables: fitted, targets: measured, method: request.method ?? 'AUTO', mostRuns: maxRuns ?? 1_000 } }
}

/** What all members together take of memory, here and where they are kept. */
function checkSize(members: number, settings: number, statistics: number, wrong: Wrong): void {
  if (members > mostMembers) return // told already
  if (members * settings > mostSettings) wrong('OUT_OF_BOUNDS', ['variables'], `${members} members that set ${settings} things each are ${members * settings} settings; at most ${mostSettings} are taken. Take fewer members, fewer twins, or a parameter of the engine that turns all at once.`)
  if (members * statistics > mostKept) wrong('OUT_OF_BOUNDS', ['statistics'], `${members} members with ${statistics} statistics each are ${members * statistics} numbers; at most ${mostKept} are kept. Take fewer of either.`)
}

type Wrong = ReturnType<typeof toWrong>

const toWrong = (problems: ItemProblem[]) => (code: ItemProblem['code'], path: readonly string[], message: string): void => { problems.push({ code, path: ['input', ...path], message }) }

const toSets = (variable: ResolvedVariable | undefined): readonly Pick<ResolvedVariable, 'name' | 'sets'>[] => (variable ? [{ name: variable.name, sets: variable.sets }] : [])

/** Results are found by the names of the variables, and nothing is turned twice. */
function checkNames(resolved: readonly (ResolvedVariable | undefined)[], problems: ItemProblem[]): void {
  const [names, things] = [new Set<string>(), new Set<string>()]
  for (const [index, variable] of resolved.entries()) {
    if (!variable) continue
    const path = ['input', 'variables', String(index)]
    if (names.has(variable.name)) problems.push({ code: 'DUPLICATE_ITEM', path, message: `Two variables are called ${JSON.stringify(variable.name)}: give one of them a name.` })
    names.add(variable.name)
    for (const { variable: thing } of variable.sets) {
      const text = JSON.stringify(thing)
      if (things.has(text)) problems.push({ code: 'DUPLICATE_ITEM', path, message: `${variable.name} is turned by two variables.` })
      things.add(text)
    }
  }
}

/** Undefined: there is none, and a problem says so. */
type OutputFinder = (series: SeriesName, path: readonly string[], problems: ItemProblem[]) => number | undefined

const createOutputFinder = ({ outputs }: Ground): OutputFinder => {
  const indexes = new Map(outputs.map(({ twin, name }, index) => [JSON.stringify([twin, name]), index]))
  return ({ twin, name }, path, problems) => {
    const index = indexes.get(JSON.stringify([twin, name]))
    if (index === undefined) problems.push(noOutput(outputs, { twin, name }, path))
    return index
  }
}

function noOutput(outputs: Ground['outputs'], { twin, name }: SeriesName, path: readonly string[]): ItemProblem {
  const near = nearest(name, outputs.flatMap((output) => (output.twin === twin ? [output.name] : [])))
  return { code: 'UNKNOWN_TELEMETRY', path, twin, message: `The simulation does not compute ${name} of ${JSON.stringify(twin)}.${near === undefined ? ' Its outputs are in `engines`, by role.' : ` Did you mean ${near}?`}` }
}

function axisOf({ values, from, to, count, scale }: SweepVariableRequest, variable: ResolvedVariable | undefined, path: readonly string[], problems: ItemProblem[]): readonly number[] {
  const hasRange = typeof from === 'number' && typeof to === 'number' && typeof count === 'number'
  if (Boolean(values?.length) === hasRange) {
    problems.push({ code: 'MISSING_INPUT', path, message: 'A variable of a grid has either values, or from, to and count.' })
    return []
  }
  if (hasRange && !(count >= 2 && count <= mostMembers)) {
    problems.push({ code: 'OUT_OF_BOUNDS', path: [...path, 'count'], message: `count is from 2 to ${mostMembers}, not ${count}.` })
    return []
  }
  const range = hasRange ? checkedRange({ from, to, scale: scale ?? 'LINEAR' }, path, problems) : undefined
  const numbers = range && typeof count === 'number' ? divide(range, count) : values ?? []
  if (variable) checkBounds(variable, numbers, path, problems)
  return numbers
}

const divide = ({ from, to, scale }: Range, count: number): readonly number[] => Array.from({ length: count }, (_, index) => {
  const share = index / (count - 1)
  return index === count - 1 ? to : scale === 'LINEAR' ? from + (to - from) * share : from * (to / from) ** share
})

function rangeOf({ from, to, scale, values }: SweepVariableRequest, variable: ResolvedVariable | undefined, path: readonly string[], problems: ItemProblem[]): Range {
  if (typeof from !== 'number' || typeof to !== 'number' || values?.length) {
    problems.push({ code: 'MISSING_INPUT', path, message: 'A variable of this design has a range: from and to, and no values.' })
    return { from: 0, to: 1, scale: 'LINEAR' }
  }
  const range = checkedRange({ from, to, scale: scale ?? 'LINEAR' }, path, problems)
  if (variable) checkBounds(variable, [from, to], path, problems)
  return range
}

function checkedRange(range: Range, path: readonly string[], problems: ItemProblem[]): Range {
  if (!(range.from < range.to)) problems.push({ code: 'OUT_OF_BOUNDS', path, message: `from is below to; ${range.from} is not below ${range.to}.` })
  else if (range.scale === 'LOGARITHMIC' && range.from <= 0) problems.push({ code: 'OUT_OF_BOUNDS', path, message: `A range divided by equal factors lies above 0, and ${range.from} does not.` })
  return range
}
