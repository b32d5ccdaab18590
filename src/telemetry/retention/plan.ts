import type { RegisteredModel, Registry } from '../../model/registry.ts'
import type { Microseconds, Reading, SeriesKey } from '../reading.ts'
import { ownerOf } from '../twin-directory.ts'
import { type Policy, policyOf } from './policy.ts'
import { alignDown, type RollupTask } from './roll-up.ts'
import { bucketKey, readHorizon } from './stored-bucket.ts'

/** A measured series as a round finds it. */
export interface KeptSeries {
  readonly key: SeriesKey
  readonly latest: Reading
  /** Its horizon, where something of it was rolled up. */
  readonly horizon: Reading | undefined
  /** Lengths of the buckets it has. */
  readonly lengths: readonly Microseconds[]
}

export interface Plan {
  /** By length of the buckets. */
  readonly rollUps: ReadonlyMap<Microseconds, readonly RollupTask[]>
  /** What is forgotten without a trace. */
  readonly forget: readonly { readonly key: SeriesKey; readonly before: Microseconds }[]
}

/**
 * What is to be done with series at a time. The latest reading of a series is always kept, however old: what a valve said last year may be how it is.
 * A series whose twin is gone has no model, and stays as it is.
 */
export function planRetention(series: readonly KeptSeries[], modelOf: (key: SeriesKey) => RegisteredModel | undefined, policies: readonly Policy[], now: Microseconds): Plan {
  const rollUps = new Map<Microseconds, RollupTask[]>()
  const forget: { key: SeriesKey; before: Microseconds }[] = []
  for (const each of series) {
    const model = modelOf(each.key)
    if (!model) continue
    const { keep = null, rollupEvery = null, rollupKeep = null } = policyOf(policies, model, each.key.name) ?? {}
    const { key, latest } = each
    const horizon = each.horizon && { ...readHorizon(each.horizon), receivedAt: each.horizon.receivedAt }
    if (keep !== null && rollupEvery === null) forget.push({ key, before: Math.min(now - keep, latest.at) })
    const every = rollupEvery ?? (keep === null ? horizon?.every : undefined) // without a policy what comes late goes on into buckets
    if (every !== undefined) {
      const aged = keep === null ? -Infinity : alignDown(Math.min(now - keep, latest.at), every)
      const cut = Math.max(aged, horizon ? alignDown(horizon.reach, every) : -Infinity)
      rollUps.set(every, [...rollUps.get(every) ?? [], { key, cut, horizon }])
    }
    if (rollupKeep !== null) for (const length of each.lengths) forget.push({ key: bucketKey(key, length), before: alignDown(now - rollupKeep, length) })
  }
  return { rollUps, forget }
}

/** The model of a series' twin; of a component, the component's. `models`: DTMIs by twin. */
export function modelOfSeries({ twin }: SeriesKey, models: ReadonlyMap<string, string>, registry: Registry): RegisteredModel | undefined {
  const own = models.get(twin)
  if (own !== undefined) return registry.get(own)
  const owner = ownerOf(twin)
  const component = registry.get(models.get(owner) ?? '')?.contents.get(twin.slice(owner.length + 1))
  return component?.kind === 'Component' ? registry.get(component.schema) : undefined
}
