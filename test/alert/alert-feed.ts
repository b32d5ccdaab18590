import type { OperationDefinitionNode } from 'graphql'
import { getVariableValues, Kind, parse, validate } from 'graphql'
import type { App } from '../../src/app.ts'
import { assembleSchema } from '../../src/graphql/assemble.ts'
import { openStream } from '../../subscriptions/index.ts'
import type { Data } from '../support/app.ts'
import { platformSchema } from '../support/platform.ts'

/** One subscriber to `alertRaised`. */
export interface AlertFeed extends Disposable {
  /** Everything that was told, in order. */
  readonly events: readonly Data[]
  /** Takes until it is true; fails after so many ms. */
  until(isEnough: (events: readonly Data[]) => boolean, withinMs?: number): Promise<readonly Data[]>
}

export const fields = 'event id state severity ruleId ruleName twinId series message since until openedAt occurrences'

export async function openAlertFeed(app: App, where: Readonly<Record<string, unknown>> | null = null, selection = fields): Promise<AlertFeed> {
  const registry = app.services.models.registry()
  const schema = assembleSchema(await platformSchema, registry, new Set(registry.models.keys()))
  const source = `subscription ($where: AlertRaisedWhere) { alertRaised(where: $where) { ${selection} } }`
  const document = parse(source)
  const errors = validate(schema, document)
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
  const definition = document.definitions.find((each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION)
  const coerced = definition && getVariableValues(schema, definition.variableDefinitions ?? [], { where })
  if (!definition || !coerced?.coerced) throw new Error(JSON.stringify(coerced?.errors))
  let woken = Promise.withResolvers<void>()
  const principal = { tenant: app.config.tenant, subject: 'watchman' }
  const stream = await openStream({ schema, document, definition, source, variables: coerced.coerced, principal, services: app.services, requestId: 'test' }, () => { woken.resolve() })
  const events: Data[] = []
  const drain = (): void => {
    for (let payload = stream.take(); payload !== undefined; payload = stream.take()) {
      const { data, errors: failed } = JSON.parse(payload) as { readonly data: { readonly alertRaised: Data } | null; readonly errors?: unknown }
      if (!data || failed !== undefined) throw new Error(JSON.stringify(failed))
      events.push(data.alertRaised)
    }
  }
  return {
    events,
    async until(isEnough, withinMs = 20_000) {
      const late = Promise.withResolvers<never>()
      const timer = setTimeout(() => { late.reject(new Error(`Not within ${withinMs} ms; told was ${JSON.stringify(events.slice(-5))}`)) }, withinMs)
      try {
        for (;;) {
          woken = Promise.withResolvers()
          drain()
          if (isEnough(events)) return events
          await Promise.race([woken.promise, late.promise])
        }
      } finally {
        clearTimeout(timer)
      }
    },
    [Symbol.dispose]: () => { stream.close() },
  }
}
