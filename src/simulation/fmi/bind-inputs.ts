import { type BindRequest, type InputSeriesName, type Knob, knobKey, type Variable } from '../engine.ts'
import { type Affine, dtdlTerm, fromDtdl, identity } from './fmu-unit.ts'
import type { Findings, Instance } from './instances.ts'
import type { FmuVariable } from './model-description.ts'
import type { Scalar, SourceSpec } from './parameters.ts'
import type { InputInstance, InputPort, Scaled } from './program-input.ts'
import { didYouMean, propertyOf, type TwinSources } from './twin-source.ts'
import { isAssignable, kindOf, misfit } from './value-kind.ts'

/** What goes into instances from outside. */
export interface BoundInputs {
  readonly of: readonly Pick<InputInstance, 'sets' | 'series'>[]
  readonly series: readonly InputSeriesName[]
  readonly knobs: ReadonlyMap<string, BoundKnob>
  /** Outputs of components that feed inputs by the mapping of the input. */
  readonly links: readonly Link[]
  /** Inputs that have a source, by `inputKey`. */
  readonly fed: ReadonlySet<string>
  /** Twins that were read. */
  readonly reads: ReadonlySet<string>
}

export interface BoundKnob {
  readonly knob: Knob
  readonly targets: readonly (InputPort & Scaled)[]
}

export interface Link {
  readonly component: string
  readonly variable: string
  readonly to: Instance
  readonly input: FmuVariable
  readonly path: readonly string[]
}

export const inputKey = (instance: number, variable: string): string => JSON.stringify([instance, variable])

