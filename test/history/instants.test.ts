import { afterAll, describe, expect, test } from 'vitest'
import { createNeo4jInstants } from '../../src/adapters/neo4j/instants.ts'
import { createInstants, type Instants } from '../../src/history/instants.ts'
import { plantModels } from '../domain/plant.ts'
import { testDatabase } from '../support/neo4j.ts'
import { by, createTestTwins, newTwin, patch } from '../support/twins.ts'

const database = testDatabase()
afterAll(() => database[Symbol.asyncDispose]())
const { twins, tenant: { tenant } } = await createTestTwins(database, plantModels)
const instants = (): Instants => createInstants(createNeo4jInstants(database, tenant))
const head = async (): Promise<{ at: number; now: number }> => {
  const { at, now } = await database.read({ text: 'MATCH (h:_Head {_t: $b.t}) RETURN h.at AS at, timestamp() AS now', parameters: { b: { t: tenant } } })
  return { at: Number(at), now: Number(now) }
}
/** When the past states of a twin ended, which is when it was updated. */
const stamps = async (twin: string): Promise<readonly number[]> => {
  const { stamps: found } = await database.read({ text: 'RETURN COLLECT { MATCH (p:_Past {_t: $b.t, _id: $b.twin}) RETURN p._to ORDER BY p._to } AS stamps', parameters: { b: { t: tenant, twin } } })
  return (found as readonly number[]).map(Number)
}

describe('an instant that is settled', () => {
  test('gets no commits any more, however many come at the same time', async () => {
    await twins.createTwins([newTwin('busy', 'dtmi:plant:Zone;1', { rank: 0 })], by())
    const asked = instants()
    let isDone = false
    const writing = (async () => { for (let rank = 1; !isDone; rank += 1) await twins.updateTwin(patch('busy', { rank }), by()) })()
    for (let round = 0; round < 20; round += 1) {
      const { now } = await head()
      await Promise.all([asked.settle(now), asked.settle(now), instants().settle(now - 1)])
      const before = (await stamps('busy')).filter((at) => at <= now)
      await twins.updateTwin(patch('busy', { name: String(round) }), by())
      expect((await stamps('busy')).filter((at) => at <= now)).toEqual(before)
    }
    isDone = true
    await writing
  })

  test('is not asked of the store again, nor is any before it', async () => {
    const store = createNeo4jInstants(database, tenant)
    let [reads, closes] = [0, 0]
    const asked = createInstants({ read: () => { reads += 1; return store.read() }, close: (at) => { closes += 1; return store.close(at) } })
    const { now } = await head()
    await Promise.all(Array.from({ length: 50 }, () => asked.settle(now)))
    expect(closes).toBeLessThanOrEqual(1)
    expect(reads).toBeLessThanOrEqual(51)
    const once = { reads, closes }
    for (let before = 0; before < 20; before += 1) await asked.settle(now - before)
    expect({ reads, closes }).toEqual(once)
  })

  test('may be the present of a client whose clock is a little ahead', async () => {
    const { now } = await head()
    await instants().settle(now + 300)
    expect((await head()).now).toBeGreaterThanOrEqual(now + 300)
  })
})

describe('an instant is refused', () => {
  test('when it lies in the future, with what the time is', async () => {
    const { now } = await head()
    await expect(instants().settle(now + 3_600_000)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringMatching(/lies in the future: it is 2\d{3}-.*Z\. Give an instant that has passed\./) as unknown })
  })

  test('when it lies before the history that is kept, with the earliest instant', async () => {
    const { tenant: other } = await createTestTwins(database, plantModels)
    await database.write({ text: 'MATCH (h:_Head {_t: $b.t}) SET h.past = $b.past RETURN 1 AS one', parameters: { b: { t: other.tenant, past: 1_700_000_000_000n } } })
    const asked = createInstants(createNeo4jInstants(database, other.tenant))
    expect(await asked.earliest()).toBe(1_700_000_000_000)
    await asked.settle(1_700_000_000_000)
    await expect(asked.settle(1_699_999_999_999)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('The earliest instant that can be read is 2023-11-14T22:13:20.000Z.') as unknown, details: { earliest: '2023-11-14T22:13:20.000Z' } })
  })

  test('no earlier than it is asked for: who gave up is told so', async () => {
    await expect(instants().settle((await head()).now + 900, AbortSignal.timeout(20))).rejects.toThrow()
  })
})
