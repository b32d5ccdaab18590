import type { SeenTwin, SeenTwins } from '../../lineage/lineage-ports.ts'
import type { Registry } from '../../model/registry.ts'
import type { Neo4jDatabase } from './database.ts'
import { type FoundThing, propertiesOf } from './network-values.ts'
import { componentsBelow, twinsBelow } from './scenario-edit-statements.ts'

/** Its statements are the diff's and the simulations'; those of a vantage without scenarios have an empty chain. */
export function createNeo4jSeenTwins(database: Pick<Neo4jDatabase, 'read'>, tenant: string, registry: () => Registry): SeenTwins {
  return {
    async find(ids, { at, chain }, signal) {
      const models = registry()
      const kind = { isFixed: at !== undefined }
      const world = { t: tenant, chain: chain.map(BigInt), base: at === undefined ? null : BigInt(at) }
      const ask = async (text: string, some: readonly string[]): Promise<readonly FoundThing[]> =>
        (some.length === 0 ? [] : (await database.read({ text, parameters: { b: { ...world, ids: some } } }, { signal }))['found'] as readonly FoundThing[])
      const toSeen = (thing: FoundThing, isComponent: boolean): [string, SeenTwin] => {
        const [id, model, , born] = thing
        return [id, { id, model, isComponent, born: Number(born), properties: propertiesOf(thing, models.get(model)) }]
      }
      const distinct = [...new Set(ids)]
      const twins = new Map((await ask(twinsBelow(kind), distinct)).map((thing) => toSeen(thing, false)))
      const parts = await ask(componentsBelow(kind), distinct.filter((id) => id.includes('#') && !twins.has(id)))
      return new Map([...twins, ...parts.map((thing) => toSeen(thing, true))])
    },
  }
}