/** Start values and inputs of all instances. Inputs that nothing here feeds are left to wires, and to `leaveToStart`. */
export function bindInputs({ latest }: Pick<BindRequest, 'latest'>, instances: readonly Instance[], sources: TwinSources, findings: Findings): BoundInputs {
  const { issues, report } = findings
  const bound = instances.map((): { sets: InputInstance['sets'][number][]; series: InputInstance['series'][number][] } => ({ sets: [], series: [] }))
  const series: InputSeriesName[] = []
  const knobs = new Map<string, { knob: Knob; targets: (InputPort & Scaled)[] }>()
  const links: Link[] = []
  const fed = new Set<string>()
  const reads = new Set<string>()

  const turn = (variable: Variable, knob: Knob, target: InputPort & Scaled): void => {
    const known = knobs.get(knobKey(variable))
    if (known) known.targets.push(target)
    else knobs.set(knobKey(variable), { knob, targets: [target] })
  }
  const set = (instance: Instance, variable: FmuVariable, value: Scalar, at: { readonly twin?: string; readonly property?: string; readonly path: readonly string[] }): boolean => {
    const wrong = misfit(value, variable)
    if (wrong) issues.push({ ...at, ...wrong })
    else bound[instance.index]?.sets.push({ reference: variable.reference, type: variable.type, value })
    return !wrong
  }

  const fromProperty = (instance: Instance, variable: FmuVariable, spec: { readonly property: string; readonly twin?: string; readonly unit?: string }, path: readonly string[]): void => {
    const found = sources.find('Property', { ...spec, name: spec.property }, instance, path)
    if (!found) return
    const { twin: { id: twin }, name, unit } = found
    reads.add(twin)
    const given = propertyOf(found.twin, name)
    if (given === undefined) {
      if (variable.start === undefined) issues.push({ code: 'MISSING_INPUT', twin, property: name, path, message: `${JSON.stringify(twin)} has no value of ${JSON.stringify(name)}, and the FMU's ${JSON.stringify(variable.name)} no start value.` })
      else report.defaulted.push({ twin, property: name, value: variable.start, why: `The twin has no value; it is the start value of the FMU's ${JSON.stringify(variable.name)}.` })
      return
    }
    if (typeof given !== 'number') {
      set(instance, variable, typeof given === 'object' ? JSON.stringify(given) : given, { twin, property: name, path })
      return
    }
    const affine = sources.convert('in', unit, variable, { twin, name, path })
    if (!affine || !set(instance, variable, convertTo(variable, given, affine), { twin, property: name, path }) || kindOf(variable.type) !== 'float') return
    turn({ kind: 'property', twin, name }, { value: given, unit, ...boundsIn(variable, affine) }, { instance: instance.index, ...portOf(variable), ...affine })
  }

  const fromTelemetry = (instance: Instance, variable: FmuVariable, spec: { readonly telemetry: string; readonly twin?: string; readonly unit?: string }, path: readonly string[]): void => {
    const found = sources.find('Telemetry', { ...spec, name: spec.telemetry }, instance, path)
    if (!found) return
    const { twin: { id: twin }, name, unit, facts } = found
    const [kind, wanted] = [facts.kind, kindOf(variable.type)]
    if (wanted === 'text' || !isAssignable(kind, wanted)) {
      issues.push({ code: 'WRONG_TYPE', twin, property: name, path, message: `The telemetry ${JSON.stringify(name)} is ${kind}, and the FMU's ${JSON.stringify(variable.name)} ${wanted ?? variable.type}.` })
      return
    }
    const affine = sources.convert('in', unit, variable, { twin, name, path })
    if (!affine) return
    if (!latest.has(JSON.stringify([twin, name]))) {
      if (variable.start === undefined) issues.push({ code: 'MISSING_INPUT', twin, property: name, path, message: `${JSON.stringify(name)} of ${JSON.stringify(twin)} has no value before the start, and the FMU's ${JSON.stringify(variable.name)} no start value.` })
      else report.defaulted.push({ twin, property: name, value: variable.start, why: `It has no value before the start; until there is one, it is the start value of the FMU's ${JSON.stringify(variable.name)}.` })
    }
    reads.add(twin)
    let index = series.findIndex((each) => each.twin === twin && each.name === name)
    if (index < 0) index = series.push({ twin, name, withBefore: true }) - 1
    bound[instance.index]?.series.push({ series: index, ...portOf(variable), ...affine })
  }

  const fromLiteral = (instance: Instance, variable: FmuVariable, spec: Scalar | { readonly value: number; readonly unit?: string }, path: readonly string[]): void => {
    const { value, unit } = typeof spec === 'object' ? { unit: undefined, ...spec } : { value: spec, unit: undefined }
    const affine = unit === undefined ? identity : sources.convert('in', unit, variable, { twin: instance.twin ?? instance.name, name: variable.name, path })
    if (affine) set(instance, variable, typeof value === 'number' ? convertTo(variable, value, affine) : value, { path })
  }

  const bindOne = (instance: Instance, variable: FmuVariable, spec: SourceSpec, path: readonly string[]): void => {
    if (typeof spec !== 'object' || 'value' in spec) fromLiteral(instance, variable, spec, path)
    else if ('property' in spec) fromProperty(instance, variable, spec, path)
    else if ('telemetry' in spec) fromTelemetry(instance, variable, spec, path)
    else links.push({ ...spec, to: instance, input: variable, path })
  }

  for (const instance of instances) {
    for (const [name, spec] of Object.entries(instance.mapping.start ?? {})) {
      const path = [...instance.path, 'start', name]
      const variable = variableOf(instance, name, isSettable, 'a parameter, or a start value that can be set', path, findings)
      if (variable) bindOne(instance, variable, spec, path)
    }
    for (const [name, spec] of Object.entries(instance.mapping.inputs ?? {})) {
      const path = [...instance.path, 'inputs', name]
      const variable = variableOf(instance, name, ({ causality }) => causality === 'input', 'an input', path, findings)
      if (!variable) continue
      fed.add(inputKey(instance.index, name))
      bindOne(instance, variable, spec, path)
    }
    for (const [variable, knob, port] of parameterKnobs(instance, bound[instance.index]?.sets ?? [])) turn(variable, knob, port)
  }
  return { of: bound, series, knobs, links, fed, reads }
}

