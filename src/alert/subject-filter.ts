import type { Registry } from '../model/registry.ts'
import type { TwinDirectory } from '../telemetry/twin-directory.ts'
import type { Subjects } from './rule.ts'
import type { TwinWatch } from './twin-watch.ts'

/** Which twins a rule is about. */
export interface SubjectFilter {
  /** Looks up those it does not know. */
  prepare(twins: Iterable<string>): Promise<void>
  /** Of a twin that was prepared. */
  has(twin: string): boolean
  /** Those that satisfy the filter no more, since the last call. */
  left(): readonly string[]
  close(): void
}

export interface SubjectFilterConfig {
  readonly directory: Pick<TwinDirectory, 'prepare' | 'channelsOf'>
  readonly registry: () => Registry
  /** Opens the live query of a filter. */
  readonly watch: (filter: { readonly model: string; readonly where: unknown }) => TwinWatch
}

/** Twins that are named are theirs as long as they are there; those of a model by what the graph says of them, and of a filter by a live query. */
export function createSubjectFilter({ twins, model, where }: Subjects, { directory, registry, watch }: SubjectFilterConfig): SubjectFilter {
  const named = twins && new Set(twins)
  const live = model !== null && where !== null ? watch({ model, where }) : undefined
  const members = new Set<string>()
  let left = new Set<string>()
  const isOfModel = (twin: string): boolean => {
    const channels = directory.channelsOf(twin)
    if (!channels) return false
    if (model === null) return true
    const wanted = registry().byType(model)
    return wanted !== undefined && registry().get(channels.model)?.isA(wanted.id) === true
  }
  return {
    async prepare(ids) {
      await directory.prepare([...ids].filter((id) => !named || named.has(id)))
      if (!live) return
      await live.ready()
      for (const event of live.take()) {
        if (event.kind === 'in') {
          members.add(event.twin)
          left.delete(event.twin)
        } else if (event.kind === 'out') {
          members.delete(event.twin)
          left.add(event.twin)
        } else if (event.kind === 'reset') {
          left = new Set([...left, ...members])
          members.clear()
        }
      }
    },
    left() {
      const gone = [...left]
      left = new Set()
      return gone
    },
    has: (twin) => (!named || named.has(twin)) && (live ? members.has(twin) : isOfModel(twin)),
    close() { live?.close() },
  }
}
