import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql'
import type { LiveSchema } from './live-schema.ts'

/** A document and the schema it was found to fit. */
export interface ValidDocument {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  /** The one string of the many that clients sent. */
  readonly source: string
}

/** Parses a document and validates it against the schema in use. Throws RequestErrors. */
export type ValidDocuments = (source: string) => ValidDocument

/** Why a document was not taken: GraphQL errors with their codes. */
export class RequestErrors extends Error {
  override readonly name = 'RequestErrors'
  readonly errors: readonly GraphQLError[]

  constructor(errors: readonly GraphQLError[]) {
    super(errors.map(({ message }) => message).join('\n'))
    this.errors = errors
  }
}

/** Thousands of clients send the few documents of an application. Those of more characters are rare, and not kept. */
const most = 500
const longest = 32_768

/** Keeps the documents that were asked for last, of the present schema only. */
export function createValidDocuments(live: LiveSchema, { tokens }: { readonly tokens: number }): ValidDocuments {
  let known = new Map<string, ValidDocument>()
  let of = live.current
  return (source) => {
    if (of !== live.current) {
      of = live.current
      known = new Map()
    }
    const found = known.get(source) ?? toValid(of, source, tokens)
    if (source.length > longest) return found
    known.delete(source) // moves it to the end: the first is the one not asked for longest
    known.set(found.source, found)
    if (known.size > most) for (const oldest of known.keys()) {
      known.delete(oldest)
      break
    }
    return found
  }
}

function toValid(schema: GraphQLSchema, source: string, maxTokens: number): ValidDocument {
  const document = parsed(source, maxTokens)
  const errors = violations(schema, document)
  if (errors.length > 0) throw new RequestErrors(errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED')))
  return { schema, document, source }
}

/** One rule of graphql-js looks at the directives of a subscription's field, and throws where they need a variable. */
function violations(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  try {
    return validate(schema, document)
  } catch (error) {
    if (error instanceof GraphQLError) return [error]
    throw error
  }
}

function parsed(source: string, maxTokens: number): DocumentNode {
  try {
    return parse(source, { maxTokens })
  } catch (error) {
    throw error instanceof GraphQLError ? new RequestErrors([coded(error, 'GRAPHQL_PARSE_FAILED', 'Syntax Error: ')]) : error
  }
}

/** The error with one of the codes of docs/errors.md. */
export function coded({ message, nodes, source, positions }: GraphQLError, code: string, prefix = ''): GraphQLError {
  return new GraphQLError(message.startsWith(prefix) ? message : prefix + message, { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, extensions: { code } })
}