/** Inputs that nothing feeds keep their start values, where they have any. Parameters that nothing sets as well. */
export function leaveToStart(instances: readonly Instance[], fed: ReadonlySet<string>, { issues, report }: Findings): void {
  for (const { index, name, twin, mapping, fmu: { description }, path } of instances) {
    for (const variable of description.variables.values()) {
      const [isInput, isParameter] = [variable.causality === 'input', variable.causality === 'parameter']
      if (!isInput && !isParameter || (mapping.start && Object.hasOwn(mapping.start, variable.name)) || fed.has(inputKey(index, variable.name))) continue
      if (variable.start !== undefined) report.defaulted.push({ twin: twin ?? name, property: variable.name, value: variable.start, why: `Nothing ${isInput ? 'feeds this input' : 'sets this parameter'}: it is what the FMU starts with.` })
      else if (isInput && kindOf(variable.type) !== undefined) issues.push({ code: 'MISSING_INPUT', ...(twin !== undefined && { twin }), path: [...path, 'inputs'], message: `Nothing feeds the input ${JSON.stringify(variable.name)} of ${name}, and it has no start value. Map it, or wire it.` })
    }
  }
}

/** A variable that a mapping names; undefined: it is none, or not for this, and an issue says so. */
export function variableOf({ name: instance, fmu: { description } }: Instance, name: string, isFit: (variable: FmuVariable) => boolean, what: string, path: readonly string[], { issues }: Findings): FmuVariable | undefined {
  const variable = description.variables.get(name)
  const fits = [...description.variables.values()].filter((each) => isFit(each) && kindOf(each.type) !== undefined && !each.isArray).map((each) => each.name)
  if (!variable) issues.push({ code: 'UNKNOWN_PARAMETER', path, message: `The FMU ${description.modelName} of ${instance} has no variable ${JSON.stringify(name)}.${didYouMean(name, fits)}` })
  else if (!isFit(variable)) issues.push({ code: 'UNKNOWN_PARAMETER', path, message: `${JSON.stringify(name)} of the FMU ${description.modelName} is a variable of the causality ${variable.causality}, and not ${what}.${didYouMean(name, fits)}` })
  else if (variable.isArray || kindOf(variable.type) === undefined) issues.push({ code: 'WRONG_TYPE', path, message: `${JSON.stringify(name)} of the FMU ${description.modelName} is ${variable.isArray ? 'an array' : `of the type ${variable.type}`}; numbers, booleans and text are taken.` })
  else return variable
  return undefined
}

/** FMI 3.0.2, section 2.4.7.5: what may be set before initialisation. */
const isSettable = ({ causality, variability, initial }: FmuVariable): boolean => variability !== 'constant' && (causality === 'input' || causality === 'parameter' ? initial !== 'calculated' : initial === 'exact' || initial === 'approx')

export const portOf = ({ reference, type }: FmuVariable): { readonly reference: number; readonly type: FmuVariable['type'] } => ({ reference, type })

const convertTo = (variable: FmuVariable, value: number, { scale, shift }: Affine): number => {
  const converted = value * scale + shift
  return kindOf(variable.type) === 'integer' && Math.abs(converted - Math.round(converted)) < 1e-9 ? Math.round(converted) : converted
}

/** Bounds of a variable in a property's unit; scales are positive. */
const boundsIn = ({ min, max }: FmuVariable, { scale, shift }: Affine): Pick<Knob, 'min' | 'max'> => ({ min: min === undefined ? undefined : (min - shift) / scale, max: max === undefined ? undefined : (max - shift) / scale })

/** Parameters of an instance that are floats, as `component.variable`, in units of DTDL where the FMU's is one. */
function parameterKnobs(instance: Instance, sets: InputInstance['sets']): readonly (readonly [Variable, Knob, InputPort & Scaled])[] {
  return [...instance.fmu.description.variables.values()].flatMap((variable) => {
    const { causality, variability, start, reference, type, unit } = variable
    if (causality !== 'parameter' || variability === 'constant' || kindOf(type) !== 'float' || variable.isArray) return []
    const value = sets.find((each) => each.reference === reference && each.type === type)?.value ?? start
    if (typeof value !== 'number') return []
    const term = unit && dtdlTerm(unit)
    const found = unit && term !== undefined ? fromDtdl(term, unit) : undefined
    const affine = found?.kind === 'fits' ? found.affine : identity
    return [[{ kind: 'parameter', name: `${instance.name}.${variable.name}` }, { value: (value - affine.shift) / affine.scale, unit: term, ...boundsIn(variable, affine) }, { instance: instance.index, ...portOf(variable), ...affine }] as const]
  })
}
