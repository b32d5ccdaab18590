import { getOperationAST, getVariableValues, GraphQLError, type OperationDefinitionNode, OperationTypeNode } from 'graphql'
import type { Limits } from '../config.ts'
import { failure } from '../errors.ts'
import { checkOperation } from './limits/check-operation.ts'
import { documentNesting } from './limits/nesting.ts'
import { toOperation } from './limits/operation.ts'
import type { LiveOperation } from './live-operation.ts'
import type { LiveSchema } from './live-schema.ts'
import { coded, createValidDocuments, RequestErrors, type ValidDocument } from './valid-documents.ts'

/** What a client asks for, however it came. */
export interface AskedOperation {
  readonly query: string
  readonly operationName?: string | undefined
  readonly variables?: Readonly<Record<string, unknown>> | undefined
}

export interface LiveRequestConfig {
  readonly schema: LiveSchema
  readonly limits: Limits
  /** Of brackets in a document. */
  readonly deepestNesting: number
}

/**
 * A subscription, ready to be opened; undefined for a query or a mutation, which is left to whoever executes those, with its errors.
 * Throws the Failure or the RequestErrors that refuse it.
 */
export type ParseLiveRequest = (asked: AskedOperation, by: Pick<LiveOperation, 'principal' | 'services' | 'requestId'>) => LiveOperation | undefined

/** What a query over HTTP goes through, for subscriptions: nesting, tokens, validation, operation, limits, variables. */
export function createLiveRequests({ schema, limits, deepestNesting }: LiveRequestConfig): ParseLiveRequest {
  const validDocuments = createValidDocuments(schema, limits)
  return (asked, by) => {
    if (documentNesting(asked.query) > deepestNesting) throw failure('QUERY_TOO_DEEP', { message: `The document nests brackets deeper than ${deepestNesting} levels. Use variables, or split it.` })
    if (!asked.query.includes('subscription')) return undefined
    const valid = validDocuments(asked.query)
    const definition = operationOf(valid, asked.operationName)
    if (definition.operation !== OperationTypeNode.SUBSCRIPTION) return undefined
    checkSize(asked, limits.subscriptionBytes)
    checkOperation(toOperation(valid.schema, valid.document, definition, asked.variables ?? {}), limits)
    return { schema: valid.schema, document: valid.document, definition, source: valid.source, variables: coercedVariables(valid, definition, asked), ...by }
  }
}

/** A subscription keeps its document and variables as long as it lives. */
function checkSize({ query, variables = {} }: AskedOperation, most: number): void {
  const size = query.length + JSON.stringify(variables).length
  if (size > most) throw failure('PAYLOAD_TOO_LARGE', { message: `The subscription's document and variables are ${size} characters long; at most ${most} are taken. Narrow it by a filter instead of naming what it is for.` })
}

function operationOf({ document }: ValidDocument, name: string | undefined): OperationDefinitionNode {
  const found = getOperationAST(document, name)
  if (found) return found
  const message = name === undefined ? 'Must provide operation name if query contains multiple operations.' : `Unknown operation named "${name}".`
  throw new RequestErrors([new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } })])
}

/** More errors than anybody reads. */
const mostErrors = 50

function coercedVariables({ schema }: ValidDocument, { variableDefinitions = [] }: OperationDefinitionNode, { variables = {} }: AskedOperation): Readonly<Record<string, unknown>> {
  const { coerced, errors } = getVariableValues(schema, variableDefinitions, variables, { maxErrors: mostErrors })
  if (errors) throw new RequestErrors(errors.map((error) => coded(error, 'BAD_USER_INPUT')))
  return coerced
}
