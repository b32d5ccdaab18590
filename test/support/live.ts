import type { OperationDefinitionNode } from 'graphql'
import { getVariableValues, Kind, parse, validate } from 'graphql'
import type { App } from '../../src/app.ts'
import type { PayloadStream } from '../../src/change/payload-stream.ts'
import { assembleSchema } from '../../src/graphql/assemble.ts'
import { openStream } from '../../subscriptions/index.ts'
import type { Data } from './app.ts'
import { platformSchema } from './platform.ts'

export interface TestDelta {
  readonly kind: 'SNAPSHOT' | 'ENTER' | 'CHANGE' | 'LEAVE' | 'CAUGHT_UP' | 'RESET'
  readonly cursor: string
  readonly id: string | null
  readonly node: Data | null
  readonly changed: readonly string[] | null
}

/** One subscriber to a live query, who keeps what the deltas tell as a client does. */
export interface TestLive extends Disposable {
  readonly stream: PayloadStream
  readonly deltas: readonly TestDelta[]
  /** The answer as the deltas tell it. They must fit what is held: nothing enters twice, leaves or changes that is not there, or changes in other fields than it says. */
  readonly nodes: ReadonlyMap<string, Data>
  /** Takes what there is now. */
  drain(): void
  /** Takes until it is true; fails after so many ms. */
  until(isEnough: () => boolean, withinMs?: number): Promise<void>
  caughtUp(): Promise<void>
}

const schemas = new WeakMap<object, ReturnType<typeof assembleSchema>>()

export async function openLive(app: App, source: string, variables: Readonly<Record<string, unknown>> = {}, known: ReadonlyMap<string, Data> = new Map()): Promise<TestLive> {
  const registry = app.services.models.registry()
  const schema = schemas.get(registry) ?? assembleSchema(await platformSchema, registry, new Set(registry.models.keys()))
  schemas.set(registry, schema)
  const document = parse(source)
  const errors = validate(schema, document)
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
  const definition = document.definitions.find((each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION)
  const coerced = definition && getVariableValues(schema, definition.variableDefinitions ?? [], variables)
  if (!definition || !coerced?.coerced) throw new Error(JSON.stringify(coerced?.errors))
  let woken = Promise.withResolvers<void>()
  const principal = { tenant: app.config.tenant, subject: 'reader' }
  const stream = await openStream({ schema, document, definition, source, variables: coerced.coerced, principal, services: app.services, requestId: 'test' }, () => { woken.resolve() })
  const deltas: TestDelta[] = []
  const nodes = new Map(known)
  const drain = (): void => {
    for (let payload = stream.take(); payload !== undefined; payload = stream.take()) {
      const delta = Object.values((JSON.parse(payload) as { readonly data: Readonly<Record<string, TestDelta>> }).data)[0] as TestDelta
      deltas.push(delta)
      if (known.size === 0) mustFit(nodes, delta)
      apply(nodes, delta)
    }
  }
  const until: TestLive['until'] = async (isEnough, withinMs = 10_000) => {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => { late.reject(new Error(`Not within ${withinMs} ms; the last deltas: ${JSON.stringify(deltas.slice(-4))}`)) }, withinMs)
    try {
      for (;;) {
        woken = Promise.withResolvers()
        drain()
        if (isEnough()) return
        await Promise.race([woken.promise, late.promise])
      }
    } finally {
      clearTimeout(timer)
    }
  }
  return { stream, deltas, nodes, drain, until, caughtUp: () => until(() => deltas.some(({ kind }) => kind === 'CAUGHT_UP')), [Symbol.dispose]: () => { stream.close() } }
}

/** What every client does with a delta. */
export function apply(nodes: Map<string, Data>, { kind, id, node }: TestDelta): void {
  if (kind === 'RESET') nodes.clear()
  else if (kind === 'LEAVE' && id !== null) nodes.delete(id)
  else if (id !== null && node) nodes.set(id, node)
}

function mustFit(nodes: ReadonlyMap<string, Data>, { kind, id, node, changed }: TestDelta): void {
  const held = id === null ? undefined : nodes.get(id)
  const isNew = kind === 'SNAPSHOT' || kind === 'ENTER'
  if (id !== null && isNew === (held !== undefined)) throw new Error(`${kind} of ${id}, which is ${held ? '' : 'not '}there.`)
  if (kind !== 'CHANGE' || !changed || !held || !node) return
  const differing = Object.keys({ ...held, ...node }).filter((name) => JSON.stringify(held[name]) !== JSON.stringify(node[name]))
  if (changed.length === 0 || differing.some((name) => !changed.includes(name))) throw new Error(`${id ?? ''} differs in ${differing.join()}, but is said to in ${changed.join()}.`)
}
