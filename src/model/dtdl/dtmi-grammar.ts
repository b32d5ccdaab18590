import type { DtdlVersion } from '../model.ts'
import { limitOf } from './metamodel/classes.ts'
import { metamodelTable, type IdentifierRule } from './metamodel/table.ts'

/** `_` at a segment's start is for ids that are generated; documents may not write it. */
const segment = '(?:_*[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?)'
const version = '(?:;[1-9][0-9]{0,8}(?:\\.[1-9][0-9]{0,5})?)?'
const anyDtmi = new RegExp(`^dtmi:${segment}(?::${segment})*${version}(?:#${segment}?)?$`)

export interface DtmiParts {
  /** Between `dtmi:` and the version. */
  readonly segments: readonly string[]
  readonly major: number | undefined
  readonly minor: number | undefined
  readonly fragment: string
}

/** The parts of a DTMI, those with system segments and fragments too; undefined where it is none. Grammar: DTMI/README.md of the DTDL repository. */
export function parseDtmiText(text: string): DtmiParts | undefined {
  if (text.length > longest || !anyDtmi.test(text)) return undefined
  const [path = '', fragment = ''] = text.split('#')
  const [names = '', numbers] = path.split(';')
  const [major, minor] = numbers?.split('.').map(Number) ?? []
  return { segments: names.split(':').slice(1), major, minor, fragment }
}

/** Longer than any limit; bounds the time that matching takes. */
const longest = 65_536

export const isDtmi = (text: string): boolean => parseDtmiText(text) !== undefined

/** Why a document of the version may not define an element of the class under the id; undefined where it may. `limits`: a limits context's name or ''. */
export function faultOfDefinition(id: string, dtdl: DtdlVersion, limits: string, isInterface: boolean): string | undefined {
  const rules = metamodelTable.identifiers
  const fault = faultOf(id, rules.definition[dtdl], dtdl, limits)
  if (fault !== undefined || !isInterface) return fault
  const most = limitOf(rules.interface[dtdl]?.maxLength, limits)
  return id.length > most ? `has ${id.length} characters; an Interface's may have ${most}` : undefined
}

export const faultOfReference = (id: string, dtdl: DtdlVersion, limits: string): string | undefined =>
  faultOf(id, metamodelTable.identifiers.reference[dtdl], dtdl, limits)

function faultOf(id: string, rule: IdentifierRule | undefined, dtdl: DtdlVersion, limits: string): string | undefined {
  const most = limitOf(rule?.maxLength, limits)
  if (id.length > most) return `has ${id.length} characters; at most ${most} are allowed`
  return patterns.get(dtdl)?.test(id)
    ? undefined
    : `is no DTMI of DTDL ${dtdl}, such as dtmi:town:water:Pump;1${dtdl === 2 ? '' : ' or dtmi:town:water:Pump'}`
}

const patterns: ReadonlyMap<number, RegExp> = new Map(
  Object.entries(metamodelTable.identifiers.reference).map(([dtdl, { pattern = '' }]) => [Number(dtdl), new RegExp(pattern)]),
)
