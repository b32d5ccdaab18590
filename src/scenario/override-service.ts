import { encodeCursor } from '../change/cursor.ts'
import type { Registry } from '../model/registry.ts'
import type { Conflict, Invalid, LimitReached } from '../problem.ts'
import type { TelemetryStore } from '../telemetry/telemetry-store.ts'
import { notOpen } from '../twin/decide/scenarios.ts'
import { nowMicroseconds } from '../util/clock.ts'
import { newId } from '../util/id.ts'
import { done, refused, type Result } from '../util/result.ts'
import { decideOverrides, type OverrideInput } from './decide-overrides.ts'
import { checkKey, toIdempotency } from './idempotency.ts'
import type { Override } from './override.ts'
import type { OverridesStored, OverrideStore } from './override-store.ts'
import type { ScenarioRequest } from './scenario-service.ts'
import type { Scenario } from './scenario.ts'

export interface Overridden {
  /** The place in the journal behind it. */
  readonly cursor: string
  /** What was set, in the order in which it was given. */
  readonly overrides: readonly Override[]
}

/** Says in a scenario what telemetry would be. */
export interface OverrideService {
  /** All of it or nothing; resolves when it is durable and seen by every read. Fails with STORE_UNAVAILABLE, TELEMETRY_UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN. */
  override(scenario: Scenario, given: readonly OverrideInput[], request: ScenarioRequest, signal?: AbortSignal): Promise<Result<Overridden, Conflict | Invalid | LimitReached>>
}

export interface OverrideServiceConfig {
  readonly overrides: OverrideStore
  readonly readings: Pick<TelemetryStore, 'append'>
  readonly registry: () => Registry
  /** Something was committed. */
  readonly onCommitted: () => void
}

/** In one request, of readings all together, and in a scenario. */
const most = { given: 1_000, readings: 100_000, held: 10_000 }

/** First the readings that overrides have of their own, which nobody sees until something names them; then, in one transaction, what names them. */
export function createOverrideService({ overrides, readings, registry, onCommitted }: OverrideServiceConfig): OverrideService {
  return {
    async override(scenario, given, { actor, idempotencyKey }, signal) {
      const wrong = checkKey(idempotencyKey)
      if (wrong) return refused(wrong)
      const idempotency = toIdempotency(idempotencyKey, ['overrideTelemetry', scenario.id, given])
      const repeated = idempotency && await overrides.repeated(idempotency, signal)
      if (repeated) return overridden(repeated)
      if (scenario.state !== 'OPEN') return refused(notOpen(scenario, scenario.state, 'Nothing can be written into it: create another scenario.'))
      const tooMuch = limitOf(given)
      if (tooMuch) return refused(tooMuch)
      const models = await overrides.modelsOf(scenario, [...new Set(given.map(({ twin }) => twin))], signal)
      const decided = decideOverrides(given, { scenario, models, registry: registry(), actor, now: Math.floor(nowMicroseconds() / 1_000), newRun: newId })
      const [first, ...others] = decided.problems
      if (first) return refused({ kind: 'Invalid', code: 'INVALID_INPUT', message: others.length === 0 ? first.message : `${first.message} And ${others.length} more.`, problems: decided.problems, ...(first.path && { path: first.path }) })
      if (decided.readings.length > 0) await readings.append(decided.readings)
      const stored = await overrides.write(scenario, decided.edits, { actor, most: most.held, idempotency })
      if (stored.ok) onCommitted()
      return overridden(stored)
    },
  }
}

const overridden = <P extends Conflict | LimitReached>(stored: Result<OverridesStored, P>): Result<Overridden, P> =>
  (stored.ok ? done({ cursor: encodeCursor(stored.value.seq), overrides: stored.value.set }) : stored)

function limitOf(given: readonly OverrideInput[]): LimitReached | undefined {
  const beyond = (limit: number, actual: number, what: string): LimitReached => ({ kind: 'LimitReached', code: 'TOO_LARGE', limit, actual, message: `At most ${limit} ${what} are taken at once, not ${actual}. Send them in parts.`, path: ['overrides'] })
  if (given.length > most.given) return beyond(most.given, given.length, 'overrides')
  const count = given.reduce((sum, { series }) => sum + (series?.length ?? 0), 0)
  return count > most.readings ? beyond(most.readings, count, 'readings') : undefined
}
