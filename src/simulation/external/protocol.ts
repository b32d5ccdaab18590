import { identity } from '../affine.ts'
import { knobKey, type RunWindow } from '../engine.ts'
import { EngineError, type Kpis, type Setting } from '../engine-program.ts'
import type { Json } from '../../util/json.ts'
import type { ExternalInput } from './input.ts'

/**
 * The protocol that programs speak: a JSON object a line, UTF-8, at most 1 MB of it, over standard input and output. What they say on standard error is theirs.
 * docs/engines.md tells it to those who write one. Instants are seconds since the window's start; `from` is text, ISO 8601.
 */
export type ToProgram =
  | {
      readonly type: 'open'
      readonly protocol: 1
      readonly window: { readonly from: string; readonly horizon: number; readonly step: number }
      readonly parameters: ExternalInput['parameters']
      readonly twins: ExternalInput['twins']
      readonly relationships: ExternalInput['relationships']
      readonly inputs: readonly { readonly twin: string; readonly name: string; /** How many readings will come. */ readonly count: number }[]
      readonly outputs: ExternalInput['outputs']
    }
  /** Some readings of an input, in order of time; the last one before the window comes as of its start. */
  | { readonly type: 'series'; readonly input: number; readonly at: readonly number[]; readonly values: readonly number[] }
  | { readonly type: 'opened' }
  | { readonly type: 'run'; readonly settings: readonly (ParameterSetting | PropertySetting)[]; readonly seed: number }
  | { readonly type: 'cancel' }

interface ParameterSetting { readonly parameter: string; readonly value: number }
interface PropertySetting { readonly twin: string; readonly property: string; readonly value: number }

export type FromProgram =
  | { readonly type: 'ready' }
  | { readonly type: 'frame'; readonly at: number; readonly values: { readonly [twin: string]: { readonly [name: string]: number | boolean | null } } }
  | { readonly type: 'progress'; readonly at: number }
  | { readonly type: 'warning'; readonly code: string; readonly message: string; readonly twin?: string }
  | { readonly type: 'done'; readonly kpis?: Kpis }
  | { readonly type: 'error'; readonly code: string; readonly message: string; readonly twin?: string; readonly retryable?: boolean }

export const toOpen = (input: ExternalInput, { from, horizon, step }: RunWindow, counts: readonly number[]): ToProgram => ({
  type: 'open',
  protocol: 1,
  window: { from: new Date(from / 1_000).toISOString(), horizon: horizon / 1e6, step: step / 1e6 },
  parameters: input.parameters,
  twins: input.twins,
  relationships: input.relationships,
  inputs: input.inputs.map(({ twin, name }, index) => ({ twin, name, count: counts[index] ?? 0 })),
  outputs: input.outputs,
})

/** Runs of a model: settings of properties come in the units of the twins, and go in the program's. */
export function createRunMessage({ knobs }: ExternalInput): (settings: readonly Setting[], seed: number) => ToProgram {
  const affines = new Map(knobs.map(({ twin, property: name, ...affine }) => [knobKey({ kind: 'property', twin, name }), affine]))
  const toSetting = ({ variable, value }: Setting): ParameterSetting | PropertySetting => {
    if (variable.kind === 'parameter') return { parameter: variable.name, value }
    const { scale, shift } = affines.get(knobKey(variable)) ?? identity
    return { twin: variable.twin, property: variable.name, value: value * scale + shift }
  }
  return (settings, seed) => ({ type: 'run', settings: settings.map(toSetting), seed })
}

/** Reads a line of a program. Throws PROTOCOL_ERROR, quoting it, where it is none of the protocol. */
export function parseLine(line: string): FromProgram {
  const message = parse(line)
  const wrong = message === undefined ? 'it is no JSON (where there is no number, null stands, not NaN)' : !isMembers(message) ? 'it is no object' : whatIsWrong(message)
  if (wrong !== undefined) throw protocolError(line, wrong)
  return message as FromProgram // checked, member by member
}

export const protocolError = (line: string, wrong: string): EngineError =>
  new EngineError('PROTOCOL_ERROR', `The program wrote a line that cannot be used, as ${wrong}: ${line.length > 200 ? `${line.slice(0, 200)}…` : line}`)

function whatIsWrong(message: Members): string | undefined {
  const { type, at, values, kpis, code, message: text, twin, retryable } = message
  switch (type) {
    case 'ready': return undefined
    case 'frame': return isNumber(at) && isMembers(values) && Object.values(values).every(isMembers) ? undefined : 'a frame has "at", seconds, and "values", by twin and name'
    case 'progress': return isNumber(at) ? undefined : 'progress has "at", seconds'
    case 'done': return kpis === undefined || (isMembers(kpis) && Object.values(kpis).every(isNumber)) ? undefined : '"kpis" are numbers by name'
    case 'warning':
    case 'error': return isText(code) && /^[A-Z][A-Z0-9_]{0,63}$/.test(code) && isText(text) && (twin === undefined || isText(twin)) && (retryable === undefined || typeof retryable === 'boolean')
      ? undefined : `${type} has a "code" in upper case, such as NO_CONVERGENCE, a "message", and perhaps a "twin"`
    default: return `its "type" is none of ready, frame, progress, warning, done, error`
  }
}

type Members = { readonly [name: string]: Json | undefined }

const isMembers = (value: Json | undefined): value is { readonly [name: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value)
const isNumber = (value: Json | undefined): value is number => typeof value === 'number'
const isText = (value: Json | undefined): value is string => typeof value === 'string'

function parse(line: string): Json | undefined {
  try {
    return JSON.parse(line) as Json
  } catch {
    return undefined // told with the line
  }
}
