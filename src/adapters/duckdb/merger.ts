import { createSerial } from '../../util/serial.ts'
import type { Archive } from './archive.ts'
import type { LogFiles } from './log-files.ts'
import type { Closed } from './log-writer.ts'
import type { Lane } from './rows.ts'
import type { Table } from './table.ts'
import { createTableViews, type TableViews } from './table-views.ts'
import { nextTask } from './upkeep.ts'

/** Moves readings from closed log files into segments, and keeps the segments few. Everything it does can be broken off and begun again. */
export interface Merger {
  readonly views: TableViews
  /** Readings that wait. */
  readonly waiting: number
  /** Queries see them from now on here; they are merged next. */
  add(closed: Closed): void
  /** After the writer has new tables. */
  refresh(): void
  /** Does what there is to do. Rejects where that fails; then it waits for the next call. */
  work(): Promise<void>
  forget(series: ReadonlyMap<Lane, readonly number[]>, before: number): Promise<number>
  /** Stops between two tasks. */
  stop(): Promise<void>
}

export interface MergerConfig {
  readonly archive: Archive
  readonly logs: LogFiles
  /** Of the file that is written to. */
  readonly writing: () => readonly Table[]
  readonly onTrouble: (error: unknown, what: string) => void
}

export function createMerger({ archive, logs, writing, onTrouble }: MergerConfig): Merger {
  const closed: Closed[] = []
  const views = createTableViews([])
  const serial = createSerial()
  let isStopped = false

  const show = (): Promise<void> => views.replace([...archive.segments, ...closed.flatMap(({ recent }) => recent.tables), ...writing()])

  /** Tables that no query uses any more go by and by; what a crash leaves of them is removed at the next start. */
  const showWithout = (replaced: readonly Table[]): void => {
    void show().then(async () => { if (!isStopped) await archive.drop(replaced) }).catch((error: unknown) => { onTrouble(error, 'replaced tables of readings stay for now') })
  }

  const segmentsGone = async <T>(work: () => Promise<T>): Promise<T> => {
    const before = archive.segments
    const result = await work()
    const kept = new Set(archive.segments.map(({ name }) => name))
    showWithout(before.filter(({ name }) => !kept.has(name)))
    return result
  }

  const mergeNext = async (): Promise<boolean> => {
    const [next] = closed
    if (!next || isStopped) return false
    await archive.merge(next.through, next.recent.tables, next.changes)
    closed.shift()
    showWithout(next.recent.tables)
    if (await archive.checkpoint()) await logs.removeThrough(archive.merged) // until then they are what a damaged write-ahead log of DuckDB is made good from
    return true
  }

  const tidyNext = async (): Promise<boolean> => {
    const task = nextTask(archive.segments)
    if (!task || isStopped) return false
    await segmentsGone(() => (task.kind === 'unite' ? archive.unite(task.parts) : archive.settle(task.parts)))
    await archive.checkpoint()
    return true
  }

  return {
    views,
    get waiting() {
      return closed.reduce((sum, { recent }) => sum + recent.rows, 0)
    },
    add(next) {
      closed.push(next)
      void show()
    },
    refresh: () => void show(),
    work: () => serial(async () => {
      while (await mergeNext() || await tidyNext());
    }),
    forget: (series, before) => serial(() => segmentsGone(async () => {
      let forgotten = 0
      for (const [lane, ids] of series) forgotten += await archive.forget(lane, ids, before)
      await archive.checkpoint()
      return forgotten
    })),
    async stop() {
      isStopped = true
      await serial(() => Promise.resolve())
    },
  }
}
