import { failure } from '../../errors.ts'
import type { Microseconds, NewReading } from '../../telemetry/reading.ts'
import type { Appended, Outcome } from '../../telemetry/telemetry-store.ts'
import { nowMicroseconds } from '../../util/clock.ts'
import { createSerial } from '../../util/serial.ts'
import { DurableButUnseen } from './broken-database.ts'
import { encodeFrame } from './frame.ts'
import type { LogFiles } from './log-files.ts'
import type { RecentReadings } from './recent.ts'
import { type Lane, lanes, type Placed, type Rows, toRows } from './rows.ts'
import { type BookChanges, createPlacing, type SeriesBook } from './series-book.ts'
import type { Table } from './table.ts'

/** A closed log file's readings, and what the book learnt until then: what a merge takes. */
export interface Closed {
  /** The log file; it and all before it are not needed once this is merged. */
  readonly through: number
  readonly recent: RecentReadings
  readonly changes: BookChanges
}

/** Takes batches, makes them durable in groups, and then visible. */
export interface LogWriter {
  /** Rejects with `DurableButUnseen` where the batch is in the log, and is seen only once the store is opened anew; with any other error where it is not. */
  append(readings: readonly NewReading[]): Promise<Appended>
  /** Ends the log file that is written to; undefined where it is empty. */
  close(): Promise<Closed | undefined>
  /** Works while nothing is on its way to the log. */
  paused<T>(work: () => T): Promise<T>
  /** Of the file that is written to. */
  readonly tables: readonly Table[]
  readonly rows: number
  /** The cursor of the last durable batch. */
  readonly head: number
  /** Why the last write failed; undefined after one that did not. */
  readonly problem: string | undefined
  /** Tries to write where the last write failed: nobody may send anything while the store says that it cannot write. */
  probe(): Promise<void>
  /** Resolves when everything taken is written. Nothing may be appended any more. */
  end(): Promise<void>
}

export interface LogWriterConfig {
  readonly logs: LogFiles
  readonly book: SeriesBook
  readonly head: number
  readonly openRecent: (logFile: number) => Promise<RecentReadings>
  /** Called when there are tables that were not there before, and after every group. */
  readonly onWritten: (hasNewTables: boolean) => void
  /** Called once, when what is in the log could not be put into memory. From then on nothing is taken: appends and `close` reject with the error. */
  readonly onBroken: (error: Error) => void
}

/** Readings in one write of the log. */
const groupRows = 50_000

interface Waiting {
  readonly readings: readonly NewReading[]
  readonly resolve: (appended: Appended) => void
  readonly reject: (error: unknown) => void
}

