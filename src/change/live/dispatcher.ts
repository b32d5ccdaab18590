import { failure } from '../../errors.ts'
import type { JournalEntry } from '../journal.ts'
import type { JournalTail, Reading } from '../tail.ts'
import { createJudgeBook } from './judge-book.ts'
import type { LiveGroup } from './live-group.ts'
import { type Columns, concerns, type LivePlan } from './live-plan.ts'
import { createTouchIndex, type PlaceOf, placesOf, type Touch } from './touch-index.ts'

/** Columns of twins as they are now, by id; those that do not exist are left out. */
export interface TwinColumns {
  read(ids: readonly string[]): Promise<ReadonlyMap<string, Columns>>
}

/** A telemetry of a twin, or component. */
export interface NamedTelemetry {
  readonly twin: string
  readonly name: string
}

/** Telemetry as live queries hear of it. */
export interface TelemetryChanges {
  /** New readings are in the store. */
  onReadings(listener: (changed: readonly NamedTelemetry[]) => void): () => void
  /** Resolves when listeners hear of everything that comes from then on. */
  started(): Promise<void>
  /** Other latest values are on the twins, where filters see them. */
  onLatest(listener: (changed: readonly NamedTelemetry[]) => void): () => void
}

export interface DispatcherConfig {
  readonly tail: JournalTail
  readonly telemetry: TelemetryChanges
  readonly columns: TwinColumns
  readonly onTrouble: (error: unknown) => void
}

/** Tells each group of the changes that may concern it. */
export interface Dispatcher extends AsyncDisposable {
  /** Everything in the journal up to here was told. */
  readonly told: number
  /** Resolves when changes are told from now on; returns how to end that. While anybody is in, the journal's end is read. */
  enter(): Promise<() => void>
  /** From now on the group is told. Returns how to end that. */
  enlist(group: LiveGroup): () => void
  /** Resolves when new readings are told; returns how to end that. They are told as long as anybody hears. */
  hear(): Promise<() => void>
  /** Resolves when everything that is committed by now was told. */
  settled(): Promise<void>
}

const inOneStatement = 1_000

const scenarioIsOver = (id: string): Error => failure('SCENARIO_ENDED', { message: `The scenario ${JSON.stringify(id)} was promoted or discarded; there is nothing more to tell of it.` })

export const readsTelemetry = ({ places }: Pick<LivePlan, 'places'>): boolean => places.some(({ latest, series }) => latest.size > 0 || series.size > 0)

