import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import type { PayloadStream } from '../change/payload-stream.ts'
import type { Principal } from './context.ts'
import type { Services } from './services.ts'

/** A subscription that was parsed, validated and held to the limits. */
export interface LiveOperation {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly definition: OperationDefinitionNode
  /** As the document came: with the variables, what tells equal subscriptions. */
  readonly source: string
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly principal: Principal
  readonly services: Services
  readonly requestId: string
}

/**
 * Begins the stream of a subscription's one root field. Rejects with the Failure that refuses it. `wake` is called whenever `take` may have something again
 * after it returned undefined; never within `take`, and not before the stream is there.
 */
export type OpenStream = (operation: LiveOperation, wake: () => void) => Promise<PayloadStream>
