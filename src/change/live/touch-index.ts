import type { JournalEntry } from '../journal.ts'
import type { LivePlan, Place } from './live-plan.ts'

/** A place of a subject's pattern at which a twin changed. */
export interface Touch<Subject> {
  readonly subject: Subject
  readonly place: number
  readonly twin: string
}

interface Ref<Subject> {
  readonly subject: Subject
  readonly place: number
  readonly spec: Place
}
type Refs<Subject> = Map<string, Set<Ref<Subject>>>

/** Which live queries a change may concern, found by what changed: those that it cannot concern cost nothing. */
export interface TouchIndex<Subject> {
  readonly readsTelemetry: boolean
  add(subject: Subject, plan: Pick<LivePlan, 'places' | 'scope'>): void
  remove(subject: Subject): void
  byEntry(entry: JournalEntry): readonly Touch<Subject>[]
  /** New readings of a twin, or component. */
  byReading(twin: string, name: string): readonly Touch<Subject>[]
  /** Another latest value on a twin, or component. */
  byLatest(twin: string, name: string): readonly Touch<Subject>[]
}

/** The twin and the path of a component that an id names; the path is undefined where it names the twin itself. */
function ownerAndComponent(id: string): readonly [string, string | undefined] {
  const mark = id.indexOf('#')
  return mark === -1 ? [id, undefined] : [id.slice(0, mark), id.slice(mark + 1)]
}

const isFor = ({ only }: Place, twin: string): boolean => only === undefined || only === twin

export function createTouchIndex<Subject>(): TouchIndex<Subject> {
  const bySubject = new Map<Subject, readonly (() => void)[]>()
  const byProperty: Refs<Subject> = new Map()
  const byLink: Refs<Subject> = new Map()
  const bySeries: Refs<Subject> = new Map()
  const byLatest: Refs<Subject> = new Map()
  const byScope: Refs<Subject> = new Map()
  const everyUpdate = new Set<Ref<Subject>>()
  const everyLink = new Set<Ref<Subject>>()
  const roots = new Set<Ref<Subject>>()
  const all = new Set<Ref<Subject>>()

  const enter = (ref: Ref<Subject>, scope: ReadonlySet<string>): readonly (() => void)[] => {
    const { properties, latest, series, links } = ref.spec
    const into = (set: Set<Ref<Subject>>, isFor = true): (() => void) => {
      if (isFor) set.add(ref)
      return () => { set.delete(ref) }
    }
    const under = (refs: Refs<Subject>, names: Iterable<string>): readonly (() => void)[] => [...names].map((name) => {
      const set = refs.get(name) ?? new Set()
      refs.set(name, set.add(ref))
      return () => { if (set.delete(ref) && set.size === 0) refs.delete(name) }
    })
    const isRoot = ref.place === 0
    return [
      into(all), into(roots, isRoot), into(everyUpdate, ref.spec.all), into(everyLink, links === 'any'),
      ...under(byProperty, properties), ...under(byLatest, latest), ...under(bySeries, series), ...under(byLink, links === 'any' ? [] : links), ...under(byScope, isRoot ? scope : []),
    ]
  }
  const updated = ({ id, patch, model }: JournalEntry): readonly Touch<Subject>[] => {
    const [twin, component] = ownerAndComponent(id)
    const names = patch === undefined ? [] : Object.keys(JSON.parse(patch) as object)
    const refs = new Set([...everyUpdate, ...names.flatMap((name) => [...byProperty.get(name) ?? []])])
    const isIt = ({ spec }: Ref<Subject>): boolean => spec.component === component && isFor(spec, twin) && (component !== undefined || model === undefined || spec.isOf(model))
    return [...refs].filter(isIt).map(({ subject, place }) => ({ subject, place, twin }))
  }
  const linked = ({ id, type = '', target }: JournalEntry): readonly Touch<Subject>[] => {
    const ends = [...byLink.get(type) ?? [], ...everyLink].flatMap(({ subject, place, spec }) =>
      [{ subject, place, twin: id }, ...(spec.bothEnds && target !== undefined ? [{ subject, place, twin: target }] : [])])
    const scopes = [...byScope.get(type) ?? []].map(({ subject }) => ({ subject, place: 0, twin: id }))
    return [...ends, ...scopes]
  }
  const read = (refs: Refs<Subject>, id: string, name: string): readonly Touch<Subject>[] => {
    const found = refs.get(name)
    if (!found) return []
    const [twin, component] = ownerAndComponent(id)
    return [...found].filter(({ spec }) => spec.component === component && isFor(spec, twin)).map(({ subject, place }) => ({ subject, place, twin }))
  }
  return {
    get readsTelemetry() {
      return bySeries.size > 0 || byLatest.size > 0
    },
    add(subject, { places, scope }) {
      bySubject.set(subject, places.flatMap((spec, place) => enter({ subject, place, spec }, scope)))
    },
    remove(subject) {
      for (const removal of bySubject.get(subject) ?? []) removal()
      bySubject.delete(subject)
    },
    byEntry(entry) {
      switch (entry.op) {
        case 'create': case 'delete':
          return [...roots].filter(({ spec }) => isFor(spec, entry.id) && (entry.model === undefined || spec.isOf(entry.model))).map(({ subject, place }) => ({ subject, place, twin: entry.id }))
        case 'migrate': return [...all].map(({ subject, place }) => ({ subject, place, twin: ownerAndComponent(entry.id)[0] }))
        case 'update': return updated(entry)
        case 'link': case 'relink': case 'unlink': return linked(entry)
        default: return [] // models change what can be asked, not what is
      }
    },
    byReading: (twin, name) => read(bySeries, twin, name),
    byLatest: (twin, name) => read(byLatest, twin, name),
  }
}
