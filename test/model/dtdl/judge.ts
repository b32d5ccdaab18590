import { conformText } from '../../../src/model/conform.ts'
import type { InterfaceModel, Schema } from '../../../src/model/model.ts'
import { parseModels, type ParseContext, type ParseResult } from '../../../src/model/parse-models.ts'
import type { Instance, SuiteCase } from './suite.ts'

/** What the product says of a case's documents; those a resolver would give were published before. */
export function parseCase({ input, options, resolution, acceptableLimits, maxDtdlVersion }: SuiteCase): ParseResult {
  const [option] = options
  const context = (known: ReadonlyMap<string, InterfaceModel>): ParseContext => ({
    known: (id) => known.get(id),
    options: {
      undefinedExtensions: option === 'AllowUndefinedExtensions' ? 'allow' : option === 'DisallowUndefinedExtensions' ? 'disallow' : 'default',
      ...(acceptableLimits && { acceptableLimits }),
      ...(maxDtdlVersion !== undefined && { maxDtdlVersion }),
    },
  })
  const published = (resolution ?? []).flatMap(({ response }) => response ?? [])
  if (published.length === 0) return parseModels(toTexts(input), context(new Map()))
  const before = parseModels(toTexts(published), context(new Map()))
  // Published ones that need the input cannot have been published before it.
  if (!before.ok) return parseModels(toTexts([...published, ...input]), context(new Map()))
  return parseModels(toTexts(input), context(new Map(before.models.map((model) => [model.id, model]))))
}

/** As the suite's files begin: with a byte order mark. */
const toTexts = (documents: readonly unknown[]): readonly string[] => documents.map((document) => `\uFEFF${JSON.stringify(document)}`)

/** Does the product agree about a value? Its schema is found by giving the documents one more Interface, which has a Telemetry of that schema. */
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
