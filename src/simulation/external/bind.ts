import type { Json } from '../../util/json.ts'
import { createFindings, type Findings } from '../findings.ts'
import { type Affine, affineOf, boundsBefore, identity } from '../affine.ts'
import { type BindRequest, type Bound, type InputSeriesName, type Knob, knobKey, type OutputSeries, type Unbound } from '../engine.ts'
import type { NetworkTwin } from '../network.ts'
import type { ExternalEngine, ExternalProperty, ExternalRole, ExternalSeries } from './definition.ts'
import type { ExternalInput } from './input.ts'

/** Twins whose models have a role, with the properties that the role names, in the program's units. */
export function bindExternal(engine: ExternalEngine, request: BindRequest): Bound | Unbound {
  const findings = createFindings()
  const roleOf = rolesByModel(engine)
  const knobs = new Map<string, Knob>(parameterKnobs(engine.parameters, request.parameters))
  const turned: ExternalInput['knobs'][number][] = []
  const twins: ExternalInput['twins'][number][] = []
  const inputs: { readonly series: InputSeriesName; readonly affine: Affine }[] = []
  const outputs: OutputSeries[] = []
  for (const twin of request.network.twins) {
    const role = roleOf(twin.model)
    if (!role) {
      findings.ignored(twin.id, 'twin', `No role of ${engine.id} is of its model ${twin.model}.`)
      continue
    }
    findings.mapped(twin.id, role.role, twin.id)
    twins.push({ id: twin.id, model: twin.model, role: role.role, properties: readProperties(twin, role, request, findings, (name, knob, affine) => {
      knobs.set(knobKey({ kind: 'property', twin: twin.id, name }), knob)
      turned.push({ twin: twin.id, property: name, ...affine })
    }) })
    for (const wanted of role.inputs) inputs.push(...inputOf(twin, wanted, request, findings))
    for (const written of role.outputs) outputs.push(...outputOf(twin, written, request, findings))
  }
  if (twins.length === 0) findings.refuse('BAD_NETWORK', ['of'], `None of the ${request.network.twins.length} twins has a model that ${engine.id} knows: ${engine.roles.flatMap(({ models }) => models).join(', ')}.`)
  else if (outputs.length === 0 && engine.kpis.length === 0) findings.refuse('BAD_NETWORK', ['of'], `No twin has a telemetry that ${engine.id} writes, so that nothing would come of it.`)

  const input: ExternalInput = {
    parameters: request.parameters,
    twins,
    relationships: relationshipsBetween(request, new Set(twins.map(({ id }) => id)), findings),
    inputs: inputs.map(({ series: { twin, name }, affine }) => ({ twin, name, ...affine })),
    outputs: outputs.map(({ twin, name }) => ({ twin, name })),
    knobs: turned,
    kpis: engine.kpis.map(({ name }) => name),
  }
  const [first, ...others] = findings.issues
  if (first) return { ok: false, issues: [first, ...others] }
  return { ok: true, input, artifacts: [], outputs, series: inputs.map(({ series }) => series), reads: twins.map(({ id }) => id), report: findings.report, knobs }
}

function rolesByModel({ roles }: ExternalEngine): (model: string) => ExternalRole | undefined {
  const byModel = new Map(roles.flatMap((role) => role.models.map((model) => [model, role] as const)))
  return (model) => byModel.get(model) ?? byModel.get(model.replace(/;.*$/, ''))
}

function readProperties(twin: NetworkTwin, role: ExternalRole, { contentOf }: BindRequest, findings: Findings, turn: (name: string, knob: Knob, affine: Affine) => void): { readonly [name: string]: Json } {
  const read: [string, Json][] = []
  for (const property of role.properties) {
    const about = { twin: twin.id, property: property.name }
    const given = follow(twin.properties, property.name)
    if (given === undefined) {
      if (property.isRequired) findings.refuse('MISSING_INPUT', ['of'], `${twin.id} has no ${property.name}, without which it can be no ${role.role}. Set it.`, about)
      continue
    }
    if (property.type !== 'any' && typeof given !== property.type) {
      findings.refuse('WRONG_TYPE', ['of'], `${property.name} of ${twin.id} is ${JSON.stringify(given).slice(0, 60)}, which is no ${property.type}.`, about)
      continue
    }
    if (typeof given !== 'number') {
      read.push([property.name, given])
      continue
    }
    const from = contentOf(twin.id, property.name)?.unit
    const affine = conversion(twin.id, property.name, from, property.unit, findings)
    const value = affine && toUnit(given, affine, property, twin.id, findings)
    if (!affine || value === undefined) continue
    read.push([property.name, value])
    if (property.isVariable) turn(property.name, { value: given, unit: from ?? property.unit, ...boundsBefore(property, affine) }, affine)
  }
  return Object.fromEntries(read)
}

