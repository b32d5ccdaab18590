import type { Json } from '../../util/json.ts'
import { isObject } from './parameters.ts'
import { type RoleName, roleNames, vocabulary } from './vocabulary.ts'

/** Which models are what to EPANET, and what they call things. */
export interface Mapping {
  roleOf(model: string): RoleName | undefined
  /** What models of the role call what we call `name`. */
  nameOf(role: RoleName, name: string): string
  /** The unit that the mapping says it has. */
  unitOf(role: RoleName, name: string): string | undefined
  readonly feeds: string
  readonly switchedBy: string
  readonly startBelow: string
  readonly stopAbove: string
  /** Values of `status`. */
  readonly open: ReadonlySet<string>
  readonly ready: ReadonlySet<string>
  /** Names in the parameter that none of the role's properties or telemetry has, by their path. */
  readonly unknown: readonly { readonly path: readonly string[]; readonly name: string; readonly known: readonly string[] }[]
}

const presetModels: Readonly<Record<RoleName, string>> = { reservoir: 'Reservoir', tank: 'Tank', junction: 'Junction', pipe: 'Pipe', pump: 'Pump', valve: 'Valve' }

/** The parameter `mapping`; what it does not say is as in `vocabulary`. */
export function readMapping(given: Json): Mapping {
  const mapping = isObject(given) ? given : {}
  const ofRole = (role: string): Readonly<Record<string, Json>> => {
    const roles = mapping['roles']
    const one = isObject(roles) ? roles[role] : undefined
    return isObject(one) ? one : {}
  }
  const models = new Map(roleNames.flatMap((role) => (textsOf(ofRole(role)['models']) ?? [presetModels[role]]).map((model) => [model, role] as const)))
  const names = new Map(roleNames.map((role) => [role, mapOf(ofRole(role)['names'])]))
  const units = new Map(roleNames.map((role) => [role, mapOf(ofRole(role)['units'])]))
  const text = (name: string): string => (typeof mapping[name] === 'string' ? mapping[name] : name)
  return {
    roleOf: (model) => models.get(model) ?? models.get(model.replace(/;[\d.]+$/, '')) ?? models.get(lastPart(model)),
    nameOf: (role, name) => names.get(role)?.get(name) ?? name,
    unitOf: (role, name) => units.get(role)?.get(name),
    feeds: text('feeds'), switchedBy: text('switchedBy'), startBelow: text('startBelow'), stopAbove: text('stopAbove'),
    open: new Set(textsOf(mapping['open']) ?? ['RUNNING']), ready: new Set(textsOf(mapping['ready']) ?? ['STANDBY']),
    unknown: roleNames.flatMap((role) => [[names, 'names'] as const, [units, 'units'] as const].flatMap(([said, what]) => unknownOf(role, what, said.get(role)?.keys() ?? []))),
  }
}

function unknownOf(role: RoleName, what: string, said: Iterable<string>): Mapping['unknown'] {
  const { properties, outputs, inputs } = vocabulary[role]
  const known = new Set([...properties, ...outputs, ...inputs].map(({ name }) => name).concat(role === 'pump' ? ['headCurve.flow', 'headCurve.head'] : []))
  return [...said].filter((name) => !known.has(name)).map((name) => ({ path: ['mapping', 'roles', role, what, name], name, known: [...known] }))
}

const lastPart = (model: string): string => model.replace(/;[\d.]+$/, '').split(':').at(-1) ?? model

const textsOf = (value: Json | undefined): readonly string[] | undefined => (Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : undefined)

const mapOf = (value: Json | undefined): ReadonlyMap<string, string> =>
  new Map(isObject(value) ? Object.entries(value).flatMap(([name, said]) => (typeof said === 'string' ? [[name, said] as const] : [])) : [])
