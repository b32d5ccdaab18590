import { type DocumentNode, getVariableValues, type GraphQLSchema, type OperationDefinitionNode, parse } from 'graphql'
import type { TwinEvent, TwinQuery, TwinWatch, TwinWatches } from '../alert/twin-watch.ts'
import type { PayloadStream } from '../change/payload-stream.ts'
import { Failure, failure, failureCodes } from '../errors.ts'
import type { Registry } from '../model/registry.ts'
import type { Principal } from './context.ts'
import type { LiveOperation, OpenStream } from './live-operation.ts'
import type { Services } from './services.ts'
import { subscriptionRoot } from './subscription-root.ts'

export interface WatchTwinsConfig {
  /** As it is by now. */
  readonly schema: () => GraphQLSchema
  readonly registry: () => Registry
  readonly principal: Principal
  readonly services: () => Services
  readonly openStream: OpenStream
}

/** Live queries for rules, as clients could ask them. */
export function createTwinWatches(config: WatchTwinsConfig): TwinWatches {
  return {
    problemOf(query) {
      try {
        const operation = toOperation(query, config)
        const root = subscriptionRoot(operation)
        config.services().planLive({ ...operation, fragments: root.fragments, responseKey: root.key, field: root.field, nodes: root.nodes, model: root.field.extensions.live?.model, scenario: undefined, context: () => undefined })
        return undefined
      } catch (error) {
        if (error instanceof Failure && error.code === 'BAD_USER_INPUT') return error.message
        throw error
      }
    },
    open: (query, wake) => openTwinWatch(query, wake, config),
  }
}

function toOperation({ model, where, within, property }: TwinQuery, { schema: schemaOf, registry, principal, services }: WatchTwinsConfig): LiveOperation {
  const names = model === null ? { type: 'Twin', plural: 'twins' } : registry().byType(model)?.names
  if (!names) throw failure('BAD_USER_INPUT', { message: `No model is named ${JSON.stringify(model)}.` })
  const selected = property === undefined ? '' : ` node { value: ${property} }`
  const source = `subscription ($where: ${names.type}_Where, $within: Within) { twins: ${names.plural}Live(where: $where, within: $within) { kind id${selected} } }`
  const schema = schemaOf()
  if (!schema.getSubscriptionType()?.getFields()[`${names.plural}Live`]) throw failure('BAD_USER_INPUT', { message: `${names.type} is not shown in the schema, so that it cannot be filtered. Show it by exposeModel first.` })
  const document: DocumentNode = parse(source)
  const definition = document.definitions[0] as OperationDefinitionNode // the one that was written just now
  const { coerced, errors } = getVariableValues(schema, definition.variableDefinitions ?? [], { where: where ?? null, within: within ?? null })
  if (!coerced) throw failure('BAD_USER_INPUT', { message: errors.map(({ message }) => message.replace(/^Variable "\$(\w+)" got invalid value/, '`$1` has')).join(' ') })
  return { schema, document, definition, source, variables: coerced, principal, services: services(), requestId: 'rule' }
}

const isFailureCode = (code: unknown): code is Failure['code'] => typeof code === 'string' && Object.hasOwn(failureCodes, code)

interface TwinDelta {
  readonly kind: 'SNAPSHOT' | 'ENTER' | 'CHANGE' | 'LEAVE' | 'CAUGHT_UP' | 'RESET'
  readonly id: string | null
  readonly node?: { readonly value: unknown } | null
}

const retryMs = 1_000
/** A query that takes longer is not waited for: others wait behind it. */
const readyMs = 20_000

/** Told only when the twins of its beginning are known: what begins anew is told as a whole. */
function openTwinWatch(query: TwinQuery, wake: () => void, config: WatchTwinsConfig): TwinWatch {
  const { promise: ready, resolve, reject } = Promise.withResolvers<undefined>()
  ready.catch(() => undefined) // whoever waits for it is told
  let stream: PayloadStream | undefined
  /** Of each twin the last event, and whether all before it is void. What is told anew is held back until it is whole. */
  let told = new Map<string, TwinEvent>()
  let isAnew = false
  let held: Map<string, TwinEvent> | undefined
  let hasNews = false
  let failed: unknown
  let isClosed = false
  let timer: NodeJS.Timeout | undefined

  const tell = (event: TwinEvent): void => {
    if (event.kind === 'reset') held = new Map()
    else if (event.kind !== 'ready') note(held ?? told, event)
    else if (held) {
      [told, isAnew, held] = [held, true, undefined]
      resolve(undefined)
    }
    hasNews ||= !held
  }
  const note = (events: Map<string, TwinEvent>, event: Extract<TwinEvent, { readonly twin: string }>): void => {
    events.delete(event.twin)
    events.set(event.twin, event)
  }
  const drain = (): void => {
    if (isClosed || !stream) return
    hasNews = false
    try {
      for (let payload = stream.take(); payload !== undefined; payload = stream.take()) for (const event of toEvents(payload)) tell(event)
    } catch (error) {
      end(error)
    }
    if (hasNews || failed !== undefined) wake()
  }
  const end = (error: unknown): void => {
    stream?.close()
    stream = undefined
    if (isClosed) return
    if (error instanceof Failure && failureCodes[error.code].retryable) timer = setTimeout(start, retryMs).unref() // models that changed, too
    else {
      failed = error
      reject(error)
    }
  }
  const start = (): void => {
    tell({ kind: 'reset' })
    void (async () => await config.openStream(toOperation(query, config), drain))().then((opened) => {
      stream = opened
      if (isClosed) opened.close()
      drain()
    }, (error: unknown) => {
      end(error)
      wake()
    })
  }
  start()
  return {
    take() {
      if (failed !== undefined) throw failed as Error
      const events = [...told.values()]
      const all: readonly TwinEvent[] = isAnew ? [{ kind: 'reset' }, ...events, { kind: 'ready' }] : events
      told = new Map()
      isAnew = false
      return all
    },
    ready: () => within(ready, readyMs),
    close() {
      isClosed = true
      clearTimeout(timer)
      stream?.close()
      reject(failure('SHUTTING_DOWN'))
    },
  }
}

async function within(ready: Promise<void>, ms: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => { reject(failure('TIMEOUT', { message: `The twins that satisfy the filter were not known within ${ms / 1_000} s.` })) }, ms)
  try {
    await Promise.race([ready, late])
  } finally {
    clearTimeout(timer)
  }
}

interface LivePayload {
  readonly data: { readonly twins: TwinDelta } | null
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[]
}

/** Throws the Failure that the query was answered by. */
function toEvents(payload: string): readonly TwinEvent[] {
  const { data, errors } = JSON.parse(payload) as LivePayload
  if (!data) {
    const [{ message, extensions } = { message: 'none is told', extensions: undefined }] = errors ?? []
    throw failure(isFailureCode(extensions?.code) ? extensions.code : 'BAD_USER_INPUT', { message: `Its live query was answered by an error: ${message}` })
  }
  const { kind, id, node } = data.twins
  if (kind === 'CAUGHT_UP') return [{ kind: 'ready' }]
  if (kind === 'RESET') return [{ kind: 'reset' }]
  if (id === null) return []
  if (kind === 'LEAVE') return [{ kind: 'out', twin: id }]
  const value = node?.value
  return [{ kind: 'in', twin: id, value: value === null || value === undefined ? null : Number(value) }]
}
