import type { Microseconds } from '../telemetry/reading.ts'
import type { RuleStore } from './rule-store.ts'
import type { ScheduleCondition, StoredRule } from './rule.ts'
import type { Watcher } from './watcher.ts'

export interface ScheduleWatcherConfig {
  readonly rule: StoredRule
  readonly condition: ScheduleCondition
  readonly rules: Pick<RuleStore, 'takeTick'>
  /** There is something to do. */
  readonly onTick: () => void
}

/** Lets a rule's actions be done at each tick, once, whoever finds that it is time. Of ticks that were missed the last one counts. */
export function createScheduleWatcher({ rule, condition: { every }, rules, onTick }: ScheduleWatcherConfig): Watcher {
  /** Its instant: the number of ticks since 1970 would be less where they become rarer. */
  const tickAt = (now: Microseconds): Microseconds => Math.floor(now / every) * every
  let last: Microseconds | undefined
  return {
    async begin({ now, isResumed }) {
      if (isResumed) return []
      last = tickAt(now)
      await rules.takeTick(rule.id, last, undefined) // the first one is to come
      return []
    },
    async hear({ now }) {
      const tick = tickAt(now)
      if (last !== undefined && tick <= last) return []
      last = tick
      if (await rules.takeTick(rule.id, tick, { key: `rule:${rule.id}:${tick}`, rule: rule.id, alert: null, actions: rule.then })) onTick()
      return []
    },
    close: () => undefined,
  }
}
