import type { SweptStore } from '../../scenario/branch-sweeper.ts'
import { bearersOf, without } from './branch-world.ts'
import { claimText } from './claim.ts'
import type { Neo4jDatabase } from './database.ts'

const claim = claimText('sweeper')

const ended = `RETURN COLLECT {
  MATCH (s:_Scenario) USING INDEX s:_Scenario(_t, held) WHERE s._t = $b.t AND s.held = true AND s.endedAt <= timestamp() - $b.forMs
  RETURN s.number ORDER BY s.number LIMIT 100
} AS numbers`

/**
 * Under the lock: a commit copies marks along, and may not do so between their look and their going. Every mark on the relationships of an id goes with the first of its
 * things, also those that its relationships had from it: nothing else of the scenario is looked at any more.
 */
const clear = `MATCH (h:_Head {_t: $b.t}) SET h.lock = timestamp()
WITH h
CALL () { MATCH (n:_In) USING INDEX SEEK n:_In(_t, _s) WHERE n._t = $b.t AND n._s = $b.s WITH n LIMIT toInteger($b.limit) RETURN collect(n) AS held }
CALL (held) {
  UNWIND held AS n WITH DISTINCT n._id AS id
  ${bearersOf('id')}
  WITH DISTINCT m
  FOREACH (_ IN CASE WHEN $b.s IN m._in OR $b.s IN m._not THEN [1] ELSE [] END | SET m._in = ${without('m._in')}, m._not = ${without('m._not')})
  WITH m WHERE NOT m:_Past
  MATCH (m)-[r]-() WHERE $b.s IN r._not OR r._s = $b.s
  WITH DISTINCT r, coalesce(r._s = $b.s, false) AS isOwn
  FOREACH (_ IN CASE WHEN isOwn THEN [] ELSE [1] END | SET r._not = ${without('r._not')})
  FOREACH (_ IN CASE WHEN isOwn THEN [1] ELSE [] END | DELETE r)
}
CALL (held) { UNWIND held AS n DETACH DELETE n }
CALL (held) { WITH held WHERE size(held) = 0 MATCH (s:_Scenario {_t: $b.t, number: $b.s}) REMOVE s.held }
RETURN size(held) AS cleared`

export function createNeo4jSweptStore(database: Pick<Neo4jDatabase, 'read' | 'write'>, tenant: string): SweptStore {
  const b = (more: Readonly<Record<string, unknown>>) => ({ parameters: { b: { t: tenant, ...more } } })
  return {
    async claim(holder, forMs) {
      return (await database.write({ text: claim, ...b({ holder, forMs: BigInt(forMs) }) }))['free'] === true
    },
    async ended(forMs) {
      return (await database.read({ text: ended, ...b({ forMs: BigInt(forMs) }) }))['numbers'] as readonly number[]
    },
    async clear(scenario, limit) {
      return Number((await database.write({ text: clear, ...b({ s: BigInt(scenario), limit: BigInt(limit) }) }))['cleared'])
    },
  }
}
