import { newId } from '../util/id.ts'
import type { AlertChange, Consequences, Found } from './alert-store.ts'
import { actionSeries } from './task.ts'
import { toPayload } from './alert-payload.ts'

/** What follows from changes of alerts: a message for each channel of the rule, and, where one was raised, what the rule does. */
export function consequencesOf(changes: readonly (AlertChange & { readonly found: Found | undefined })[]): Consequences {
  return {
    deliveries: changes.flatMap(({ alert, event }) => alert.notify.map((channel) => {
      const id = newId()
      return { id, channel, alert: alert.id, event, place: alert.revision, payload: JSON.stringify(toPayload({ alert, event })) }
    })),
    tasks: changes.flatMap(({ alert, event, found }) => {
      if ((event !== 'RAISED' && event !== 'REOPENED') || !found || found.rule.then.length === 0 || alert.series === actionSeries) return []
      return [{ key: `rule:${alert.rule}:${alert.id}.${alert.occurrences}`, rule: alert.rule, alert: alert.id, actions: found.rule.then }]
    }),
  }
}
