import type { OperationDefinitionNode } from 'graphql'
import { getVariableValues, Kind, parse, validate } from 'graphql'
import type { App } from '../../src/app.ts'
import type { PayloadStream } from '../../src/change/payload-stream.ts'
import { assembleSchema } from '../../src/graphql/assemble.ts'
import type { LiveOperation, OpenStream } from '../../src/graphql/live-operation.ts'
import { openStream } from '../../subscriptions/index.ts'
import type { Data } from '../support/app.ts'
import { platformSchema } from '../support/platform.ts'

/** One who reads a stream as a transport does: pulls, and waits to be woken. */
export interface Subscriber extends Disposable {
  /** The subscription's field, of every payload that was taken. */
  readonly events: readonly Data[]
  readonly stream: PayloadStream
  /** Takes until it is true; fails after so many ms. */
  until(isEnough: () => boolean, withinMs?: number): Promise<void>
  caughtUp(): Promise<void>
  /** Of readings. */
  readonly readings: readonly Data[]
}

const schemas = new WeakMap<object, ReturnType<typeof assembleSchema>>()

async function toOperation(app: App, source: string, variables: Readonly<Record<string, unknown>>): Promise<LiveOperation> {
  const registry = app.services.models.registry()
  const schema = schemas.get(registry) ?? assembleSchema(await platformSchema, registry, new Set(registry.models.keys()))
  schemas.set(registry, schema)
  const document = parse(source)
  const errors = validate(schema, document)
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
  const definition = document.definitions.find((each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION)
  if (!definition) throw new Error('No operation.')
  const { coerced, errors: wrong } = getVariableValues(schema, definition.variableDefinitions ?? [], variables)
  if (!coerced) throw new Error(JSON.stringify(wrong))
  return { schema, document, definition, source, variables: coerced, principal: { tenant: app.config.tenant, subject: 'reader' }, services: app.services, requestId: 'test' }
}

export async function subscribe(app: App, source: string, variables: Readonly<Record<string, unknown>> = {}, open: OpenStream = openStream): Promise<Subscriber> {
  let woken = Promise.withResolvers<void>()
  const stream = await open(await toOperation(app, source, variables), () => { woken.resolve() })
  const events: Data[] = []
  const until: Subscriber['until'] = async (isEnough, withinMs = 10_000) => {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => { late.reject(new Error(`Not within ${withinMs} ms; ${events.length} events, the last: ${JSON.stringify(events.slice(-3))}`)) }, withinMs)
    try {
      for (;;) {
        woken = Promise.withResolvers()
        for (let payload = stream.take(); payload !== undefined; payload = stream.take()) {
          const { data, errors } = JSON.parse(payload) as { readonly data: Readonly<Record<string, Data>>; readonly errors?: unknown }
          if (errors) throw new Error(payload)
          events.push(...Object.values(data))
        }
        if (isEnough()) return
        await Promise.race([woken.promise, late.promise])
      }
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    events, stream, until,
    caughtUp: () => until(() => events.some(({ __typename }) => __typename === 'CaughtUp')),
    get readings() {
      return events.filter(({ __typename }) => __typename === 'ReadingReceived')
    },
    [Symbol.dispose]: () => { stream.close() },
  }
}
