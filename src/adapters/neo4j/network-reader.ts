import { byRelationship, byText } from '../../diff/state.ts'
import { failure } from '../../errors.ts'
import type { Registry } from '../../model/registry.ts'
import type { Network, NetworkReader, NetworkRelationship, NetworkRequest, NetworkTwin } from '../../simulation/network.ts'
import { componentId } from '../../twin/state.ts'
import type { BranchKind } from './branch-world.ts'
import type { Neo4jDatabase } from './database.ts'
import type { ValuePairs } from './exact-values.ts'
import { type Ask, type Moment, placeAt, readAtHead } from './network-moment.ts'
import { closureText, relationshipsText } from './network-statements.ts'
import { type FoundThing, propertiesOf, relationshipProperties } from './network-values.ts'
import { componentsBelow, twinsBelow } from './scenario-edit-statements.ts'

type RelationshipRow = readonly [from: string, name: string, id: string, to: string, values: ValuePairs]

interface Read {
  readonly network: Network
  readonly unknown: readonly string[]
}

/** A busy machine takes long to plan. */
const planningMs = 120_000

/** Twins whose states one statement reads. */
const inOneStatement = 2_000

/** Follows relationships in whatever world. Its statements are the diff's and the scenarios'; those of a vantage without scenarios have an empty chain. */
export function createNeo4jNetworkReader(database: Pick<Neo4jDatabase, 'read' | 'write' | 'transaction'>, tenant: string, registry: () => Registry): NetworkReader {
  return {
    async read(request) {
      const { vantage: { at, chain }, signal } = request
      // What was does not change any more, but scenarios have no past of their own: they are read as they are.
      const { value, ...place } = at !== undefined && chain.length === 0
        ? await readThen(at, request)
        : await readAtHead(database, tenant, (ask) => readWorld(ask, request, registry()), signal)
      return { ...value, ...place }
    },
    async prepare(over) {
      const [kind, names] = [{ isFixed: false }, [...new Set(over)].sort(byText)]
      const nobody = { t: tenant, roots: [''], ids: [''], limit: 0n, chain: [], base: null }
      for (const text of [closureText(kind, names), twinsBelow(kind), componentsBelow(kind), ...(names.length > 0 ? [relationshipsText(kind, names)] : [])]) {
        await database.transaction((tx) => tx.run({ text, parameters: { b: nobody } }), { timeoutMs: planningMs })
      }
    },
  }

  async function readThen(at: number, request: NetworkRequest): Promise<Moment<Read>> {
    const { signal } = request
    const ask: Ask = (text, b) => database.read({ text, parameters: { b: { t: tenant, ...b } } }, { signal })
    const [value, cursor] = await Promise.all([readWorld(ask, request, registry()), placeAt(database, tenant, at, signal)])
    return { value, cursor, at }
  }
}

async function readWorld(ask: Ask, { of, over, vantage: { at, chain }, most }: NetworkRequest, models: Registry): Promise<Read> {
  const kind: BranchKind = { isFixed: at !== undefined }
  const inWorld: Ask = (text, b) => ask(text, { ...b, chain: chain.map(BigInt), base: at === undefined ? null : BigInt(at) })
  const names = [...new Set(over)].sort(byText)
  const { reached, unknown } = await closure(inWorld, closureText(kind, names), [...new Set(of)], most)
  const states = await things(inWorld, twinsBelow(kind), reached)
  const parts = states.flatMap(([id, model]) => componentsOf(models, model).map((name) => ({ owner: id, name, id: componentId(id, name) })))
  const components = new Map((await things(inWorld, componentsBelow(kind), parts.map(({ id }) => id))).map((found) => [found[0], found]))
  const partsOf = Map.groupBy(parts, ({ owner }) => owner)
  const twins = states.map((found): NetworkTwin => {
    const [id, model] = found
    const own = (partsOf.get(id) ?? []).flatMap(({ name, id: part }) => { const it = components.get(part); return it ? [[name, propertiesOf(it, models.get(it[1]))] as const] : [] })
    return { id, model, properties: { ...propertiesOf(found, models.get(model)), ...Object.fromEntries(own) } }
  })
  return { network: { twins, relationships: names.length === 0 ? [] : await relationships(inWorld, relationshipsText(kind, names), twins, models) }, unknown }
}

/** One root first, then twice as many of those that nothing has reached yet, and so on: mostly they are all of one network, which is walked once. */
async function closure(ask: Ask, text: string, roots: readonly string[], most: number): Promise<{ readonly reached: readonly string[]; readonly unknown: readonly string[] }> {
  const [reached, unknown] = [new Set<string>(), [] as string[]]
  let left = roots
  for (let size = 1; left.length > 0; size *= 2) {
    const some = left.slice(0, size)
    const found = await ask(text, { roots: some, limit: BigInt(most + 1) }) as { readonly known: readonly string[]; readonly reached: readonly string[] }
    const known = new Set(found.known)
    unknown.push(...some.filter((id) => !known.has(id)))
    for (const id of found.reached) reached.add(id)
    if (reached.size > most) throw failure('LIST_TOO_LONG', { message: `More than ${most.toLocaleString('en')} twins are reached. Begin at fewer twins, or follow fewer relationships.` })
    left = left.slice(size).filter((id) => !reached.has(id))
  }
  return { reached: [...reached].sort(byText), unknown }
}

async function things(ask: Ask, text: string, ids: readonly string[]): Promise<readonly FoundThing[]> {
  const found: FoundThing[] = []
  for (let start = 0; start < ids.length; start += inOneStatement) found.push(...(await ask(text, { ids: ids.slice(start, start + inOneStatement) }))['found'] as readonly FoundThing[])
  return found.sort(([left], [right]) => byText(left, right))
}

async function relationships(ask: Ask, text: string, twins: readonly NetworkTwin[], models: Registry): Promise<readonly NetworkRelationship[]> {
  const found: NetworkRelationship[] = []
  for (let start = 0; start < twins.length; start += inOneStatement) {
    const some = twins.slice(start, start + inOneStatement)
    const modelOf = new Map(some.map(({ id, model }) => [id, models.get(model)]))
    const rows = (await ask(text, { ids: some.map(({ id }) => id) }))['found'] as readonly RelationshipRow[]
    found.push(...rows.map(([from, name, id, to, values]) => ({ id, name, from, to, properties: relationshipProperties(name, values, modelOf.get(from)) })))
  }
  return found.sort(byRelationship)
}

const componentsOf = (models: Registry, model: string): readonly string[] => [...models.get(model)?.contents ?? []].flatMap(([name, { kind }]) => (kind === 'Component' ? [name] : []))
