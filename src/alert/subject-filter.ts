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
  /** Those that satisfy the filter no more, and those that do by now and did not when it began, since the last call. */
  moved(): { readonly left: readonly string[]; readonly entered: readonly string[] }
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
  const members = model !== null && where !== null ? createMembers(watch({ model, where })) : undefined
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
      await members?.look()
    },
    moved: () => members?.moved() ?? { left: [], entered: [] },
    has: (twin) => (!named || named.has(twin)) && (members ? members.has(twin) : isOfModel(twin)),
    close() { members?.close() },
  }
}

interface Members extends Pick<SubjectFilter, 'moved' | 'has' | 'close'> {
  look(): Promise<void>
}

function createMembers(live: TwinWatch): Members {
  const members = new Set<string>()
  /** Those told of before they are told anew; undefined: they are told. */
  let before: ReadonlySet<string> | undefined = members
  let isFirst = true
  let [left, entered] = [new Set<string>(), new Set<string>()]
  const enter = (twin: string): void => {
    if (members.has(twin)) return
    members.add(twin)
    if (!left.delete(twin)) entered.add(twin)
  }
  const leave = (twin: string): void => {
    members.delete(twin)
    if (!entered.delete(twin)) left.add(twin)
  }
  const settle = (): void => {
    const former = before ?? members
    before = undefined
    if (isFirst) [isFirst, entered] = [false, new Set()]
    for (const twin of former) if (!members.has(twin)) left.add(twin)
  }
  return {
    async look() {
      await live.ready()
      for (const event of live.take()) {
        if (event.kind === 'in') {
          if (before?.has(event.twin)) members.add(event.twin)
          else enter(event.twin)
        } else if (event.kind === 'out') leave(event.twin)
        else if (event.kind === 'ready') settle()
        else {
          before = new Set(members)
          members.clear()
        }
      }
    },
    moved() {
      const moved = { left: [...left], entered: [...entered] }
      ;[left, entered] = [new Set(), new Set()]
      return moved
    },
    has: (twin) => members.has(twin),
    close() { live.close() },
  }
}
