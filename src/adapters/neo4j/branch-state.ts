import type { Scenario } from '../../scenario/scenario.ts'
import type { Needs } from '../../twin/needs.ts'
import { relationshipKey, sourceKey, type State } from '../../twin/state.ts'
import { fixedReads, liveReads } from './branch-load.ts'
import type { Neo4jTransaction } from './database.ts'
import { type LoadedHead, readCounts, readRelationships, toCommonState, toTwins, type TwinRow } from './twin-state.ts'

/** A scenario as a group of changesets finds it. */
export interface Branch {
  readonly scenario: Scenario
  readonly state: State
}

interface Loaded extends LoadedHead {
  readonly twins: readonly TwinRow[]
  readonly components: readonly TwinRow[]
  readonly deleted: readonly string[]
  readonly forsaken: readonly (readonly [from: string, name: string, id: string, to: string])[]
}

/** What the scenario sees of what a group touches, under the head's lock: decided on like the state of the base. */
export async function readBranch(tx: Neo4jTransaction, tenant: string, scenario: Scenario, needs: Needs): Promise<Branch> {
  const { twins, components, attached, keys, scenarios } = needs
  const reads = scenario.base === undefined ? liveReads : fixedReads
  const world = worldParameters(tenant, scenario)
  const ties = [...needs.relationships].flatMap(([name, sources]) => sources.flatMap(({ from, ids }) => ids.map((id) => ({ from, name, id }))))
  const [row, relationships, counts] = await Promise.all([
    tx.run({ text: reads.load, parameters: { b: { ...world, twins, components, ties, attached, keys, scenarios: scenarios.map(BigInt) } } }),
    readRelationships(needs, (name, rows) => tx.run({ text: reads.relationshipsNamed(name), parameters: { b: { ...world, rows } } })),
    readCounts(needs, (name, from) => tx.run({ text: reads.countsNamed(name), parameters: { b: { ...world, from } } })),
  ])
  const loaded = row as unknown as Loaded
  return {
    scenario,
    state: {
      ...toCommonState(loaded), counts, deleted: new Set(loaded.deleted), forsaken: new Map(loaded.forsaken.map(([from, name, id, to]) => [relationshipKey(from, name, id), to])),
      twins: toTwins(loaded.twins, needs.twins), components: toTwins(loaded.components, needs.components),
      relationships: Map.groupBy(relationships, ({ from, name }) => sourceKey(from, name)),
    },
  }
}

/** What the parts of statements in branch-world look at. */
export function worldParameters(tenant: string, { number, chain, base }: Pick<Scenario, 'number' | 'chain' | 'base'>): Readonly<Record<string, unknown>> {
  return { t: tenant, s: BigInt(number), chain: chain.map(BigInt), below: chain.slice(1).map(BigInt), base: base === undefined ? null : BigInt(base) }
}