export function createDispatcher({ tail, telemetry, columns, onTrouble }: DispatcherConfig): Dispatcher {
  const groups = new Set<LiveGroup>()
  const book = createJudgeBook<LiveGroup>()
  /** Queries that the store answers; those judged by any change of what they look at; and those that the book finds, of which only has to be known that there are some. */
  const [traced, judged, kept] = [createTouchIndex<LiveGroup>(), createTouchIndex<LiveGroup>(), createTouchIndex<LiveGroup>()]
  let inside = 0
  let reading: Promise<Reading> | undefined
  let hearing = 0
  let deafen: (() => void) | undefined
  let told = 0
  let judging: Promise<void> | undefined
  let toJudge = new Map<string, Set<ReadonlySet<PlaceOf<LiveGroup>>>>()

  const trace = (touches: readonly Touch<LiveGroup>[], isHeard: (group: LiveGroup) => boolean = () => true): void => {
    for (const touch of touches) for (const { subject, place } of placesOf(touch)) if (isHeard(subject)) subject.touch(place, touch.twin)
  }
  const mark = (touches: readonly Touch<LiveGroup>[], isInBook: boolean): void => {
    for (const { twin, places } of touches) {
      const known = toJudge.get(twin) ?? new Set()
      if (!isInBook) for (const set of places) known.add(set)
      toJudge.set(twin, known)
    }
  }
  const entries = (all: readonly JournalEntry[]): void => {
    for (const entry of all) {
      const { scenario, op } = entry
      trace(traced.byEntry(entry), ({ plan }) => concerns(plan.scenario, scenario))
      if (op.startsWith('scenario-')) scenarioEnded(entry)
      inScenarios(entry)
      if (scenario !== undefined) continue
      mark(judged.byEntry(entry), false)
      mark(kept.byEntry(entry), true)
    }
    judge()
  }
  const scenarioEnded = ({ op, id }: JournalEntry): void => {
    if (op === 'scenario-created') return
    for (const group of [...groups]) if (group.plan.scenario?.id === id) group.stop(scenarioIsOver(id))
  }
  /**
   * What happens in scenarios without an entry of its own: what one says of telemetry is no property that a place could name; and a twin that is deleted below
   * takes along what a scenario has related to it.
   */
  const inScenarios = ({ op, scenario }: JournalEntry): void => {
    for (const group of groups) {
      if (!group.plan.scenario || !concerns(group.plan.scenario, scenario)) continue
      if (op === 'delete' || (op === 'override' && readsTelemetry(group.plan))) group.doubt()
    }
  }
  const gap = (): void => { for (const group of groups) group.doubt() }
  /** Reads each changed twin once, for all queries that can tell by its columns whether it belongs to them. */
  const judge = (): void => {
    if (judging) return
    if (toJudge.size === 0) told = tail.position
    else judging = judgeAll()
  }
  const judgeAll = async (): Promise<void> => {
    while (toJudge.size > 0) {
      const [batch, at] = [toJudge, tail.position]
      toJudge = new Map()
      try {
        const found = await readAll([...batch.keys()])
        for (const [twin, sets] of batch) {
          const now = found.get(twin)
          for (const set of sets) for (const { subject } of set) subject.judged(twin, now)
          for (const group of [...book.audience(twin, now)]) group.judged(twin, now)
        }
      } catch (error) {
        onTrouble(error)
        for (const group of groups) if (group.plan.judge) group.doubt()
      }
      told = at
    }
    judging = undefined // in one go with the last look at what waits
  }
  const readAll = async (twins: readonly string[]): Promise<ReadonlyMap<string, Columns>> => {
    const found = new Map<string, Columns>()
    for (let start = 0; start < twins.length; start += inOneStatement) for (const [twin, row] of await columns.read(twins.slice(start, start + inOneStatement))) found.set(twin, row)
    return found
  }
  const listen = (by: 'byReading' | 'byLatest') => (changed: readonly NamedTelemetry[]): void => {
    for (const { twin, name } of changed) {
      trace(traced[by](twin, name))
      mark(judged[by](twin, name), false)
      mark(kept[by](twin, name), true)
    }
    judge()
  }
  const leave = (): void => {
    inside--
    if (inside > 0) return
    void reading?.then(({ end }) => { end() }, () => undefined) // what failed has nothing to end
    reading = undefined
  }
  return {
    get told() {
      return told
    },
    async enter() {
      inside++
      const entered = (reading ??= tail.join({ entries, gap }).then((joined) => {
        told = Math.max(told, joined.from)
        return joined
      }))
      try {
        await entered
      } catch (error) {
        if (reading === entered) reading = undefined
        leave()
        throw error
      }
      return leave
    },
    enlist(group) {
      const { plan } = group
      const isKept = (plan.judge?.keys.length ?? 0) > 0
      const index = isKept ? kept : plan.judge ? judged : traced
      index.add(group, plan)
      if (isKept) group.attach(book.add(group, plan.judge?.keys ?? []))
      groups.add(group)
      inside++
      return () => {
        index.remove(group)
        groups.delete(group)
        leave()
      }
    },
    async hear() {
      hearing++
      if (!deafen) {
        const ends = [telemetry.onReadings(listen('byReading')), telemetry.onLatest(listen('byLatest'))]
        deafen = () => { for (const end of ends) end() }
      }
      const end = (): void => {
        hearing--
        if (hearing > 0) return
        deafen?.()
        deafen = undefined
      }
      try {
        await telemetry.started()
      } catch (error) {
        end()
        throw error
      }
      return end
    },
    async settled() {
      await tail.settled()
      await judging
    },
    async [Symbol.asyncDispose]() {
      deafen?.()
      await judging
    },
  }
}
