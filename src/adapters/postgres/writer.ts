import { Failure, failure } from '../../errors.ts'
import type { Microseconds, NewReading } from '../../telemetry/reading.ts'
import { notice, nothingSeen, type Seen } from '../../telemetry/seen-sequences.ts'
import type { Appended, Outcome } from '../../telemetry/telemetry-store.ts'
import { createSerial } from '../../util/serial.ts'
import type { Database, Transaction } from './database.ts'
import { codeOf } from './failures.ts'
import { createNames } from './names.ts'
import { createPartition, partitionOf } from './partitions.ts'
import { type Overtaken, type Placed, writeStatement, type Written } from './write-statement.ts'

/** Takes batches and writes those that wait together in one transaction. */
export interface Writer {
  append(readings: readonly NewReading[]): Promise<Appended>
  /** Series lost their sequence numbers: those that it remembers are read again. */
  forgetSeen(): Promise<void>
  /** Resolves when everything taken is written. */
  idle(): Promise<void>
}

export interface WriterConfig {
  readonly database: Database
  readonly tenant: number
  /** Whether partitions are ours to make. */
  readonly makesPartitions: boolean
  readonly onWritten: (readings: number) => void
  readonly onFailed: (error: unknown) => void
}

interface Waiting {
  readonly readings: readonly NewReading[]
  readonly resolve: (appended: Appended) => void
  readonly reject: (error: unknown) => void
}

/** What batches that go together come to. */
interface Group {
  readonly placed: Map<string, Placed>
  readonly overtaken: Overtaken[]
  readonly changed: Map<string, Written['seen'][number]>
}

/** Readings in a transaction, and readings that may wait before no more are taken. */
const [groupReadings, mostWaiting] = [20_000, 1_000_000]

/** Sequence numbers that are kept of as many series and origins, before it begins anew. */
const mostSeen = 200_000

const noPartition = '23514' // check_violation is what PostgreSQL gives for a row that no partition takes

