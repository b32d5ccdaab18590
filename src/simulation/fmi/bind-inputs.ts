import { type BindRequest, type InputSeriesName, type Knob, knobKey, type Variable } from '../engine.ts'
import { type Affine, dtdlTerm, fromDtdl, identity } from './fmu-unit.ts'
import { type Findings, type Instance, mostIssues } from './instances.ts'
import type { FmuVariable } from './model-description.ts'
import type { Scalar, SourceSpec } from './parameters.ts'
import type { InputInstance, InputPort, Scaled } from './program-input.ts'
import { propertyOf, type TwinSources } from './twin-source.ts'
import { isAssignable, kindOf, misfit } from './value-kind.ts'
import { portOf, variableOf } from './variable-of.ts'

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
  const draft: Draft = { latest, sources, findings, of: instances.map(() => ({ sets: [], series: [] })), series: [], places: new Map(), knobs: new Map(), links: [], fed: new Set(), reads: new Set() }
  for (const instance of instances) {
    if (findings.issues.length >= mostIssues) break
    for (const [name, spec] of Object.entries(instance.mapping.start ?? {})) {
      const path = [...instance.path, 'start', name]
      const variable = variableOf(instance, name, isSettable, 'a parameter, or a start value that can be set', path, findings)
      if (variable) bindOne(draft, { instance, variable, path }, spec)
    }
    for (const [name, spec] of Object.entries(instance.mapping.inputs ?? {})) {
      const path = [...instance.path, 'inputs', name]
      const variable = variableOf(instance, name, ({ causality }) => causality === 'input', 'an input', path, findings)
      if (!variable) continue
      draft.fed.add(inputKey(instance.index, name))
      bindOne(draft, { instance, variable, path }, spec)
    }
    for (const [variable, knob, port] of parameterKnobs(instance, draft.of[instance.index]?.sets ?? [])) turn(draft, variable, knob, port)
  }
  return draft
}

/** `BoundInputs` while it is made. */
interface Draft {
  readonly latest: BindRequest['latest']
  readonly sources: TwinSources
  readonly findings: Findings
  readonly of: { readonly sets: InputInstance['sets'][number][]; readonly series: InputInstance['series'][number][] }[]
  readonly series: InputSeriesName[]
  /** Where each is in `series`. */
  readonly places: Map<string, number>
  readonly knobs: Map<string, { knob: Knob; readonly targets: (InputPort & Scaled)[] }>
  readonly links: Link[]
  readonly fed: Set<string>
  readonly reads: Set<string>
}

/** What a source is for. */
interface Target {
  readonly instance: Instance
  readonly variable: FmuVariable
  readonly path: readonly string[]
}

function bindOne(draft: Draft, target: Target, spec: SourceSpec): void {
  if (typeof spec !== 'object' || 'value' in spec) bindLiteral(draft, target, spec)
  else if ('property' in spec) bindProperty(draft, target, spec)
  else if ('telemetry' in spec) bindTelemetry(draft, target, spec)
  else draft.links.push({ ...spec, to: target.instance, input: target.variable, path: target.path })
}

function bindLiteral(draft: Draft, target: Target, spec: Scalar | { readonly value: number; readonly unit?: string }): void {
  const { instance, variable, path } = target
  const { value, unit } = typeof spec === 'object' ? { unit: undefined, ...spec } : { value: spec, unit: undefined }
  const affine = unit === undefined ? identity : draft.sources.convert('in', unit, variable, { twin: instance.twin ?? instance.name, name: variable.name, path })
  if (affine) set(draft, target, typeof value === 'number' ? convertTo(variable, value, affine) : value)
}

function bindProperty(draft: Draft, target: Target, spec: { readonly property: string; readonly twin?: string; readonly unit?: string }): void {
  const { instance, variable, path } = target
  const found = draft.sources.find('Property', { ...spec, name: spec.property }, instance, path)
  if (!found) return
  const { twin: { id: twin }, name, unit } = found
  draft.reads.add(twin)
  const given = propertyOf(found.twin, name)
  if (given === undefined) {
    fallBack(draft, target, twin, name, 'no value', 'The twin has no value; it is')
    return
  }
  if (typeof given !== 'number') {
    set(draft, target, typeof given === 'object' ? JSON.stringify(given) : given, { twin, property: name })
    return
  }
  const affine = draft.sources.convert('in', unit, variable, { twin, name, path })
  if (!affine || !set(draft, target, convertTo(variable, given, affine), { twin, property: name }) || kindOf(variable.type) !== 'float') return
  turn(draft, { kind: 'property', twin, name }, { value: given, unit, ...boundsIn(variable, affine) }, { instance: instance.index, ...portOf(variable), ...affine })
}

