import type { Registry } from '../model/registry.ts'
import type { TelemetryService } from '../telemetry/telemetry-service.ts'
import type { Alert } from './alert.ts'
import type { FindContributions } from './contributions.ts'
import { createLiveWatcher } from './live-watcher.ts'
import { createMissingWatcher } from './missing-watcher.ts'
import type { PendingStore } from './pending-store.ts'
import { propertyQuery } from './property-query.ts'
import type { RuleStore } from './rule-store.ts'
import { createScheduleWatcher } from './schedule-watcher.ts'
import type { StoredRule } from './rule.ts'
import { seriesOfDrift, seriesOfThreshold } from './series-of-rule.ts'
import { createSeriesWatcher } from './series-watcher.ts'
import { createSubjectFilter } from './subject-filter.ts'
import type { TwinWatches } from './twin-watch.ts'
import type { Watcher } from './watcher.ts'

export interface WatcherConfig {
  readonly telemetry: Pick<TelemetryService, 'store' | 'directory'>
  readonly registry: () => Registry
  readonly watches: TwinWatches
  readonly pending: PendingStore
  /** Alerts of a rule that somebody resolved, where they are the last of their fingerprint. */
  readonly byHand: (rule: string) => Promise<readonly Alert[]>
  /** Of these twins, those that there are. */
  readonly existing: (twins: readonly string[]) => Promise<ReadonlySet<string>>
  readonly contributions: FindContributions
  readonly rules: Pick<RuleStore, 'takeTick'>
  /** A schedule has something to be done. */
  readonly onTick: () => void
}

/** What watches for a rule, by its condition. */
export function createWatcherOf(config: WatcherConfig): (rule: StoredRule, wake: () => void) => Watcher {
  const { telemetry: { store, directory }, registry, watches, pending, byHand, existing, contributions, rules, onTick } = config
  return (rule, wake) => {
    const { when } = rule
    const filterOf = (of: Parameters<typeof createSubjectFilter>[0]) => createSubjectFilter(of, { directory, registry, watch: (filter) => watches.open(filter, wake) })
    switch (when.kind) {
      case 'ThresholdCondition':
        if (when.property !== null) return createLiveWatcher({ rule, watch: watches.open(propertyQuery(when, registry()), wake), property: { name: when.property, limits: when }, pending, byHand })
        return createSeriesWatcher({ rule, limits: when, over: when.over, contributions: when.source === 'PREDICTED' ? contributions : undefined, store, series: seriesOfThreshold(rule, when, { store, directory, filter: filterOf(when.of) }) })
      case 'DriftCondition': return createSeriesWatcher({ rule, limits: when, over: null, contributions: undefined, store, series: seriesOfDrift(rule, when, { store }) })
      case 'LiveCondition': return createLiveWatcher({ rule, watch: watches.open(when, wake), property: undefined, pending, byHand })
      case 'MissingCondition': return createMissingWatcher({ rule, condition: when, watch: when.of.twins === null ? watches.open({ model: when.of.model, where: when.of.where }, wake) : undefined, directory, store, pending, existing })
      case 'ScheduleCondition': return createScheduleWatcher({ rule, condition: when, rules, onTick })
    }
  }
}
