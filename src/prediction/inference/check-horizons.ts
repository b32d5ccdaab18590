import type { ItemProblem } from '../../problem.ts'
import { formatDuration } from '../../telemetry/duration.ts'
import type { ModelCard } from '../model-card.ts'
import type { Instants } from './inference-task.ts'
import { countInstants } from './instants.ts'

/**
 * Outputs of one telemetry are one series, by the instant that each is about. Of a range whose step divides the difference of their horizons two rows would say something of the
 * same instant, and the one would replace the other. A single instant has each horizon once; of a stream the last word is meant.
 */
export function checkHorizons({ outputs }: Pick<ModelCard, 'outputs'>, instants: Instants): readonly ItemProblem[] {
  if (instants.kind !== 'range') return []
  const { every } = instants
  const span = (countInstants(instants) - 1) * every
  const values = outputs.filter(({ role, telemetry }) => role === 'VALUE' && telemetry !== undefined)
  for (const [at, one] of values.entries()) {
    for (const other of values.slice(at + 1)) {
      const difference = Math.abs(one.horizon - other.horizon)
      if (one.telemetry !== other.telemetry || difference > span || difference % every !== 0) continue
      const message = `${one.name} predicts ${one.telemetry} ${formatDuration(one.horizon)} ahead and ${other.name} ${formatDuration(other.horizon)}: every ${formatDuration(every)}, what one row says of an instant would replace what another said of it. Give \`at\` in the place of \`range\`, or a step of which the difference, ${formatDuration(difference)}, is no multiple; or register the predictor with outputs that have series of their own, without \`telemetry\`.`
      return [{ code: 'UNSUPPORTED', path: ['range', 'every'], message }]
    }
  }
  return []
}
