import { failure } from '../../errors.ts'
import type { Registry } from '../../model/registry.ts'
import type { PathStep } from '../../prediction/feature.ts'
import type { FeatureGraph, GraphMoment, GraphThing } from '../../prediction/features/feature-graph.ts'
import type { BranchKind } from './branch-world.ts'
import type { Neo4jDatabase } from './database.ts'
import { componentsText, stepText, twinsText } from './feature-statements.ts'
import { type Ask, placeAt, readAtHead } from './network-moment.ts'
import { type FoundThing, propertiesOf } from './network-values.ts'

type Row = readonly [...thing: FoundThing, since: unknown, isOwn: boolean]

/** Things, or ends of relationships, of one statement; pairs of a step. */
const [inOneStatement, mostPairs] = [2_000, 1_000_000]
/** A busy machine takes long to plan. */
const planningMs = 120_000

/** Twins and paths for features, in whatever world. A kind without scenarios is one whose `$b.chain` is empty. */
export function createNeo4jFeatureGraph(database: Pick<Neo4jDatabase, 'read' | 'write' | 'transaction'>, tenant: string, registry: () => Registry): FeatureGraph {
  return {
    async read({ at, chain }, read, signal) {
      const kind: BranchKind = { isFixed: at !== undefined }
      const world = { chain: chain.map(BigInt), base: at === undefined ? null : BigInt(at) }
      const momentOf = (ask: Ask): GraphMoment => createMoment((text, b) => ask(text, { ...b, ...world }), kind, registry())
      // What was does not change any more, but scenarios have no past of their own: they are read as they are.
      if (at === undefined || chain.length > 0) return await readAtHead(database, tenant, (ask) => read(momentOf(ask)), signal)
      const ask: Ask = (text, b) => database.read({ text, parameters: { b: { t: tenant, ...b } } }, { signal })
      const [value, cursor] = await Promise.all([read(momentOf(ask)), placeAt(database, tenant, at, signal)])
      return { value, cursor, at }
    },
    async prepare() {
      const nobody = { t: tenant, ids: [''], chain: [], base: null }
      for (const text of [twinsText({ isFixed: false }), componentsText({ isFixed: false })]) await database.transaction((tx) => tx.run({ text, parameters: { b: nobody } }), { timeoutMs: planningMs })
    },
  }
}

function createMoment(ask: Ask, kind: BranchKind, models: Registry): GraphMoment {
  const inParts = async <T>(ids: readonly string[], text: string, { more = {}, check }: Parts = {}): Promise<readonly T[]> => {
    const found: T[] = []
    for (let start = 0; start < ids.length; start += inOneStatement) {
      for (const row of (await ask(text, { ids: ids.slice(start, start + inOneStatement), ...more }))['found'] as readonly T[]) found.push(row)
      check?.(found.length)
    }
    return found
  }
  const things = async (ids: readonly string[], text: string): Promise<readonly GraphThing[]> => (await inParts<Row>(ids, text)).map((row) => toThing(row, models))
  return {
    twins: (ids) => things(ids, twinsText(kind)),
    components: (ids) => things(ids, componentsText(kind)),
    step: (ids, step) => inParts(ids, stepText(kind, step), { more: { limit: BigInt(mostPairs + 1) }, check: (pairs) => { checkPairs(pairs, step) } }),
  }
}

interface Parts {
  readonly more?: Readonly<Record<string, unknown>>
  /** Of how many there are after each statement. */
  readonly check?: (count: number) => void
}

function checkPairs(pairs: number, { name }: PathStep): void {
  if (pairs > mostPairs) throw failure('LIST_TOO_LONG', { message: `More than ${mostPairs.toLocaleString('en')} relationships ${name} would be followed. Ask of fewer twins, or take a shorter path.` })
}

function toThing([id, model, version, born, values, words, since, isOwn]: Row, models: Registry): GraphThing {
  return {
    id, model, born: Number(born), since: since === null ? undefined : Number(since),
    properties: propertiesOf([id, model, version, born, values, words], models.get(model)),
    said: isOwn ? undefined : new Set(words.flatMap(([, set]) => set)),
  }
}
