import { findFloor } from '../../change/retention-floor.ts'
import type { Neo4jDatabase } from './database.ts'
import { endsText, settleText, stampText } from './network-statements.ts'

type Row = Readonly<Record<string, unknown>>
type Parameters = Readonly<Record<string, unknown>>
/** Runs one statement of a read. */
export type Ask = (text: string, parameters: Parameters) => Promise<Row>

export interface Moment<T> {
  readonly value: T
  /** The journal's last entry that is in it. */
  readonly cursor: number
  /** An instant as of which the graph is what was read, in ms since 1970: every later entry has a later stamp. */
  readonly at: number
}

/** Times that it is read beside commits; then they wait for it. */
const triesBeside = 2

/**
 * Several statements as of one place in the journal. Neo4j shows each statement what is committed while it runs, transactions half applied among it: so it is read
 * between two looks at the head, each under its lock, between which nothing was committed. Where commits come too often for that, they wait for one read.
 */
export async function readAtHead<T>(database: Pick<Neo4jDatabase, 'read' | 'write' | 'transaction'>, tenant: string, read: (ask: Ask) => Promise<T>, signal: AbortSignal | undefined): Promise<Moment<T>> {
  const settle = { text: settleText, parameters: { b: { t: tenant } } }
  const beside: Ask = (text, b) => database.read({ text, parameters: { b: { t: tenant, ...b } } }, { signal })
  let before = toPlace(await database.write(settle, { signal }))
  for (let tries = 0; tries < triesBeside; tries++) {
    const value = await read(beside)
    const after = toPlace(await database.write(settle, { signal }))
    if (after.cursor === before.cursor) return { value, ...after }
    before = after
  }
  return await database.transaction(async (tx) => {
    const place = toPlace(await tx.run(settle))
    const value = await read(async (text, b) => {
      signal?.throwIfAborted()
      return await tx.run({ text, parameters: { b: { t: tenant, ...b } } })
    })
    return { value, ...place }
  })
}

const toPlace = ({ seq, at }: Row): Omit<Moment<unknown>, 'value'> => ({ cursor: Number(seq), at: Number(at) })

/** The last entry of the journal up to a settled instant, in ms since 1970; of one before the entries that are kept, the place that these begin behind. */
export async function placeAt(database: Pick<Neo4jDatabase, 'read'>, tenant: string, at: number, signal: AbortSignal | undefined): Promise<number> {
  const { floor, head } = await database.read({ text: endsText, parameters: { b: { t: tenant } } }, { signal })
  return await findFloor({
    floor: Number(floor), head: Number(head), oldest: at + 1, entries: Infinity,
    async stampOf(seq) {
      const stamp = await database.read({ text: stampText, parameters: { b: { t: tenant, seq: BigInt(seq) } } }, { signal })
      return stamp['at'] === null ? undefined : Number(stamp['at'])
    },
  })
}
