import type { Json } from '../../util/json.ts'
import { nearest } from '../../util/nearest.ts'
import type { BindRequest, ContentFacts } from '../engine.ts'
import type { EngineIssue } from '../engine-issue.ts'
import type { NetworkTwin } from '../network.ts'
import { type Affine, fromDtdl, identity, isIdentity, toDtdl, type UnitFit } from './fmu-unit.ts'
import type { Findings, Instance } from './instances.ts'
import type { FmuVariable } from './model-description.ts'

/** A property or telemetry of a twin that a mapping names. */
export interface TwinContent {
  readonly twin: NetworkTwin
  readonly name: string
  readonly facts: ContentFacts
  /** Of its values. */
  readonly unit: string | undefined
}

export interface TwinSources {
  /** Undefined: there is none, and an issue says so. */
  find(content: ContentFacts['content'], named: { readonly name: string; readonly twin?: string | undefined; readonly unit?: string | undefined }, instance: Instance, path: readonly string[]): TwinContent | undefined
  /** From a content's unit into a variable's, or back; undefined: they are of different quantities, and an issue says so. */
  convert(direction: 'in' | 'out', unit: string | undefined, variable: FmuVariable, at: { readonly twin: string; readonly name: string; readonly path: readonly string[] }): Affine | undefined
}

export function createTwinSources({ network, contentOf }: BindRequest, { issues, report }: Findings): TwinSources {
  const twins = new Map(network.twins.map((twin) => [twin.id, twin]))
  return {
    find(content, { name, twin: named, unit }, instance, path) {
      const id = named ?? instance.twin
      const twin = twins.get(id ?? '')
      if (!twin) {
        issues.push({ code: 'UNKNOWN_TWIN', path, message: id === undefined ? `${instance.name} is no twin: say whose ${JSON.stringify(name)} is meant, as twin.` : `No twin ${JSON.stringify(id)} is in the network; it is made of the twins of \`of\`, and those that \`over\` leads to.${didYouMean(id, () => twins.keys(), issues)}` })
        return undefined
      }
      const facts = contentOf(twin.id, name)
      if (facts?.content === content) return { twin, name, facts, unit: facts.unit ?? unit }
      issues.push({ code: 'MISSING_INPUT', twin: twin.id, property: name, path, message: `The model ${twin.model} of ${JSON.stringify(twin.id)} has no ${content === 'Property' ? 'property' : 'telemetry'} ${JSON.stringify(name)}${facts ? `; it is a ${facts.content === 'Property' ? 'property' : 'telemetry'}` : ''}.` })
      return undefined
    },
    convert(direction, unit, variable, { twin, name, path }) {
      const found = fitOf(direction, unit, variable)
      if (found.kind === 'mismatch') {
        issues.push({ code: 'WRONG_UNIT', twin, property: name, path, message: `${JSON.stringify(name)} is in ${unit ?? ''}, which measures something else than the ${variable.unit?.name ?? ''} of the FMU's ${JSON.stringify(variable.name)}.` })
        return undefined
      }
      if (found.kind === 'unknown') {
        const which = variable.unit === undefined ? 'of the FMU has no unit' : unit === undefined ? `is in ${variable.unit.name}, and the twin's model tells no unit` : `is in ${variable.unit.name}, which the FMU does not describe`
        if (variable.unit !== undefined || unit !== undefined) report.ignored.push({ twin, what: `unit of ${name}`, why: `${JSON.stringify(variable.name)} ${which}: values are taken as they are.` })
        return identity
      }
      const affine = variable.isRelative ? { ...found.affine, shift: 0 } : found.affine
      if (!isIdentity(affine)) report.converted.push({ twin, property: name, from: (direction === 'in' ? unit : variable.unit?.name) ?? '', to: (direction === 'in' ? variable.unit?.name : unit) ?? '' })
      return affine
    },
  }
}

function fitOf(direction: 'in' | 'out', unit: string | undefined, variable: FmuVariable): UnitFit {
  if (unit === undefined || !variable.unit) return { kind: 'unknown' }
  return direction === 'in' ? fromDtdl(unit, variable.unit) : toDtdl(variable.unit, unit)
}

/** Looking for what may have been meant takes long where there is much; after so many issues nothing is. */
const mostHints = 20

export const didYouMean = (given: string, known: () => Iterable<string>, issues: readonly EngineIssue[]): string => {
  const meant = issues.length < mostHints ? nearest(given, known()) : undefined
  return meant === undefined ? '' : ` Did you mean ${meant}?`
}

/** The value of a property, or of a component's: `component.name`. */
export function propertyOf({ properties }: NetworkTwin, name: string): Json | undefined {
  let value: Json | undefined = properties
  for (const part of name.split('.')) value = isMembers(value) && Object.hasOwn(value, part) ? value[part] : undefined
  return value ?? undefined
}

const isMembers = (value: Json | undefined): value is Readonly<Record<string, Json>> => typeof value === 'object' && value !== null && !Array.isArray(value)
