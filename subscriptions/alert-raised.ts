import { lastEventOf } from '../src/alert/follow-alerts.ts'
import { type AlertChoice, openAlertStream } from '../src/alert/alert-stream.ts'
import type { AlertChange } from '../src/alert/alert-store.ts'
import { failure } from '../src/errors.ts'
import { createEventEncoder } from '../src/graphql/encode-event.ts'
import type { OpenStream } from '../src/graphql/live-operation.ts'
import { selectedFields } from '../src/graphql/selected-fields.ts'
import { subscriptionRoot } from '../src/graphql/subscription-root.ts'
import { formatInstant } from '../src/telemetry/instant.ts'

const [mostNamed, mostOpen] = [1_000, 10_000]

/** `alertRaised`: alerts as they change. */
export const openAlertRaised: OpenStream = async (operation, wake) => {
  const root = subscriptionRoot(operation)
  const { schema, variables, services } = operation
  const choice = (root.args['where'] ?? {}) as AlertChoice
  for (const name of ['rules', 'twins'] as const) if ((choice[name]?.length ?? 0) > mostNamed) throw failure('BAD_USER_INPUT', { message: `${name} names at most ${mostNamed}, not ${choice[name]?.length}.` })
  const encoder = createEventEncoder(operation, root)
  const type = schema.getType('AlertRaised') as Parameters<typeof selectedFields>[1]
  const isResolved = selectedFields({ schema, fragments: root.fragments, variables }, type, root.nodes, []).has('alert')
  return await openAlertStream({
    board: services.alertBoard, choice, wake,
    async snapshot() {
      const open = await services.alerts.open(mostOpen + 1)
      if (open.length > mostOpen) throw failure('LIST_TOO_LONG', { message: `More than ${mostOpen} alerts are not resolved. Resolve some, or read them by alertsConnection.` })
      return open.map((alert) => ({ alert, event: lastEventOf(alert) }))
    },
    encode: (change) => (isResolved ? encoder.resolved([toEvent(change)]).then(([payload = '']) => payload) : encoder.atOnce(toEvent(change))),
  })
}

function toEvent({ event, alert: { id, state, severity, rule, ruleName, twin, series, message, since, until, openedAt, occurrences } }: AlertChange): object {
  return {
    event, id, state, severity, ruleId: rule, ruleName, twinId: twin, series, message, since: formatInstant(since), until: until === null ? null : formatInstant(until),
    openedAt: new Date(openedAt).toISOString(), occurrences,
  }
}
