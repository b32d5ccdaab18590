import { parseModels, type ParseContext, type ParseResult } from '../../../src/model/parse-models.ts'
import type { InterfaceModel } from '../../../src/model/model.ts'

export type Document = Readonly<Record<string, unknown>>

/** An Interface, of DTDL 3 unless `more` says otherwise. */
export const iface = (id: string, more: Document = {}): Document => ({ '@context': 'dtmi:dtdl:context;3', '@id': id, '@type': 'Interface', ...more })
export const property = (name: string, schema: unknown = 'double', more: Document = {}): Document => ({ '@type': 'Property', name, schema, ...more })

export const dtdl = (version: 2 | 3 | 4, ...extensions: readonly string[]): Document => ({
  '@context': [`dtmi:dtdl:context;${version}`, ...extensions],
})

export const parse = (documents: readonly unknown[], options: Partial<ParseContext> = {}): ParseResult =>
  parseModels(documents, { known: () => undefined, ...options })

/** The models of documents that are valid. */
export function modelsOf(...documents: readonly unknown[]): readonly InterfaceModel[] {
  const parsed = parse(documents)
  if (!parsed.ok) throw new Error(`Not valid: ${JSON.stringify(parsed.problems)}`)
  return parsed.models
}

/** `document pointer: message` of all that is wrong, a line each. */
export function problemsOf(...documents: readonly unknown[]): readonly string[] {
  const parsed = parse(documents)
  return parsed.ok ? [] : parsed.problems.map(({ document, pointer, message }) => `${document} ${pointer}: ${message}`)
}