export function createWriter({ database, tenant, makesPartitions, onWritten, onFailed }: WriterConfig): Writer {
  const names = createNames(database, tenant)
  const partitions = new Set<string>()
  /** What the table has, as long as nobody else has written since: `knownHead` tells. */
  const seen = new Map<string, Seen>()
  let knownHead: Microseconds | undefined
  let queue: Waiting[] = []
  let waiting = 0
  const serial = createSerial()

  const writeWaiting = async (): Promise<void> => {
    if (queue.length === 0) return
    let rows = 0
    const end = queue.findIndex(({ readings }, index) => (rows += readings.length) > groupReadings && index > 0)
    const group = end < 0 ? queue : queue.slice(0, end)
    queue = end < 0 ? [] : queue.slice(end)
    waiting -= group.reduce((sum, { readings }) => sum + readings.length, 0)
    await writeGroup(group)
  }

  const writeGroup = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const appended = await writeBatches(group.map(({ readings }) => readings))
      for (const [index, { resolve }] of group.entries()) resolve(appended[index] as Appended)
    } catch (error) {
      if (group.length > 1 && !(error instanceof Failure)) { // something in one batch cannot be stored, and the others need not suffer for it
        for (const each of group) await writeGroup([each])
        return
      }
      onFailed(error)
      for (const { reject } of group) reject(error)
    }
  }

  const writeBatches = async (batches: readonly (readonly NewReading[])[]): Promise<readonly Appended[]> => {
    const readings = batches.flat()
    await names.obtain(readings)
    await obtainPartitions(readings)
    try {
      return await transact(batches)
    } catch (error) {
      if (codeOf(error) !== noPartition || partitions.size === 0) throw error
      partitions.clear() // one was dropped with its readings by another process
      await obtainPartitions(readings)
      return await transact(batches)
    }
  }

  const obtainPartitions = async (readings: readonly NewReading[]): Promise<void> => {
    if (!makesPartitions) return
    for (const partition of new Map(readings.map(({ at }) => partitionOf(at)).map((each) => [each.name, each])).values()) {
      if (partitions.has(partition.name)) continue
      await createPartition(database, partition)
      partitions.add(partition.name)
    }
  }

  const forgetSeen = (): void => {
    seen.clear()
    knownHead = undefined
  }

  const transact = async (batches: readonly (readonly NewReading[])[]): Promise<readonly Appended[]> => {
    const { appended, head, stored } = await database.transaction(async (tx) => {
      const { head: before, now } = await lockHead(tx, tenant)
      if (before !== knownHead || seen.size > mostSeen) forgetSeen()
      await readSeen(tx, batches.flat())
      let stamp = before
      const placed = new Map<string, Placed>()
      const overtaken: Overtaken[] = []
      const changed: Group['changed'] = new Map()
      const results = batches.map((batch): Appended => {
        const received = Math.max(now, stamp + 1)
        const outcomes = batch.map((reading) => place(reading, received, { placed, overtaken, changed }))
        if (outcomes.includes('stored')) stamp = received
        return { outcomes, cursor: stamp }
      })
      if (placed.size > 0) await tx.run(writeStatement({ tenant, head: stamp, placed: [...placed.values()], overtaken, seen: [...changed.values()] }))
      return { appended: results, head: stamp, stored: placed.size }
    }).catch((error: unknown) => {
      forgetSeen() // what was noticed is perhaps not in the table
      throw error
    })
    knownHead = head
    onWritten(stored)
    return appended
  }

  const readSeen = async (tx: Transaction, readings: readonly NewReading[]): Promise<void> => {
    const unknown = new Map<string, readonly [series: number, origin: number]>()
    for (const { series, origin, sequence } of readings) {
      if (sequence === null) continue
      const pair = [names.seriesId(series), names.originId(origin)] as const
      if (!seen.has(pair.join(' '))) unknown.set(pair.join(' '), pair)
    }
    if (unknown.size === 0) return
    for (const key of unknown.keys()) seen.set(key, nothingSeen())
    const pairs = [...unknown.values()]
    const { rows } = await tx.run({
      name: 'seen', text: 'SELECT n.series, n.origin, n.greatest_at, n.ranges::text FROM unnest($1::int[], $2::int[]) AS w(series, origin) JOIN twinfold.seen n USING (series, origin)',
      values: [pairs.map(([series]) => series), pairs.map(([, origin]) => origin)],
    })
    for (const [series, origin, greatestAt, ranges] of rows) seen.set(`${String(series)} ${String(origin)}`, { ranges: JSON.parse(`[${String(ranges).slice(1, -1)}]`) as number[], greatestAt: Number(greatestAt) })
  }

  /** Where several readings have one series and time, the last stays; one of an earlier batch was known in between. */
  const place = (reading: NewReading, received: Microseconds, { placed, overtaken, changed }: Group): Outcome => {
    const [series, origin] = [names.seriesId(reading.series), names.originId(reading.origin)]
    if (reading.sequence !== null) {
      const key = `${series} ${origin}`
      const known = seen.get(key)
      if (!known || !notice(known, reading.sequence, reading.at)) return 'duplicate'
      changed.set(key, { series, origin, seen: known })
    }
    const before = placed.get(`${series} ${reading.at}`)
    if (before && before.received < received) overtaken.push({ ...before, replaced: received })
    placed.set(`${series} ${reading.at}`, { reading, series, origin, received })
    return 'stored'
  }

  return {
    append: async (readings) => await new Promise<Appended>((resolve, reject) => {
      if (waiting > mostWaiting) throw failure('OVERLOADED', { message: 'More readings wait for PostgreSQL than the memory should hold.' })
      waiting += readings.length
      queue.push({ readings, resolve, reject })
      void serial(writeWaiting)
    }),
    forgetSeen: () => serial(() => Promise.resolve(forgetSeen())),
    idle: () => serial(() => Promise.resolve()),
  }
}

/** Until the transaction ends nobody else appends to the tenant. The time is the server's, so that processes with clocks of their own agree on it. */
async function lockHead(tx: Transaction, tenant: number): Promise<{ readonly head: Microseconds; readonly now: Microseconds }> {
  const { rows } = await tx.run({ name: 'lock-head', text: 'SELECT head, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint FROM twinfold.tenant WHERE id = $1 FOR UPDATE', values: [tenant] })
  const [row] = rows
  if (!row) throw new Error(`The telemetry tables in PostgreSQL have lost the tenant ${tenant}.`)
  return { head: Number(row[0]), now: Number(row[1]) }
}
