import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** The conformance suite of DTDL's parser (https://github.com/digitaltwinconsortium/DTDLParser, MIT), one case a line; see SOURCE.txt beside it. */
const suite = new URL('../../../../shared/data/dtdl/conformance/', import.meta.url)

/** The suite is no part of the project: without it, tests of it are skipped. */
export const isSuitePresent = existsSync(suite)

export type Group = 'specification' | 'generated' | 'doc-examples'

export interface SuiteCase {
  readonly valid: boolean
  readonly options: readonly ('AllowUndefinedExtensions' | 'DisallowUndefinedExtensions')[]
  /** Each is one document. */
  readonly input: readonly unknown[]
  /** What a resolver would answer about Interfaces that the input refers to. */
  readonly resolution?: readonly { readonly response: readonly unknown[] | null }[]
  readonly acceptableLimits?: readonly string[]
  readonly maxDtdlVersion?: number
  readonly instances?: readonly Instance[]
  readonly expect?: { readonly elements?: readonly ExpectedElement[] }
}

export interface ExpectedElement {
  readonly id: string
  readonly type: string
  readonly properties?: Readonly<Record<string, unknown>>
  readonly supplementalTypes?: readonly string[]
  readonly supplementalProperties?: Readonly<Record<string, unknown>>
}

export interface Instance {
  /** The id of an element; `throws`, where it is no schema. */
  readonly subject: string
  readonly throws?: boolean
  readonly conforms?: boolean
  /** JSON text. */
  readonly submit: string
}

export interface Placed<Case> { readonly file: string; readonly index: number; readonly case: Case }

export const readGroup = (group: Group): readonly Placed<SuiteCase>[] => readLines<Placed<SuiteCase>>(`${group}.ndjson.gz`)

export interface DtmiCase {
  readonly valid: boolean
  readonly idText: string
  readonly expect?: { readonly MajorVersion: number; readonly MinorVersion: number; readonly Labels: readonly string[]; readonly Fragment: string }
}
export const readDtmis = (): readonly Placed<DtmiCase>[] => readLines<Placed<DtmiCase>>('dtmis.ndjson.gz')

function readLines<Line>(file: string): readonly Line[] {
  const text = gunzipSync(readFileSync(new URL(file, suite))).toString()
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Line)
}
