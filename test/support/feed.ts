import type { OperationDefinitionNode } from 'graphql'
import { Kind, parse, validate } from 'graphql'
import { openChanges } from '../../subscriptions/changes.ts'
import type { App } from '../../src/app.ts'
import type { PayloadStream } from '../../src/change/payload-stream.ts'
import type { Services } from '../../src/graphql/services.ts'
import { assembleSchema } from '../../src/graphql/assemble.ts'
import type { Data } from './app.ts'
import { platformSchema } from './platform.ts'

/** One subscriber to `changes`, who takes what there is when asked. */
export interface TestFeed extends Disposable {
  readonly stream: PayloadStream
  /** Everything taken so far, as data; errors throw. */
  readonly events: Data[]
  /** Takes until there are so many events, or until one satisfies the test; fails after ten seconds. */
  take(until: number | ((event: Data) => boolean)): Promise<readonly Data[]>
  /** Takes what is there and is on its way, up to CaughtUp. */
  catchUp(): Promise<readonly Data[]>
}

const whole = '{ __typename ... on Change { cursor kind at recordedAt actor cause twinId modelId component properties { name component before after } relationship { id name from to } } ... on Gap { from to } ... on CaughtUp { cursor } }'
export const lean = '{ __typename ... on Change { cursor kind twinId } ... on Gap { from to } ... on CaughtUp { cursor } }'

const schemas = new WeakMap<object, ReturnType<typeof assembleSchema>>()

/** `args`: as written in the document, such as `twins: ["a"]`. */
export async function openFeed(app: App, { after, args = '', selection = whole, services }: { readonly after?: string | undefined; readonly args?: string; readonly selection?: string; readonly services?: Partial<Services> } = {}): Promise<TestFeed> {
  return await openFeedOf(app, `subscription Feed($after: Cursor) { changes(after: $after ${args}) ${selection} }`, { after: after ?? null }, services)
}

export async function openFeedOf(app: App, source: string, variables: Readonly<Record<string, unknown>>, services: Partial<Services> = {}): Promise<TestFeed> {
  const registry = app.services.models.registry()
  const schema = schemas.get(registry) ?? assembleSchema(await platformSchema, registry, new Set(registry.models.keys()))
  schemas.set(registry, schema)
  const document = parse(source)
  const errors = validate(schema, document)
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
  const definition = document.definitions.find((each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION)
  if (!definition) throw new Error('There is no operation.')
  let woken = Promise.withResolvers<void>()
  const stream = await openChanges(
    { schema, document, definition, source, variables, principal: { tenant: app.config.tenant, subject: 'reader' }, services: { ...app.services, ...services }, requestId: 'test' },
    () => { woken.resolve() },
  )
  const events: Data[] = []
  const take: TestFeed['take'] = async (until) => {
    const deadline = AbortSignal.timeout(10_000)
    const isEnough = (): boolean => (typeof until === 'number' ? events.length >= until : events.length > 0 && until(events.at(-1) as Data))
    while (!isEnough()) {
      const payload = stream.take()
      if (payload === undefined) {
        const late = Promise.withResolvers<never>()
        deadline.addEventListener('abort', () => { late.reject(new Error(`Only ${events.length} events came: ${JSON.stringify(events.slice(-3))}`)) }, { once: true })
        if (deadline.aborted) late.reject(new Error('Nothing came in time.'))
        await Promise.race([woken.promise, late.promise])
        woken = Promise.withResolvers()
        continue
      }
      const { data, errors: failed } = JSON.parse(payload) as { data: { changes: Data }; errors?: unknown }
      if (failed) throw new Error(JSON.stringify(failed))
      events.push(Object.values(data)[0] as Data)
    }
    return events
  }
  return { stream, events, take, catchUp: () => take(({ __typename }) => __typename === 'CaughtUp'), [Symbol.dispose]: () => { stream.close() } }
}
