import type { Json } from '../../util/json.ts'
import type { BindRequest } from '../engine.ts'
import type { NetworkTwin } from '../network.ts'
import type { Findings } from '../findings.ts'
import type { Mapping } from './mapping.ts'
import { isObject } from './parameters.ts'
import type { Affine } from '../affine.ts'
import { affineBetween } from './units.ts'
import { type RoleName, vocabulary } from './vocabulary.ts'

/** Bounds of a number: `above` is no value of it, `min` and `max` are. */
export interface Bounds {
  readonly above?: number
  readonly min?: number
  readonly max?: number
}

export interface NumberRequest extends Bounds {
  /** Where the twin has none; without it, it must have one. `why` undefined: nothing is reported. */
  readonly preset?: { readonly value: number; readonly why?: string }
  /** Instead of that of the vocabulary. */
  readonly unit?: string
}

/** A twin in a role: its values by our names, in our units. What is wrong with them is refused. */
export interface TwinReader {
  readonly twin: NetworkTwin
  readonly role: RoleName
  raw(name: string): Json | undefined
  /** NaN where it is refused. */
  number(name: string, request?: NumberRequest): number
  /** What values of a list or object convert by; undefined: refused. */
  affine(name: string, unit: string): Affine | undefined
  refuseMissing(name: string): void
  refuse(code: 'WRONG_TYPE' | 'OUT_OF_BOUNDS' | 'BAD_NETWORK', name: string, what: string): void
  status(): 'OPEN' | 'READY' | 'SHUT'
}

export function createTwinReader(twin: NetworkTwin, role: RoleName, { mapping, findings, contentOf }: { readonly mapping: Mapping; readonly findings: Findings; readonly contentOf: BindRequest['contentOf'] }): TwinReader {
  const about = (name: string): { readonly twin: string; readonly property: string } => ({ twin: twin.id, property: mapping.nameOf(role, name) })
  const unitOf = (name: string): string | undefined => vocabulary[role].properties.find((one) => one.name === name)?.unit
  const reader: TwinReader = {
    twin, role,
    raw: (name) => follow(twin.properties, mapping.nameOf(role, name)),
    number(name, request = {}) {
      const value = reader.raw(name)
      if (value === undefined || value === null) return absent(name, request)
      if (typeof value !== 'number') return refuse('WRONG_TYPE', name, `is ${JSON.stringify(value).slice(0, 60)}, which is no number.`)
      const unit = request.unit ?? unitOf(name)
      const affine = unit === undefined ? { scale: 1, shift: 0 } : reader.affine(name, unit)
      return affine ? within(name, convert(value, affine), request) : Number.NaN
    },
    affine(name, unit) {
      const property = mapping.nameOf(role, name)
      const from = contentOf(twin.id, property)?.unit ?? mapping.unitOf(role, name) ?? unit
      const affine = affineBetween(from, unit)
      if (!affine) return void findings.refuse('WRONG_UNIT', ['of'], `${property} of ${twin.id} is in ${from}, which does not convert into ${unit}. Map another property, or name the unit that it has.`, about(name))
      if (from !== unit) findings.converted(twin.id, property, from, unit)
      return affine
    },
    refuseMissing(name) {
      findings.refuse('MISSING_INPUT', ['of'], `${twin.id} has no ${mapping.nameOf(role, name)}, without which it can be no ${role}. Set it, or map the property that says it (parameters.mapping.roles.${role}.names).`, about(name))
    },
    refuse: (code, name, what) => void refuse(code, name, what),
    status() {
      const value = reader.raw('status')
      return typeof value !== 'string' || mapping.open.has(value) ? 'OPEN' : mapping.ready.has(value) ? 'READY' : 'SHUT'
    },
  }
  return reader

  function refuse(code: 'WRONG_TYPE' | 'OUT_OF_BOUNDS' | 'BAD_NETWORK', name: string, what: string): number {
    findings.refuse(code, ['of'], `${mapping.nameOf(role, name)} of ${twin.id} ${what}`, about(name))
    return Number.NaN
  }

  function absent(name: string, { preset }: NumberRequest): number {
    if (!preset) { reader.refuseMissing(name); return Number.NaN }
    if (preset.why !== undefined) findings.defaulted(twin.id, mapping.nameOf(role, name), preset.value, preset.why)
    return preset.value
  }

  function within(name: string, value: number, { above = -Infinity, min = -Infinity, max = Infinity }: Bounds): number {
    if (value > above && value >= min && value <= max) return value
    const rule = above > -Infinity ? `more than ${above}` : min > -Infinity ? `at least ${min}` : 'a number'
    return refuse('OUT_OF_BOUNDS', name, `is ${value}; it must be ${rule}${max < Infinity ? ` and at most ${max}` : ''}.`)
  }
}

export const convert = (value: number, { scale, shift }: Affine): number => (scale === 1 && shift === 0 ? value : value * scale + shift)

/** `motor.efficiency` of components. */
function follow(properties: Readonly<Record<string, Json>>, path: string): Json | undefined {
  let value: Json | undefined = properties
  for (const name of path.split('.')) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return value
}