function bindTelemetry(draft: Draft, target: Target, spec: { readonly telemetry: string; readonly twin?: string; readonly unit?: string }): void {
  const { instance, variable, path } = target
  const found = draft.sources.find('Telemetry', { ...spec, name: spec.telemetry }, instance, path)
  if (!found) return
  const { twin: { id: twin }, name, unit, facts: { kind } } = found
  const wanted = kindOf(variable.type)
  if (wanted === 'text' || !isAssignable(kind, wanted)) {
    draft.findings.issues.push({ code: 'WRONG_TYPE', twin, property: name, path, message: `The telemetry ${JSON.stringify(name)} is ${kind}, and the FMU's ${JSON.stringify(variable.name)} ${wanted ?? variable.type}.` })
    return
  }
  const affine = draft.sources.convert('in', unit, variable, { twin, name, path })
  if (!affine) return
  const key = JSON.stringify([twin, name])
  if (!draft.latest.has(key)) fallBack(draft, target, twin, name, 'no value before the start', 'It has no value before the start; until there is one, it is')
  draft.reads.add(twin)
  const series = draft.places.get(key) ?? draft.series.push({ twin, name, withBefore: true }) - 1
  draft.places.set(key, series)
  draft.of[instance.index]?.series.push({ series, ...portOf(variable), ...affine })
}

/** The FMU's own start value stands for what a twin does not say; where it has none, that is an issue. */
function fallBack({ findings: { issues, report } }: Draft, { variable, path }: Target, twin: string, name: string, lack: string, why: string): void {
  const of = JSON.stringify(variable.name)
  if (variable.start !== undefined) report.defaulted.push({ twin, property: name, value: variable.start, why: `${why} the start value of the FMU's ${of}.` })
  else issues.push({ code: 'MISSING_INPUT', twin, property: name, path, message: `${JSON.stringify(name)} of ${JSON.stringify(twin)} has ${lack}, and the FMU's ${of} no start value.` })
}

/** Whether the variable can have the value. */
function set({ findings: { issues }, of }: Draft, { instance, variable, path }: Target, value: Scalar, about: { readonly twin?: string; readonly property?: string } = {}): boolean {
  const wrong = misfit(value, variable)
  if (wrong) issues.push({ ...about, path, ...wrong })
  else of[instance.index]?.sets.push({ ...portOf(variable), value })
  return !wrong
}

function turn({ knobs }: Draft, variable: Variable, knob: Knob, target: InputPort & Scaled): void {
  const key = knobKey(variable)
  const known = knobs.get(key)
  if (!known) {
    knobs.set(key, { knob, targets: [target] })
    return
  }
  known.targets.push(target)
  known.knob = { ...known.knob, min: tightest(Math.max, known.knob.min, knob.min), max: tightest(Math.min, known.knob.max, knob.max) }
}

/** Of the bounds of all variables that one property sets. */
const tightest = (of: (...bounds: readonly number[]) => number, ...bounds: readonly (number | undefined)[]): number | undefined => {
  const given = bounds.filter((bound) => bound !== undefined)
  return given.length === 0 ? undefined : of(...given)
}

/** FMI 3.0.2, section 2.4.7.5: what may be set before initialisation. */
const isSettable = ({ causality, variability, initial }: FmuVariable): boolean => variability !== 'constant' && (causality === 'input' || causality === 'parameter' ? initial !== 'calculated' : initial === 'exact' || initial === 'approx')

const convertTo = (variable: FmuVariable, value: number, { scale, shift }: Affine): number => {
  const converted = value * scale + shift
  return kindOf(variable.type) === 'integer' && Math.abs(converted - Math.round(converted)) < 1e-9 ? Math.round(converted) : converted
}

/** Bounds of a variable in a property's unit; scales are positive. */
const boundsIn = ({ min, max }: FmuVariable, { scale, shift }: Affine): Pick<Knob, 'min' | 'max'> => ({ min: min === undefined ? undefined : (min - shift) / scale, max: max === undefined ? undefined : (max - shift) / scale })

/** Parameters of an instance that are floats, as `component.variable`, in units of DTDL where the FMU's is one. */
function parameterKnobs(instance: Instance, sets: InputInstance['sets']): readonly (readonly [Variable, Knob, InputPort & Scaled])[] {
  const given = new Map(sets.map(({ reference, type, value }) => [`${reference} ${type}`, value]))
  return [...instance.fmu.description.variables.values()].flatMap((variable) => {
    const { causality, variability, start, reference, type, unit } = variable
    if (causality !== 'parameter' || variability === 'constant' || kindOf(type) !== 'float' || variable.isArray) return []
    const value = given.get(`${reference} ${type}`) ?? start
    if (typeof value !== 'number') return []
    const term = unit && dtdlTerm(unit)
    const found = unit && term !== undefined ? fromDtdl(term, unit) : undefined
    const affine = found?.kind === 'fits' ? found.affine : identity
    return [[{ kind: 'parameter', name: `${instance.name}.${variable.name}` }, { value: (value - affine.shift) / affine.scale, unit: term, ...boundsIn(variable, affine) }, { instance: instance.index, ...portOf(variable), ...affine }] as const]
  })
}
