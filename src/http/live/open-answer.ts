import { type ApolloServer, HeaderMap } from '@apollo/server'
import type { GraphQLFormattedError } from 'graphql'
import type { PayloadStream } from '../../change/payload-stream.ts'
import type { Context } from '../../graphql/context.ts'
import type { OpenStream } from '../../graphql/live-operation.ts'
import type { AskedOperation, ParseLiveRequest } from '../../graphql/live-request.ts'
import { withRequestId } from '../../graphql/request-id.ts'

/** An operation as it reached a connection. */
export interface AskedHere extends AskedOperation {
  /** Of the HTTP request it came by; one by GET changes nothing. */
  readonly method?: 'GET' | 'POST'
}

/** What an operation comes to. */
export type Answer =
  | { readonly kind: 'stream', readonly stream: PayloadStream }
  | { readonly kind: 'errors', readonly errors: readonly GraphQLFormattedError[] }

/** An answer on its way. */
export interface OpeningAnswer {
  /** A subscription, not a query or mutation. */
  readonly isLive: boolean
  readonly answer: Promise<Answer>
}

/** Begins whatever the operation is: subscriptions become their stream, queries and mutations are executed and become a stream of one. Throws or rejects with what refuses it. */
export type OpenAnswer = (asked: AskedHere, context: Context, wake: () => void) => OpeningAnswer

export const createOpenAnswer = (parse: ParseLiveRequest, openStream: OpenStream, apollo: ApolloServer<Context>): OpenAnswer => (asked, context, wake) => {
  const { principal, services, requestId } = context
  const live = parse(asked, { principal, services, requestId })
  const answer = withRequestId(requestId, async (): Promise<Answer> => (live ? { kind: 'stream', stream: await openStream(live, wake) } : await execute(apollo, asked, context)))
  return { isLive: live !== undefined, answer }
}

/** The same way as a plain HTTP request, but for the HTTP. */
async function execute(apollo: ApolloServer<Context>, { method = 'POST', query, operationName, variables = {} }: AskedHere, contextValue: Context): Promise<Answer> {
  const { body } = await apollo.executeOperation({ query, ...(operationName !== undefined && { operationName }), variables, http: { method, headers: new HeaderMap(), search: '', body: undefined } }, { contextValue })
  if (body.kind === 'incremental') throw new Error('An operation was answered in parts, which nobody can ask for.')
  const { data, errors = [], extensions } = body.singleResult
  if (data === undefined) return { kind: 'errors', errors }
  return { kind: 'stream', stream: streamOfOne(JSON.stringify({ data, ...(errors.length > 0 && { errors }), ...(extensions && { extensions }) })) }
}

function streamOfOne(payload: string): PayloadStream {
  let left: string | undefined = payload
  return {
    take() {
      const taken = left
      left = undefined
      return taken
    },
    get isDone() {
      return left === undefined
    },
    close: () => { left = undefined },
  }
}
