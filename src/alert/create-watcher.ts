import type { Registry } from '../model/registry.ts'
import type { TelemetryService } from '../telemetry/telemetry-service.ts'
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
}

/** What watches for a rule, by its condition. */
export function createWatcherOf(config: WatcherConfig): (rule: StoredRule, wake: () => void) => Watcher | undefined {
  const { telemetry: { store, directory }, registry, watches } = config
  return (rule, wake) => {
    const { when } = rule
    const filterOf = (of: Parameters<typeof createSubjectFilter>[0]) => createSubjectFilter(of, { directory, registry, watch: (filter) => watches.open(filter, wake) })
    switch (when.kind) {
      case 'ThresholdCondition':
        if (when.property !== null) return undefined
        return createSeriesWatcher({ rule, limits: when, over: when.over, store, series: seriesOfThreshold(rule, when, { store, directory, filter: filterOf(when.of) }) })
      case 'DriftCondition': return createSeriesWatcher({ rule, limits: when, over: null, store, series: seriesOfDrift(rule, when, { store }) })
      case 'LiveCondition': return undefined
      case 'MissingCondition': return undefined
      case 'ScheduleCondition': return undefined
    }
  }
}