export async function createLogWriter({ logs, book, head: firstHead, openRecent, onWritten, onBroken }: LogWriterConfig): Promise<LogWriter> {
  let recent = await openRecent(logs.current)
  let [head, stamp] = [firstHead, firstHead]
  let problem: string | undefined
  let brokenBy: Error | undefined
  let queue: Waiting[] = []
  const serial = createSerial()

  /** Everything that waits goes with the first; the others then find nothing left. */
  const writeWaiting = async (): Promise<void> => {
    if (queue.length === 0) return
    let rows = 0
    const end = queue.findIndex(({ readings }, index) => (rows += readings.length) > groupRows && index > 0)
    const group = end < 0 ? queue : queue.slice(0, end)
    queue = end < 0 ? [] : queue.slice(end)
    await writeGroup(group)
  }

  const writeGroup = async (group: readonly Waiting[]): Promise<void> => {
    if (brokenBy) {
      for (const { reject } of group) reject(brokenBy)
      return
    }
    const placing = createPlacing(book.size)
    const placed = new Map(lanes.map((lane) => [lane, { inOrder: [] as Placed[], late: [] as Placed[] }]))
    const appended = group.map(({ readings }): Appended => {
      stamp = Math.max(nowMicroseconds(), stamp + 1)
      const outcomes = placeBatch(book, placing, placed, readings, { now: () => stamp, next: () => ++stamp })
      return { cursor: stamp, outcomes }
    })
    const fresh = book.fresh.take()
    let blocks: readonly Rows[]
    try {
      blocks = [...placed].flatMap(([lane, { inOrder, late }]) => [toRows(lane, false, inOrder), toRows(lane, true, late)]).filter(({ length }) => length > 0)
      if (blocks.length > 0) await logs.append(encodeFrame({ series: fresh.series.map(({ id, key }) => [id, key]), origins: fresh.origins, blocks }))
      else book.fresh.putBack(fresh)
      problem = undefined
    } catch (cause) {
      placing.takeBack()
      book.fresh.putBack(fresh)
      problem = `The telemetry log cannot be written: ${cause instanceof Error ? cause.message : String(cause)}. Free space on the disk of the data directory, or mend it; readings are taken again as soon as a write succeeds.`
      for (const { reject } of group) reject(failure('TELEMETRY_UNAVAILABLE', { message: problem, cause }))
      return
    }
    try {
      await show(blocks)
    } catch (error) {
      onBroken(brokenBy = error instanceof Error ? error : new Error(String(error))) // the log cannot be taken back, so that memory is to be made anew of it
      for (const [index, { reject }] of group.entries()) reject(new DurableButUnseen(appended[index] as Appended, error))
      return
    }
    head = stamp
    for (const [index, { resolve }] of group.entries()) resolve(appended[index] as Appended)
  }

  const show = async (blocks: readonly Rows[]): Promise<void> => {
    const known = recent.tables.length
    for (const rows of blocks) {
      await recent.add(rows)
      book.applyLatest(rows)
    }
    onWritten(recent.tables.length !== known)
  }

  return {
    append: async (readings) => await new Promise<Appended>((resolve, reject) => {
      queue.push({ readings, resolve, reject })
      void serial(writeWaiting)
    }),
    close: () => serial(async () => {
      if (brokenBy) throw brokenBy // less is in memory than in the log file, which must not be taken for merged
      if (recent.rows === 0) return undefined
      const next = await openRecent(logs.current + 1)
      const through = await logs.rotate()
      const full = recent
      recent = next
      full.close()
      return { through, recent: full, changes: book.takeChanges() }
    }),
    paused: (work) => serial(() => Promise.resolve(work())),
    get tables() {
      return recent.tables
    },
    get rows() {
      return recent.rows
    },
    get head() {
      return head
    },
    get problem() {
      return problem
    },
    probe: () => serial(async () => {
      if (problem === undefined) return
      await logs.append(encodeFrame({ series: [], origins: [], blocks: [] }))
      problem = undefined
    }).catch(() => undefined), // the problem stays
    end: () => serial(async () => {
      await Promise.resolve()
      recent.close()
    }),
  }
}

/** The time of receipt: one for a batch, but where it has several readings for one time of a series. */
interface Receipt {
  now(): Microseconds
  next(): Microseconds
}

/**
 * Gives each reading of a batch its place. Of several late ones of a series and time the last is to count, so it is received later than those before; they
 * are all logged, since a sequence number that is not in the log is forgotten with the process.
 */
function placeBatch(book: SeriesBook, placing: ReturnType<typeof createPlacing>, placed: ReadonlyMap<Lane, { readonly inOrder: Placed[]; readonly late: Placed[] }>, readings: readonly NewReading[], receipt: Receipt): readonly Outcome[] {
  const lateOfBatch = new Set<string>()
  return readings.map((reading) => {
    const entry = book.obtain(reading.series)
    const origin = book.originId(reading.origin)
    const place = placing.place(entry, reading.at, origin, reading.sequence)
    if (place === 'duplicate') return 'duplicate'
    const { inOrder, late } = placed.get(entry.lane) as { readonly inOrder: Placed[]; readonly late: Placed[] }
    if (place === 'inOrder') {
      inOrder.push({ reading, series: entry.id, origin, received: receipt.now() })
      return 'stored'
    }
    const key = `${entry.id} ${reading.at}`
    late.push({ reading, series: entry.id, origin, received: lateOfBatch.has(key) ? receipt.next() : receipt.now() })
    lateOfBatch.add(key)
    return 'stored'
  })
}
