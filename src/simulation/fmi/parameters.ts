import type { Json } from '../../util/json.ts'

/** Parameters of the engine, as `parameterSchema` lets them through. */
export interface FmiParameters {
  readonly components: readonly ComponentSpec[]
  readonly models: readonly ModelSpec[]
  readonly wires: readonly WireSpec[]
  /** Seconds. */
  readonly stepSize?: number
  readonly tolerance?: number
  readonly algorithm: 'JACOBI' | 'GAUSS_SEIDEL'
}

/** What the variables of an FMU are, by their names. */
export interface VariableMapping {
  readonly start?: Readonly<Record<string, SourceSpec>>
  readonly inputs?: Readonly<Record<string, SourceSpec>>
  readonly outputs?: Readonly<Record<string, string | OutputSpec>>
}

export interface ComponentSpec extends VariableMapping {
  readonly name: string
  /** SHA-256 of the FMU. */
  readonly fmu: string
  readonly twin?: string
}

export interface ModelSpec extends VariableMapping {
  /** DTMI. */
  readonly model: string
  readonly fmu: string
}

export interface WireSpec {
  readonly over: string
  readonly from: string
  readonly to: string
  readonly reverse: boolean
}

export type Scalar = number | boolean | string

/** Where a value comes from. `twin`: where it is not the instance's own. `unit`: of values whose model tells none; of a literal, where it is not the FMU's. */
export type SourceSpec =
  | Scalar
  | { readonly value: number; readonly unit?: string }
  | { readonly property: string; readonly twin?: string; readonly unit?: string }
  | { readonly telemetry: string; readonly twin?: string; readonly unit?: string }
  | { readonly component: string; readonly variable: string }

export interface OutputSpec {
  readonly telemetry: string
  readonly twin?: string
  readonly unit?: string
}

const object = (properties: Readonly<Record<string, Json>>, required: readonly string[]): Json => ({ type: 'object', additionalProperties: false, required, properties })
const name: Json = { type: 'string', minLength: 1, maxLength: 500 }
const literal: Json = { type: ['number', 'boolean', 'string'], maxLength: 10_000 }
const quantity = object({ value: { type: 'number' }, unit: name }, ['value'])
const property = object({ property: name, twin: name, unit: name }, ['property'])
const telemetry = object({ telemetry: name, twin: name, unit: name }, ['telemetry'])
const variables = (description: string, values: Json): Json => ({ type: 'object', maxProperties: 10_000, additionalProperties: values, description })
const fmu: Json = { type: 'string', pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the FMU, which was PUT to /artifacts.' }

const startOf = variables('Parameter or start value of the FMU → a value, one with a unit of DTDL, or a property of the twin.', { anyOf: [literal, quantity, property] })
const outputs = variables('Output of the FMU → the telemetry that it becomes.', { anyOf: [name, telemetry] })

/** JSON Schema (2020-12) of the engine's parameters. */
export const parameterSchema: Json = object({
  components: {
    type: 'array', maxItems: 1_000, default: [], description: 'Instances of FMUs, one by one.',
    items: object({
      name, fmu, twin: { ...name as object, description: 'Whose properties and telemetry are meant where none is named.' }, start: startOf, outputs,
      inputs: variables(
        'Input of the FMU → a value, a property, telemetry (the last reading counts until the next), or the output of another component.',
        { anyOf: [literal, quantity, property, telemetry, object({ component: name, variable: name }, ['component', 'variable'])] },
      ),
    }, ['name', 'fmu']),
  },
  models: {
    type: 'array', maxItems: 1_000, default: [], description: 'Every twin of the model becomes an instance of the FMU, named as the twin.',
    items: object({ model: { ...name as object, description: 'DTMI.' }, fmu, start: startOf, outputs, inputs: variables('Input of the FMU → a value, a property of the twin, or its telemetry.', { anyOf: [literal, quantity, property, telemetry] }) }, ['model', 'fmu']),
  },
  wires: {
    type: 'array', maxItems: 1_000, default: [], description: 'Along each relationship of the name, the output of the source\'s instance feeds the input of the target\'s.',
    items: object({ over: { ...name as object, description: 'Name of the relationship.' }, from: { ...name as object, description: 'Output.' }, to: { ...name as object, description: 'Input.' }, reverse: { type: 'boolean', default: false, description: 'From the target to the source.' } }, ['over', 'from', 'to']),
  },
  stepSize: { type: 'number', unit: 'second', exclusiveMinimum: 0, maximum: 1e9, description: 'Communication step. The step of the run is a whole number of them. Default: the shortest of the FMUs\' default experiments where that fits, else the step of the run.' },
  tolerance: { type: 'number', exclusiveMinimum: 0, maximum: 1, description: 'Relative tolerance for FMUs with solvers of their own. Default: the smallest of their default experiments.' },
  algorithm: { type: 'string', enum: ['JACOBI', 'GAUSS_SEIDEL'], default: 'JACOBI', description: 'JACOBI: all instances step on what the others were before. GAUSS_SEIDEL: one after the other along the wires, each on what those before it have become.' },
}, [])
