import type { ItemProblem } from '../problem.ts'
import { type Knob, knobKey, type Variable } from '../simulation/engine.ts'
import type { CalibrationVariable } from '../simulation/engine-host.ts'
import { nearest } from '../util/nearest.ts'
import type { VariableRequest } from './run-request.ts'

/** Something that is turned: each setting is `number × of`. */
export interface ResolvedVariable extends Pick<CalibrationVariable, 'name' | 'sets'> {
  /** The number it has now; of a FACTOR 1. */
  readonly value: number
  /** Numbers that keep every setting within its bounds. */
  readonly min: number
  readonly max: number
}

/** Twins of one variable, and those of them that are told not to be known. */
const [mostTwins, mostUnknown] = [20_000, 10]
const longestName = 100

/** Finds what a variable turns among what the bound engine has; pushes what is wrong with it. */
export function resolveVariable(request: VariableRequest, knobs: ReadonlyMap<string, Knob>, path: readonly string[], problems: ItemProblem[]): ResolvedVariable | undefined {
  const { name, parameter, property, twins } = request
  if ((typeof parameter === 'string') === (typeof property === 'string')) {
    problems.push({ code: 'INVALID_INPUT', path, message: 'A variable is either a parameter of the engine, or a property of twins: give exactly one of them.' })
    return undefined
  }
  if (typeof name === 'string' && (name.length === 0 || name.length > longestName)) problems.push({ code: 'OUT_OF_BOUNDS', path: [...path, 'name'], message: `A name has from 1 to ${longestName} characters, not ${name.length}.` })
  if ((twins?.length ?? 0) > mostTwins) {
    problems.push({ code: 'OUT_OF_BOUNDS', path: [...path, 'twins'], message: `A variable turns at most ${mostTwins} twins, not ${twins?.length}. A parameter of the engine may turn all at once.` })
    return undefined
  }
  if (typeof property === 'string' && !twins?.length) {
    problems.push({ code: 'MISSING_INPUT', path: [...path, 'twins'], message: `Name the twins whose ${property} is turned.` })
    return undefined
  }
  const variables: readonly Variable[] = typeof property === 'string' ? [...new Set(twins)].map((twin) => ({ kind: 'property', twin, name: property })) : [{ kind: 'parameter', name: String(parameter) }]
  const found = variables.map((variable) => ({ variable, knob: knobs.get(knobKey(variable)) }))
  const known = found.flatMap(({ variable, knob }) => (knob ? [{ variable, knob }] : []))
  const unknowns = found.filter(({ knob }) => !knob)
  for (const { variable } of unknowns.slice(0, mostUnknown)) problems.push(unknown(variable, knobs, path))
  if (unknowns.length > mostUnknown) problems.push({ code: 'UNKNOWN_PARAMETER', path, message: `So it is with ${unknowns.length - mostUnknown} more of the twins.` })
  if (unknowns.length > 0) return undefined
  return toResolved(request, known, path, problems)
}

function toResolved(request: VariableRequest, known: readonly { readonly variable: Variable; readonly knob: Knob }[], path: readonly string[], problems: ItemProblem[]): ResolvedVariable | undefined {
  const isFactor = request.as === 'FACTOR'
  const zero = isFactor ? known.find(({ knob }) => knob.value === 0) : undefined
  if (zero) {
    problems.push({ code: 'OUT_OF_BOUNDS', path, message: `${shown(zero.variable)} is 0, which no factor changes: set its value instead.` })
    return undefined
  }
  const sets = known.map(({ variable, knob }) => ({ variable, of: isFactor ? knob.value : 1 }))
  const limits = known.map(({ knob: { value, min = -Infinity, max = Infinity } }) => (isFactor ? [min / value, max / value].toSorted((a, b) => a - b) : [min, max]))
  return {
    name: request.name ?? defaultName(request), sets, value: isFactor ? 1 : known[0]?.knob.value ?? 0,
    min: Math.max(...limits.map(([least = -Infinity]) => least)), max: Math.min(...limits.map(([, most = Infinity]) => most)),
  }
}

const defaultName = ({ parameter, property, twins }: VariableRequest): string =>
  (typeof property === 'string' ? `${twins?.length === 1 ? String(twins[0]) : `${String(twins?.[0])}+${String((twins?.length ?? 1) - 1)}`}.${property}` : String(parameter))

const shown = (variable: Variable): string => (variable.kind === 'parameter' ? variable.name : `${variable.name} of ${JSON.stringify(variable.twin)}`)

function unknown(variable: Variable, knobs: ReadonlyMap<string, Knob>, path: readonly string[]): ItemProblem {
  const start = variable.kind === 'parameter' ? undefined : `${JSON.stringify([variable.twin]).slice(0, -1)},`
  const names = [...knobs.keys()].flatMap((key) => (start === undefined || key.startsWith(start) ? [JSON.parse(key) as readonly string[]] : [])).flatMap(([first = '', second]) => (start !== undefined ? second ?? [] : second === undefined ? [first] : []))
  const near = nearest(variable.name, names)
  const hint = near !== undefined ? ` Did you mean ${near}?` : names.length > 0 ? ` There are ${names.slice(0, 20).join(', ')}.` : variable.kind === 'property' ? ' The engine does not know the twin, or nothing of it can be turned.' : ''
  return { code: 'UNKNOWN_PARAMETER', path, message: `${shown(variable)} is nothing that this engine can turn.${hint}`, ...(variable.kind === 'property' && { twin: variable.twin, property: variable.name }) }
}

/** Says where a number leaves the bounds of what it sets. */
export function checkBounds({ name, min, max }: ResolvedVariable, numbers: readonly number[], path: readonly string[], problems: ItemProblem[]): void {
  const outside = numbers.find((number) => !(number >= min && number <= max))
  if (outside !== undefined) problems.push({ code: 'OUT_OF_BOUNDS', path, message: `${name} is from ${min} to ${max}, not ${outside}.` })
}
