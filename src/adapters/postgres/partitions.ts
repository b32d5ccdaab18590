import type { Microseconds } from '../../telemetry/reading.ts'
import type { Database } from './database.ts'
import { tablesLock } from './tables.ts'

/** A table of the readings in `[from, to)`. */
export interface Partition {
  readonly name: string
  readonly from: Microseconds
  readonly to: Microseconds
}

/** Months of UTC outside these years share a partition, so that devices with wrong clocks do not make a table for every century they dream of. */
const [firstYear, lastYear] = [2000, 2099]

const startOfMonth = (year: number, month: number): Microseconds => Date.UTC(year, month) * 1_000

/** The partition that a time belongs to. */
export function partitionOf(at: Microseconds): Partition {
  const date = new Date(Math.floor(at / 1_000))
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  if (year < firstYear) return { name: `reading_before_${firstYear}`, from: -Infinity, to: startOfMonth(firstYear, 0) }
  if (year > lastYear) return { name: `reading_after_${lastYear}`, from: startOfMonth(lastYear + 1, 0), to: Infinity }
  return { name: `reading_${year}_${String(month + 1).padStart(2, '0')}`, from: startOfMonth(year, month), to: startOfMonth(year, month + 1) }
}

const partitionName = /^reading_(?:(?<year>\d{4})_(?<month>\d{2})|before_\d+|after_(?<last>\d+))$/

function partitionNamed(name: string): Partition | undefined {
  const groups = partitionName.exec(name)?.groups
  if (!groups) return undefined
  if (groups['year'] !== undefined) return partitionOf(startOfMonth(Number(groups['year']), Number(groups['month']) - 1))
  return partitionOf(startOfMonth(groups['last'] === undefined ? firstYear - 1 : lastYear + 1, 0))
}

/** The partitions that are there, in order of time. */
export async function findPartitions(database: Database): Promise<readonly Partition[]> {
  const rows = await database.read({ text: "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'twinfold.reading'::regclass" })
  return rows.flatMap(([name]) => partitionNamed(String(name)) ?? []).sort((left, right) => left.from - right.from)
}

/**
 * Makes a partition where there is none. The table is made apart and then attached, because that, unlike making it in its place, lets readers and writers go on.
 */
export async function createPartition(database: Database, { name, from, to }: Partition): Promise<void> {
  const bound = (time: number): string => (time === -Infinity ? 'MINVALUE' : time === Infinity ? 'MAXVALUE' : String(time))
  await database.transaction(async (tx) => {
    await tx.run({ text: 'SELECT pg_advisory_xact_lock($1)', values: [tablesLock] })
    const [exists] = (await tx.run({ text: 'SELECT to_regclass($1) IS NOT NULL', values: [`twinfold.${name}`] })).rows
    if (exists?.[0] === true) return
    await tx.run({ text: `CREATE TABLE twinfold.${name} (LIKE twinfold.reading INCLUDING ALL)` })
    await tx.run({ text: `ALTER TABLE twinfold.reading ATTACH PARTITION twinfold.${name} FOR VALUES FROM (${bound(from)}) TO (${bound(to)})` })
  })
}
