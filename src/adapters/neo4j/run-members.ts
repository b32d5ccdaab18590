import type { RunStore, SweepMember } from '../../run/run-store.ts'
import type { Kpis } from '../../simulation/engine-program.ts'
import type { Neo4jDatabase } from './database.ts'
import * as cypher from './run-statements.ts'

/** Members in one statement. */
const portion = 1_000

/** Members of sweeps as `(:_RunMember {_t, run, index, …})`. */
export function createNeo4jRunMembers(database: Pick<Neo4jDatabase, 'read' | 'transaction'>, tenant: string): Pick<RunStore, 'addMembers' | 'members'> {
  return {
    addMembers: (run, members) => database.transaction(async (tx) => {
      for (let at = 0; at < members.length; at += portion) {
        await tx.run({ text: cypher.addMembers, parameters: { b: { t: tenant, run, members: members.slice(at, at + portion).map(toColumns) } } })
      }
    }),
    async members(run, { first, after }) {
      const { members } = await database.read({ text: cypher.members, parameters: { b: { t: tenant, run, after: BigInt(after ?? -1), limit: BigInt(first) } } })
      return (members as readonly MemberRow[]).map(toMember)
    },
  }
}

interface MemberRow {
  readonly index: number
  readonly settings: string
  readonly seed: number
  readonly kpis: string | null
  readonly resultHash: string | null
  readonly failureCode: string | null
  readonly failureMessage: string | null
}

const toColumns = ({ index, settings, seed, kpis, resultHash, failure }: SweepMember): Readonly<Record<string, unknown>> => ({
  index: BigInt(index), settings: JSON.stringify(settings), seed: BigInt(seed), kpis: kpis === undefined ? null : JSON.stringify(kpis), resultHash: resultHash ?? null,
  failureCode: failure?.code ?? null, failureMessage: failure?.message ?? null,
})

const toMember = ({ index, settings, seed, kpis, resultHash, failureCode, failureMessage }: MemberRow): SweepMember => ({
  index, settings: JSON.parse(settings) as Readonly<Record<string, number>>, seed, kpis: kpis === null ? undefined : JSON.parse(kpis) as Kpis, resultHash: resultHash ?? undefined,
  failure: failureCode === null ? undefined : { code: failureCode, message: failureMessage ?? '' },
})
