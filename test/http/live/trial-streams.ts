import { makeExecutableSchema } from '@graphql-tools/schema'
import { getArgumentValues, GraphQLError, type FieldNode } from 'graphql'
import type { PayloadStream } from '../../../src/change/payload-stream.ts'
import { failure } from '../../../src/errors.ts'
import type { LiveOperation, OpenStream } from '../../../src/graphql/live-operation.ts'
import { createTrialApi, type TrialApi, type TrialConfig } from '../api.ts'

/** A schema with a field for each thing a stream can do. */
export const streamSchema = (more = '') => makeExecutableSchema({
  typeDefs: `type Query { version: String!  list(limit: Int): [Item!]!  never: String  bug: String  big(bytes: Int!): String! }
    type Item { id: ID!  items(limit: Int): [Item!]! }
    type Mutation { change: String!  changeForever: String! }
    type Subscription {
      "The numbers up to \`to\`, as fast as they are taken; then the end."
      count(to: Int!, bytes: Int): Int!
      "The numbers that \`say\` says."
      said(topic: String): Int!
      "Numbers until one of them fails."
      breaks(after: Int!, how: String): Int!
      refused: Int!
      stuck: Int!
      items: [Item!]! ${more}
    }`,
  resolvers: {
    Query: { version: () => 'one', never: () => new Promise(() => undefined), bug: () => { throw new TypeError('secret') }, list: () => [], big: (_, { bytes }: { bytes: number }) => 'x'.repeat(bytes) },
    Mutation: { change: () => 'changed', changeForever: () => new Promise(() => undefined) },
  },
})

/** Streams of numbers, and what the test can tell and ask them. */
export interface TrialStreams {
  readonly open: OpenStream
  /** Streams that are open. */
  readonly openCount: number
  readonly taken: number
  /** Operations as they came. */
  readonly operations: readonly LiveOperation[]
  /** To every stream of `said`. */
  say(...numbers: number[]): void
  /** What `stuck` waits for. */
  unstick(): void
}

export function createTrialStreams(): TrialStreams {
  const listeners = new Set<(numbers: readonly number[]) => void>()
  const operations: LiveOperation[] = []
  const unstuck = Promise.withResolvers<void>()
  let [openCount, taken] = [0, 0]

  const counted = (stream: Omit<PayloadStream, 'close'>, onClose = (): void => undefined): PayloadStream => {
    let isOpen = true
    openCount++
    return {
      take() {
        if (!isOpen) throw new Error('A closed stream was taken from.')
        const payload = stream.take()
        if (payload !== undefined) taken++
        return payload
      },
      get isDone() {
        return stream.isDone
      },
      close() {
        if (isOpen) openCount--
        isOpen = false
        onClose()
      },
    }
  }
  const open: OpenStream = async (operation, wake) => {
    operations.push(operation)
    const { name, args } = rootOf(operation)
    const payload = (value: number, bytes = 0): string => JSON.stringify({ data: { [name]: value }, ...(bytes > 0 && { extensions: { filling: 'x'.repeat(bytes) } }) })
    if (name === 'refused') throw failure('STORE_UNAVAILABLE', { cause: new Error('secret of the store') })
    if (name === 'stuck') await unstuck.promise
    if (name === 'said') {
      const waiting: number[] = []
      const hear = (numbers: readonly number[]): void => {
        waiting.push(...numbers)
        wake()
      }
      listeners.add(hear)
      return counted({ take: () => { const next = waiting.shift(); return next === undefined ? undefined : payload(next) }, isDone: false }, () => { listeners.delete(hear) })
    }
    let next = 0
    return counted({
      take() {
        if (name === 'breaks' && next >= Number(args['after'])) throw args['how'] === 'bug' ? new TypeError('secret') : args['how'] === 'argument' ? new GraphQLError('Argument "x" is wrong.') : failure('STORE_UNAVAILABLE')
        return next >= Number(args['to'] ?? Infinity) ? undefined : payload(next++, Number(args['bytes'] ?? 0))
      },
      get isDone() {
        return next >= Number(args['to'] ?? Infinity)
      },
    })
  }
  return {
    open, operations,
    get openCount() {
      return openCount
    },
    get taken() {
      return taken
    },
    say: (...numbers) => { for (const hear of [...listeners]) hear(numbers) },
    unstick: () => { unstuck.resolve() },
  }
}

function rootOf({ schema, definition, variables }: LiveOperation): { readonly name: string; readonly args: Readonly<Record<string, unknown>> } {
  const node = definition.selectionSet.selections[0] as FieldNode // these tests use no fragments
  const field = schema.getSubscriptionType()?.getFields()[node.name.value]
  return { name: node.name.value, args: field ? getArgumentValues(field, node, { ...variables }) : {} }
}

export interface LiveTrial extends TrialApi {
  readonly streams: TrialStreams
  readonly socketUrl: string
}

/** The real server with streams of numbers. */
export async function createLiveTrial(config: TrialConfig = {}): Promise<LiveTrial> {
  const streams = createTrialStreams()
  const api = await createTrialApi({ schema: streamSchema(), openStream: streams.open, ...config })
  return { ...api, streams, socketUrl: `${api.url.replace('http', 'ws')}/graphql` }
}