/** Undefined: it is refused. */
function toUnit(given: number, affine: Affine, { name, unit, min = -Infinity, max = Infinity }: ExternalProperty, twin: string, findings: Findings): number | undefined {
  const value = given * affine.scale + affine.shift
  if (value >= min && value <= max) return value
  findings.refuse('OUT_OF_BOUNDS', ['of'], `${name} of ${twin} is ${value}${unit === undefined ? '' : ` ${unit}`}; it must be from ${min} to ${max}.`, { twin, property: name })
  return undefined
}

/** Where one of them is not known, values are taken as they are. Undefined: it is refused. */
function conversion(twin: string, name: string, from: string | undefined, to: string | undefined, findings: Findings): Affine | undefined {
  if (from === undefined || to === undefined || from === to) return identity
  const affine = affineOf(from, to)
  if (affine) findings.converted(twin, name, from, to)
  else findings.refuse('WRONG_UNIT', ['of'], `${name} of ${twin} is in ${from}, which does not convert into ${to}.`, { twin, property: name })
  return affine
}

function inputOf(twin: NetworkTwin, { name, unit, isRequired }: ExternalSeries, { contentOf }: BindRequest, findings: Findings): readonly { readonly series: InputSeriesName; readonly affine: Affine }[] {
  const facts = contentOf(twin.id, name)
  if (facts?.content !== 'Telemetry' || !isNumeric(facts.kind)) {
    if (isRequired) findings.refuse('MISSING_INPUT', ['of'], `${twin.id} has no telemetry ${name} of numbers, which the engine reads.`, { twin: twin.id, property: name })
    return []
  }
  const affine = conversion(twin.id, name, facts.unit, unit, findings)
  return affine ? [{ series: { twin: twin.id, name, withBefore: true }, affine }] : []
}

function outputOf(twin: NetworkTwin, { name, unit }: ExternalSeries, { contentOf }: BindRequest, findings: Findings): readonly OutputSeries[] {
  const facts = contentOf(twin.id, name)
  if (facts?.content !== 'Telemetry' || !isNumeric(facts.kind)) {
    findings.ignored(twin.id, name, 'Its model has no telemetry of numbers of that name to write to.')
    return []
  }
  const affine = conversion(twin.id, name, unit, facts.unit, findings)
  return affine ? [{ twin: twin.id, name, kind: facts.kind, ...(affine.scale === 1 && affine.shift === 0 ? {} : { affine }) }] : []
}

const isNumeric = (kind: string): kind is OutputSeries['kind'] => kind === 'float' || kind === 'integer' || kind === 'boolean'

function relationshipsBetween({ network }: BindRequest, mapped: ReadonlySet<string>, findings: Findings): ExternalInput['relationships'] {
  return network.relationships.filter(({ from, to, name }) => {
    const isBetween = mapped.has(from) && mapped.has(to)
    if (!isBetween) findings.ignored(from, `${name} ${to}`, 'One of its ends is no twin that the engine knows.')
    return isBetween
  })
}

function parameterKnobs(schema: Json, parameters: Readonly<Record<string, Json>>): readonly (readonly [string, Knob])[] {
  return Object.entries(membersOf(membersOf(schema)['properties'])).flatMap(([name, one]) => {
    const { variable, unit, minimum, maximum } = membersOf(one)
    const value = parameters[name]
    if (variable !== true || typeof value !== 'number') return []
    const knob = { value, unit: typeof unit === 'string' ? unit : undefined, min: typeof minimum === 'number' ? minimum : undefined, max: typeof maximum === 'number' ? maximum : undefined }
    return [[knobKey({ kind: 'parameter', name }), knob] as const]
  })
}

const isMembers = (value: Json | undefined): value is { readonly [name: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value)

const membersOf = (value: Json | undefined): { readonly [name: string]: Json | undefined } => (isMembers(value) ? value : {})

/** `motor.efficiency` of components. */
function follow(properties: Readonly<Record<string, Json>>, path: string): Json | undefined {
  let value: Json | undefined = properties
  for (const name of path.split('.')) value = isMembers(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return value ?? undefined
}
