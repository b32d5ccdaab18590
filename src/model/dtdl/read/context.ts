import type { DtdlVersion } from '../../model.ts'
import { metamodelTable } from '../metamodel/table.ts'
import { termsOf } from '../metamodel/terms.ts'

/** What `@context` says about an element and all inside it. */
export interface ActiveContext {
  readonly dtdl: DtdlVersion
  /** Which limits are in force: '' are DTDL's own, `onvif_1` those of `dtmi:dtdl:limits:onvif;1`. */
  readonly limits: string
  /** Contexts of extensions, later ones first. */
  readonly extensions: readonly string[]
  /** Contexts of extensions that are not known: unknown terms may be theirs. */
  readonly unknown: readonly string[]
}

export interface ContextOptions {
  /** What an extension that is not known does: 'default' is what each version of DTDL says (2 allows it, later ones do not). */
  readonly undefinedExtensions: 'allow' | 'disallow' | 'default'
  /** Ids of limits contexts, with or without their version; undefined: all that are known. */
  readonly acceptableLimits: readonly string[] | undefined
  readonly maxDtdlVersion: number
}

export const dtdlContext = 'dtmi:dtdl:context'

/** What a term means here. DTDL's own meaning comes first: `byte` is the schema of DTDL 4, not the unit; then that of the last extension. */
export function idOfTerm(term: string, { dtdl, extensions }: ActiveContext): string | undefined {
  for (const context of [`${dtdlContext};${dtdl}`, ...extensions]) {
    const id = termsOf(context)?.get(term)
    if (id !== undefined) return id
  }
  return undefined
}

/** `@context` as it would be written to say the same at the top of a document. */
export function toSpecifiers({ dtdl, limits, extensions, unknown }: ActiveContext): readonly string[] {
  const [limitsContext] = Object.entries(metamodelTable.limits).find(([, { spec }]) => spec === limits) ?? []
  const core = `${dtdlContext};${dtdl}`
  return [...(limitsContext === undefined ? [core] : [`${core}#limitless`, limitsContext]), ...[...extensions].reverse(), ...unknown]
}

/** May documents define no ids that begin so? */
export function reservedPrefixOf(id: string, { dtdl, extensions }: ActiveContext): string | undefined {
  return [`${dtdlContext};${dtdl}`, ...extensions]
    .flatMap((context) => metamodelTable.reservedIdPrefixes[context] ?? [])
    .find((prefix) => id.startsWith(prefix))
}
