import { conformText } from '../../../src/model/conform.ts'
import type { InterfaceModel, Schema } from '../../../src/model/model.ts'
import { parseModels, type ParseContext, type ParseResult } from '../../../src/model/parse-models.ts'
import type { Instance, SuiteCase } from './suite.ts'

export interface Request {
  readonly documents: readonly string[]
  readonly context: ParseContext
}

/** What the product says of a case's documents. */
export function parseCase(suiteCase: SuiteCase): ParseResult {
  const { documents, context } = toRequest(suiteCase)
  return parseModels(documents, context)
}

/** A case as a request; the documents that a resolver would give were published before. */
export function toRequest({ input, options: [option], resolution, acceptableLimits, maxDtdlVersion }: SuiteCase): Request {
  const options = {
    undefinedExtensions: option === 'AllowUndefinedExtensions' ? 'allow' : option === 'DisallowUndefinedExtensions' ? 'disallow' : 'default',
    ...(acceptableLimits && { acceptableLimits }),
    ...(maxDtdlVersion !== undefined && { maxDtdlVersion }),
  } as const
  const knowing = (models: readonly InterfaceModel[]): ParseContext => {
    const known = new Map(models.map((model) => [model.id, model]))
    return { known: (id) => known.get(id), options }
  }
  const published = toTexts((resolution ?? []).flatMap(({ response }) => response ?? []))
  const before = parseModels(published, knowing([]))
  // Documents that need the input cannot have been published before it.
  return before.ok ? { documents: toTexts(input), context: knowing(before.models) } : { documents: [...published, ...toTexts(input)], context: knowing([]) }
}

/** As the suite's files begin: with a byte order mark. */
const toTexts = (documents: readonly unknown[]): readonly string[] => documents.map((document) => `\uFEFF${JSON.stringify(document)}`)

/** Does the product agree about a value? Its schema is found by giving the documents one more Telemetry, of that schema. */
export function agreesAbout(instance: Instance, suiteCase: SuiteCase): boolean {
  const schema = findSchema(instance.subject, suiteCase)
  if (!schema) return instance.throws === true
  return instance.throws !== true && (conformText(schema, instance.submit).length === 0) === instance.conforms
}

function findSchema(subject: string, suiteCase: SuiteCase): Schema | undefined {
  const probe = { '@type': 'Telemetry', name: 'probeOfSchema', schema: subject }
  const input = suiteCase.input.map((document) => {
    if (typeof document !== 'object' || document === null || !('@type' in document)) return document
    const contents: unknown = 'contents' in document ? document.contents : []
    return { ...document, contents: [...[contents].flat(), probe] }
  })
  const parsed = parseCase({ ...suiteCase, input })
  if (!parsed.ok) return undefined
  for (const { contents } of parsed.models) for (const content of contents) if (content.kind === 'Telemetry' && content.name === probe.name) return content.schema
  return undefined
}
