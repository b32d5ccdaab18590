import { foldSettings, namesSet, type OldEntry } from '../../history/fold-settings.ts'
import type { HistoryTrimmer } from '../../history/retention.ts'
import { claimText } from './claim.ts'
import type { Neo4jDatabase, Neo4jTransaction } from './database.ts'
import * as statements from './history-trimmer-statements.ts'

type Row = readonly [
  ref: string, op: string, id: string, at: number, seq: number, isPast: boolean, type: string | null, patch: string | null, scenario: number | null, isPart: boolean,
]
type SetRow = readonly [ref: string, id: string, seq: number, isBirth: boolean, names: readonly string[], isPart: boolean]

/**
 * Old entries are found through `_Kept`, the entries that the journal has given up, in the order of time; each leads to what it holds: an ended relationship,
 * a deleted twin with its components, a past state. So nothing is scanned, and writing needs no index for it.
 */
export function createNeo4jHistoryTrimmer(database: Pick<Neo4jDatabase, 'read' | 'write' | 'transaction'>, tenant: string): HistoryTrimmer {
  const b = (more: Readonly<Record<string, unknown>> = {}) => ({ parameters: { b: { t: tenant, ...more } } })
  return {
    async claim(holder, forMs) {
      return (await database.write({ text: claimText('historian'), ...b({ holder, forMs: BigInt(forMs) }) }))['free'] === true
    },
    async state() {
      const { now, raisedAt, isPending } = await database.read({ text: statements.state, ...b() })
      return { now: Number(now), raisedAt: Number(raisedAt), isPending: isPending === true }
    },
    async raise(past) {
      return (await database.write({ text: statements.raise, ...b({ past: BigInt(past) }) }))['isRaised'] === true
    },
    clear: (limit) => database.transaction(async (tx) => {
      const { entries, sets } = await tx.run({ text: statements.portion, ...b({ limit: BigInt(limit), characters: mostCharacters }) })
      await forget(tx, tenant, entries as readonly Row[], sets as readonly SetRow[])
      return (entries as readonly Row[]).length
    }),
  }
}

/** Of patches, in one portion, about. */
const mostCharacters = 8_000_000n

async function forget(tx: Neo4jTransaction, tenant: string, entries: readonly Row[], sets: readonly SetRow[]): Promise<void> {
  const settings = entries.filter(isSetting)
  const { keep, forget: superseded } = foldSettings([...settings.map(toEntry), ...sets.map(([ref, id, seq, isBirth, names, isPart]): OldEntry => ({ ref, id, seq: Number(seq), isPart, isBirth, names }))])
  const others = entries.filter((entry) => !isSetting(entry)).map(([ref]) => ref)
  const of = (...ops: readonly string[]) => entries.filter(([, op, , , , , , , scenario]) => scenario === null && ops.includes(op)).map(([, , id, at, , , type]) => ({ id, at: BigInt(at), type }))
  for (const [type, ended] of Map.groupBy(of('unlink', 'relink'), ({ type }) => String(type))) {
    await tx.run({ text: statements.clearEnded(type), parameters: { b: { t: tenant, sources: [...Map.groupBy(ended, ({ id }) => id)].map(([id, rows]) => ({ id, at: rows.map(({ at }) => at) })) } } })
  }
  await tx.run({ text: statements.forget, parameters: { b: { t: tenant, keep, forget: [...superseded, ...others], migrated: of('migrate'), gone: of('delete') } } })
}

/** Those of scenarios, and of relationships, say nothing that the last setting of a property is to be known by. */
const isSetting = ([, op, , , , isPast, , , scenario]: Row): boolean => scenario === null && (isPast || op === 'create')

const toEntry = ([ref, op, id, , seq, , , patch, , isPart]: Row): OldEntry => ({ ref, id, seq: Number(seq), isPart, isBirth: op !== 'update', names: op === 'update' ? namesSet(patch) : [] })
