import { expect, test } from 'vitest'
import { plantModels } from '../domain/plant.ts'
import { openBranches, submit } from '../support/branches.ts'
import { testDatabase } from '../support/neo4j.ts'
import { by, newTwin, patch, remove } from '../support/twins.ts'
import { zone } from '../twin/memory.ts'

test('ten thousand edits are promoted in one transaction; one more is refused, with their number', async () => {
  const database = testDatabase()
  const world = await openBranches(database, plantModels)
  const thousand = (from: number): readonly string[] => Array.from({ length: 1_000 }, (_, index) => `t${from + index}`)
  for (let from = 0; from < 5_000; from += 1_000) expect(await world.twins.createTwins(thousand(from).map((id) => newTwin(id, zone, { name: id })), by())).toMatchObject({ ok: true })
  const scenario = await world.branch()
  const outcomes = await Promise.all(Array.from({ length: 5_000 }, (_, index) => submit(world.twins, patch(`t${index}`, { rank: index }), scenario)))
  expect(outcomes.every(({ ok }) => ok)).toBe(true)
  for (let from = 5_000; from < 10_000; from += 1_000) expect(await world.twins.createTwins(thousand(from).map((id) => newTwin(id, zone, { rank: 1 })), by(null, { scenario }))).toMatchObject({ ok: true })
  await submit(world.twins, newTwin('surplus', zone), scenario)

  const refused = await world.life.promote(scenario.id, 'REFUSE', { actor: 'tester' })
  expect(refused).toMatchObject({ ok: false, problem: { kind: 'LimitReached', code: 'TOO_LARGE', limit: 10_000, actual: 10_001 } })

  await submit(world.twins, remove('surplus'), scenario)
  expect(await world.life.promote(scenario.id, 'REFUSE', { actor: 'tester' })).toMatchObject({ ok: true, value: { twins: 10_000, relationships: 0 } })
  const { twins, ranks } = await database.read({ text: 'MATCH (n:Twin {_t: $b.t}) RETURN count(n) AS twins, sum(n.rank) AS ranks', parameters: { b: { t: world.tenant.tenant } } })
  expect({ twins, ranks }).toEqual({ twins: 10_000, ranks: (4_999 * 5_000) / 2 + 5_000 })
}, 300_000)
