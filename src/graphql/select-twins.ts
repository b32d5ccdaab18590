import { execute, GraphQLError, type GraphQLSchema, parse } from 'graphql'
import type { SelectTwins } from '../prediction/inference/select-twins.ts'
import { Failure } from '../errors.ts'
import type { ModelNames, Registry } from '../model/registry.ts'
import { type Invalid, type ItemProblem, toInvalid } from '../problem.ts'
import type { Json } from '../util/json.ts'
import { nearest } from '../util/nearest.ts'
import { done, refused, type Result } from '../util/result.ts'
import type { Context } from './context.ts'

export interface SelectTwinsConfig {
  /** Resolves when there is a schema: what was begun before the server started goes on earlier. */
  readonly ready: Promise<unknown>
  readonly schema: () => GraphQLSchema
  readonly registry: () => Registry
  /** As whom it asks. */
  context(signal: AbortSignal | undefined): Context
}

const inOnePage = 1_000
/** A page that is asked again and again: the query is the same for all twins of a model. */
const documents = new Map<string, ReturnType<typeof parse>>()
const mostDocuments = 1_000

/** Asks the API itself, so that a filter means what it means there. */
export function createSelectTwins({ ready, schema, registry, context }: SelectTwinsConfig): SelectTwins {
  let isReady = false
  void ready.then(() => { isReady = true })
  return async ({ model, where, scenario, most, signal }) => {
    if (!isReady) await Promise.race([ready, ...(signal ? [abortOf(signal)] : [])])
    signal?.throwIfAborted()
    const named = [...registry().models.values()].find(({ id, names }) => id === model || names.type === model)
    if (!named) return refusedFor([{ code: 'UNKNOWN_MODEL', path: ['model'], message: noModel(model, registry()) }])
    const ids: string[] = []
    for (let after: string | null = null; ;) {
      const page: Result<Page, Invalid> = await readPage({ schema: schema(), names: named.names, context: context(signal) }, { where: where ?? {}, scenario: scenario ?? null, after })
      if (!page.ok) return page
      ids.push(...page.value.edges.map(({ node }) => node._id))
      if (ids.length > most) return refusedFor([{ code: 'TOO_LARGE', path: ['where'], message: `More than ${most.toLocaleString('en')} twins of ${model} satisfy the filter. Ask of fewer.` }])
      if (!page.value.pageInfo.hasNextPage) return done(ids.sort())
      after = page.value.pageInfo.endCursor
    }
  }
}

const abortOf = (signal: AbortSignal): Promise<void> => new Promise((resolve) => {
  if (signal.aborted) resolve()
  else signal.addEventListener('abort', () => { resolve() }, { once: true })
})

interface Page {
  readonly edges: readonly { readonly node: { readonly _id: string } }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

interface Asked {
  readonly schema: GraphQLSchema
  readonly names: ModelNames
  readonly context: Context
}

/** What is wrong with the filter GraphQL says itself, and where in it. */
async function readPage({ schema, names, context }: Asked, variables: Readonly<Record<string, Json>>): Promise<Result<Page, Invalid>> {
  const field = `${names.plural}Connection`
  const text = `query ($where: ${names.type}_Where, $scenario: ID, $after: String) { page: ${field}(where: $where, scenario: $scenario, sort: [{ _id: ASC }], first: ${inOnePage}, after: $after) { edges { node { _id } } pageInfo { hasNextPage endCursor } } }`
  const document = documents.get(text) ?? parse(text)
  if (documents.size > mostDocuments) documents.clear()
  documents.set(text, document)
  const { data, errors } = await execute({ schema, document, contextValue: context, variableValues: variables })
  const page = data?.['page'] as Page | undefined
  if (page) return done(page)
  const failed = errors?.find(({ originalError }) => originalError && !(originalError instanceof GraphQLError) && !(originalError instanceof Failure && originalError.code === 'BAD_USER_INPUT'))
  if (failed?.originalError) throw failed.originalError
  return refusedFor((errors ?? []).map(({ message }) => ({ code: 'INVALID_INPUT', path: ['where'], message: `The filter cannot be used: ${message}` })))
}

function refusedFor(problems: readonly ItemProblem[]): { readonly ok: false; readonly problem: Invalid } {
  const invalid = toInvalid(problems)
  if (!invalid) throw new Error('Twins could not be selected, and nothing said why.')
  return refused(invalid)
}

function noModel(model: string, { models }: Registry): string {
  const near = nearest(model, [...models.values()].flatMap(({ id, names }) => [id, names.type]))
  return `There is no model ${JSON.stringify(model.slice(0, 120))}.${near === undefined ? ' Give a DTMI or the name of a type.' : ` Did you mean ${near}?`}`
}
