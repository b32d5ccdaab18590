import type { JournalEntry } from '../journal.ts'
import type { LivePlan, Place } from './live-plan.ts'

/** One place of a subject's pattern. */
export interface PlaceOf<Subject> {
  readonly subject: Subject
  readonly place: number
  readonly spec: Place
}

/** A twin that changed, and the places that look at what changed of it; `isIt` says of each whether it can be there that the twin stands. */
export interface Touch<Subject> {
  readonly twin: string
  readonly places: readonly ReadonlySet<PlaceOf<Subject>>[]
  isIt(place: PlaceOf<Subject>): boolean
}

type Places<Subject> = Map<string, Set<PlaceOf<Subject>>>

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

/** The places that a touch concerns. */
export function* placesOf<Subject>({ places, isIt }: Touch<Subject>): Generator<PlaceOf<Subject>> {
  for (const set of places) for (const place of set) if (isIt(place)) yield place
}

/** The twin that an entry is of, or has the component. */
const twinOf = ({ id, component }: JournalEntry): string => (component === undefined ? id : id.slice(0, -component.length - 1))

/** Names of what an update changed; undefined where it is not told. Several indexes ask for them. */
const changedNames = new WeakMap<JournalEntry, readonly string[]>()

function namesOf(entry: JournalEntry): readonly string[] | undefined {
  if (entry.patch === undefined) return undefined
  const names = changedNames.get(entry) ?? Object.keys(JSON.parse(entry.patch) as object)
  changedNames.set(entry, names)
  return names
}

export function createTouchIndex<Subject>(): TouchIndex<Subject> {
  const bySubject = new Map<Subject, readonly (() => void)[]>()
  const byProperty: Places<Subject> = new Map()
  const byLink: Places<Subject> = new Map()
  const bySeries: Places<Subject> = new Map()
  const byLatest: Places<Subject> = new Map()
  const byScope: Places<Subject> = new Map()
  const everyUpdate = new Set<PlaceOf<Subject>>()
  const everyLink = new Set<PlaceOf<Subject>>()
  const roots = new Set<PlaceOf<Subject>>()
  const all = new Set<PlaceOf<Subject>>()

  const enter = (place: PlaceOf<Subject>, scope: ReadonlySet<string>): readonly (() => void)[] => {
    const { properties, latest, series, links } = place.spec
    const into = (set: Set<PlaceOf<Subject>>, belongs = true): (() => void) => {
      if (belongs) set.add(place)
      return () => { set.delete(place) }
    }
    const under = (places: Places<Subject>, names: Iterable<string>): readonly (() => void)[] => [...names].map((name) => {
      const set = places.get(name) ?? new Set()
      places.set(name, set.add(place))
      return () => { if (set.delete(place) && set.size === 0) places.delete(name) }
    })
    const isRoot = place.place === 0
    return [
      into(all), into(roots, isRoot), into(everyUpdate, place.spec.all), into(everyLink, links === 'any'),
      ...under(byProperty, properties), ...under(byLatest, latest), ...under(bySeries, series), ...under(byLink, links === 'any' ? [] : links), ...under(byScope, isRoot ? scope : []),
    ]
  }
  const touch = (twin: string, places: readonly (ReadonlySet<PlaceOf<Subject>> | undefined)[], isIt: (spec: Place) => boolean): readonly Touch<Subject>[] => {
    const some = places.filter((set) => set !== undefined && set.size > 0) as readonly ReadonlySet<PlaceOf<Subject>>[]
    return some.length === 0 ? [] : [{ twin, places: some, isIt: ({ spec }) => isIt(spec) && (spec.only === undefined || spec.only === twin) }]
  }
  const updated = (entry: JournalEntry): readonly Touch<Subject>[] => {
    if (byProperty.size === 0 && everyUpdate.size === 0) return []
    const { component, model } = entry
    const byName = namesOf(entry)?.map((name) => byProperty.get(name)) ?? [...byProperty.values()]
    return touch(twinOf(entry), [everyUpdate, ...byName], (spec) => spec.component === component && (component !== undefined || model === undefined || spec.isOf(model)))
  }
  const linked = ({ id, type = '', target = id }: JournalEntry): readonly Touch<Subject>[] => [
    ...touch(id, [byLink.get(type), everyLink, byScope.get(type)], () => true),
    ...touch(target, [byLink.get(type), everyLink], ({ bothEnds }) => bothEnds),
  ]
  const read = (places: Places<Subject>, id: string, name: string): readonly Touch<Subject>[] => {
    const mark = id.lastIndexOf('#')
    const asTwin = touch(id, [places.get(name)], ({ component }) => component === undefined)
    return mark === -1 ? asTwin : [...asTwin, ...touch(id.slice(0, mark), [places.get(name)], ({ component }) => component === id.slice(mark + 1))] // a twin's id may have a # as well
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
      const { op, id, model } = entry
      switch (op) {
        case 'create': case 'delete': return touch(id, [roots], (spec) => model === undefined || spec.isOf(model))
        case 'migrate': return touch(twinOf(entry), [all], () => true)
        case 'update': return updated(entry)
        case 'link': case 'relink': case 'unlink': return linked(entry)
        default: return [] // models change what can be asked, not what is
      }
    },
    byReading: (twin, name) => read(bySeries, twin, name),
    byLatest: (twin, name) => read(byLatest, twin, name),
  }
}
