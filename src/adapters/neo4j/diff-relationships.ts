import type { RelationshipReader, SeenRelationship } from '../../diff/scenario-graphs.ts'
import type { RelationshipKey } from '../../diff/state.ts'
import type { EditedWorld } from '../../scenario/edits.ts'
import { isRelationship, nameOf } from './branch-load.ts'
import { type BranchKind, identity, isThere, typesOf, unhidden } from './branch-world.ts'
import type { Neo4jDatabase } from './database.ts'
import { exactValues, type ValuePairs } from './exact-values.ts'

/** A node is the twin that a world sees under its id. What a scenario relates to a twin that is gone by now does not lead to another of the same id. */
const isSeen = ({ isFixed }: BranchKind, node: string): string =>
  `(${node}._s IN $b.chain OR ${node}._s IS NULL AND ${isFixed ? `${node}._from <= $b.base AND (${node}._to IS NULL OR $b.base < ${node}._to)` : `${node}:Twin`}) AND ${unhidden(node)}`

const attachedText = (kind: BranchKind): string => `UNWIND $b.ids AS id ${identity(kind, 'n', 'id', { carried: 'id' })}
MATCH (n)-[r]-(m) WHERE ${isRelationship(kind)} AND ${isThere(kind, 'r')} AND ${isSeen(kind, 'm')}
RETURN collect(DISTINCT [startNode(r)._id, ${nameOf}, r._id]) AS found`

/** Of one name, which is part of the text, as in twin-statements.ts. */
const namedText = (kind: BranchKind, name: string): string => `UNWIND $b.rows AS row ${identity(kind, 'n', 'row.from', { carried: 'row' })}
MATCH (n)-[r:${typesOf(kind, name)}]->(m) WHERE r._id IN row.ids AND ${isThere(kind, 'r')} AND ${isSeen(kind, 'm')}
RETURN collect([row.from, r._id, m._id, ${exactValues('r')}]) AS found`

type Row = readonly [from: string, id: string, to: string, values: ValuePairs]

/** See branch-world for the worlds. */
export function createNeo4jRelationshipReader(database: Pick<Neo4jDatabase, 'read'>, tenant: string): RelationshipReader {
  const read = async (text: (kind: BranchKind) => string, { chain, at }: EditedWorld, parameters: Readonly<Record<string, unknown>>, signal: AbortSignal | undefined): Promise<unknown> => {
    const b = { t: tenant, chain: chain.map(BigInt), base: at === undefined ? null : BigInt(at), ...parameters }
    return (await database.read({ text: text({ isFixed: at !== undefined }), parameters: { b } }, { signal }))['found']
  }
  return {
    async attached(world, ids, signal) {
      const found = await read(attachedText, world, { ids }, signal) as readonly (readonly [string, string, string])[]
      return found.map(([from, name, id]): RelationshipKey => ({ from, name, id }))
    },
    async find(world, keys, signal) {
      const found = await Promise.all([...Map.groupBy(keys, ({ name }) => name)].map(async ([name, some]) => {
        const rows = [...Map.groupBy(some, ({ from }) => from)].map(([from, own]) => ({ from, ids: own.map(({ id }) => id) }))
        const seen = await read((kind) => namedText(kind, name), world, { rows }, signal) as readonly Row[]
        return seen.map(([from, id, to, values]): SeenRelationship => ({ from, name, id, to, values: new Map(values) }))
      }))
      return found.flat()
    },
  }
}
