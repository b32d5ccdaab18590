// What a user has without Twinfold: graphql-ws over ws, and an in-memory topic that every subscription iterates over. `POST /publish?count=…` publishes events
// like those of the change feed, many at once. Prints its address.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildSchema, type GraphQLObjectType } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { createTopic } from './topic.ts'

interface Change {
  readonly __typename: 'Change'
  readonly cursor: string
  readonly kind: string
  readonly at: string
  readonly recordedAt: string
  readonly actor: string
  readonly cause: string
  readonly twinId: string
  readonly modelId: string
}

const schema = buildSchema(`
  scalar Cursor scalar DateTime
  enum ChangeKind { TWIN_CREATED TWIN_UPDATED }
  type Change { cursor: Cursor! kind: ChangeKind! at: DateTime! recordedAt: DateTime! actor: String! cause: String! twinId: ID modelId: ID }
  type Gap { from: Cursor! to: Cursor! }
  type CaughtUp { cursor: Cursor! }
  union ChangeEvent = Change | Gap | CaughtUp
  type Query { ok: Boolean }
  type Subscription { changes(after: Cursor): ChangeEvent! }
`)
const topic = createTopic<Change>()
const field = (schema.getSubscriptionType() as GraphQLObjectType).getFields()['changes']
if (field) {
  field.subscribe = () => topic.subscribe()
  field.resolve = (change: unknown) => change
}

let seq = 0
const toChange = (): Change => {
  const at = new Date().toISOString()
  seq += 1
  return { __typename: 'Change', cursor: Buffer.from(`j1:${seq}`).toString('base64url'), kind: 'TWIN_CREATED', at, recordedAt: at, actor: 'local-administrator', cause: 'createTwins', twinId: `twin-${seq}`, modelId: 'dtmi:live:Pump;1' }
}

const http = createServer((request, response) => {
  const count = Number(new URL(request.url ?? '/', 'http://localhost').searchParams.get('count') ?? 0)
  for (let index = 0; index < count; index += 1) topic.publish(toChange())
  response.end('{}')
})
useServer({ schema }, new WebSocketServer({ server: http, path: '/graphql', perMessageDeflate: false }))
http.listen(0, '127.0.0.1', () => { process.stdout.write(`stock http://127.0.0.1:${(http.address() as AddressInfo).port}\n`) })
