import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { createNeo4jHistoryTrimmer } from '../../src/adapters/neo4j/history-trimmer.ts'
import { createNeo4jInstants } from '../../src/adapters/neo4j/instants.ts'
import { createNeo4jJournalTrimmer } from '../../src/adapters/neo4j/journal-trimmer.ts'
import { createInstants } from '../../src/history/instants.ts'
import { createHistoryRetention, type HistoryRetention } from '../../src/history/retention.ts'
import { plantModels } from '../domain/plant.ts'
import { testDatabase } from '../support/neo4j.ts'
import { by, createTestTwins, link, newTwin, patch, remove, type TestTwins, unlink, submit } from '../support/twins.ts'
import { aCommand, pump, zone } from '../twin/memory.ts'
import { readRecorded, snapshotAt } from '../twin/recorded.ts'

const database = testDatabase()
afterAll(() => database[Symbol.asyncDispose]())

/** The journal gives up everything. */
async function trimJournal({ tenant: { tenant } }: TestTwins, upTo?: number): Promise<void> {
  const trimmer = createNeo4jJournalTrimmer(database, tenant)
  await trimmer.raiseFloor(upTo ?? (await trimmer.state()).head)
  while (await trimmer.clear(7) > 0);
}

const keeping = ({ tenant: { tenant } }: TestTwins, { days = 0, graceMs = 0 } = {}): HistoryRetention =>
  createHistoryRetention({ trimmer: createNeo4jHistoryTrimmer(database, tenant), days, graceMs, everyMs: 3_600_000, onTrouble: (error) => { throw error } })

/** One round of a process that ends then. */
async function trimOnce(test: TestTwins): Promise<number> {
  await using retention = keeping(test)
  return await retention.trim()
}

/** Forgets what is from before an instant, in portions. */
async function trimHistory({ tenant: { tenant } }: TestTwins, past: number, portion = 3): Promise<boolean> {
  const trimmer = createNeo4jHistoryTrimmer(database, tenant)
  const isRaised = await trimmer.raise(past)
  while (await trimmer.clear(portion) > 0);
  return isRaised
}

const earliest = ({ tenant: { tenant } }: TestTwins): Promise<number | undefined> => createInstants(createNeo4jInstants(database, tenant)).earliest()

/** What a tenant has in the store, by what it is. */
async function counts({ tenant: { tenant } }: TestTwins): Promise<Readonly<Record<string, number>>> {
  const row = await database.read({
    text: `RETURN COUNT { MATCH (n:_Past {_t: $b.t}) } AS past, COUNT { MATCH (n:_Gone {_t: $b.t}) } AS gone, COUNT { MATCH (n:_Set) WHERE n._t = $b.t } AS set, COUNT { MATCH (n:_Kept) WHERE n._t = $b.t } AS kept,
      COUNT { MATCH (a)-[w]->() WHERE a._t = $b.t AND type(w) STARTS WITH '_was_' } AS ended`,
    parameters: { b: { t: tenant } },
  })
  return Object.fromEntries(Object.entries(row).map(([name, count]) => [name, Number(count)]))
}

describe('history that is forgotten', () => {
  test('takes nothing from any instant that is kept, and leaves nothing of those that are not', async () => {
    await fc.assert(fc.asyncProperty(fc.array(aCommand, { minLength: 15, maxLength: 40 }), fc.array(fc.nat(100), { minLength: 1, maxLength: 3 }), async (commands, trims) => {
      const test = await createTestTwins(database, plantModels)
      for (const command of commands) await submit(test.twins, command)
      const before = await readRecorded(database, test.tenant.tenant)
      const stamps = before.journal.map((entry) => Number(entry['_to']))
      const expected = new Map([...stamps, ...stamps.map((at) => at - 1)].map((at) => [at, snapshotAt(before, at)]))
      await trimJournal(test)
      for (const trim of trims) await trimHistory(test, stamps[trim % stamps.length] ?? 0)
      const past = await earliest(test) ?? 0
      expect(past).toBe(Math.max(...trims.map((trim) => stamps[trim % stamps.length] ?? 0)))
      const after = await readRecorded(database, test.tenant.tenant)
      for (const [at, snapshot] of expected) if (at >= past) expect(snapshotAt(after, at), `at ${at}, kept from ${past}`).toEqual(snapshot)
      const ends = [...after.states, ...after.links, ...after.parts].map((each) => each['_to']).filter((to) => typeof to === 'number')
      expect(ends.filter((to) => to <= past)).toEqual([])
      const { orphans } = await database.read({
        text: `RETURN COLLECT { MATCH (s:_Set) WHERE s._t = $b.t AND NOT EXISTS { MATCH (n) WHERE (n:Twin OR n:_Component OR n:_Gone) AND n._t = $b.t AND n._id = s._id } RETURN s._id } AS orphans`,
        parameters: { b: { t: test.tenant.tenant } },
      })
      expect(orphans).toEqual([])
    }), { numRuns: 20, endOnFailure: true })
  }, 180_000)

  test('is all but who set what last, when nothing at all is to be kept', async () => {
    const test = await createTestTwins(database, plantModels)
    await test.twins.createTwins([newTwin('a', pump, { name: 'x' }, { components: { motor: { power: 1 } } }), newTwin('b', pump), newTwin('z', zone)], by())
    await test.twins.relate([link('a', 'feeds', 'b', '1'), link('a', 'partOf', 'z', '2')], by())
    await test.twins.updateTwin(patch('a', { name: 'y', motor: { power: 2 } }), by())
    await test.twins.updateTwin(patch('a', { name: null }), by())
    await test.twins.unrelate([unlink('a', 'feeds', '1')], by())
    await test.twins.deleteTwins([remove('b', true)], by())
    await test.twins.updateRelationship({ kind: 'updateRelationship', from: 'a', name: 'partOf', id: '2', patch: { share: 1 }, ifVersion: undefined }, by())
    await trimJournal(test)
    expect(await counts(test)).toMatchObject({ past: 3, gone: 2, ended: 3, kept: 11 })
    expect(await trimOnce(test)).toBe(11)
    expect(await counts(test)).toEqual({ past: 0, gone: 0, ended: 0, kept: 0, set: 5 }) // the births of a and z, of a the last updates of name and motor, of the motor that of power
    expect(await trimOnce(test)).toBe(0)
  })

  test('does not go beyond what the journal still tells', async () => {
    const test = await createTestTwins(database, plantModels)
    for (const rank of [0, 1, 2, 3, 4]) await submit(test.twins, rank === 0 ? newTwin('a', zone, { rank }) : patch('a', { rank }))
    const { journal } = await readRecorded(database, test.tenant.tenant)
    expect(await trimOnce(test)).toBe(0)
    expect(await earliest(test)).toBeUndefined()
    await trimJournal(test, 3)
    expect(await trimOnce(test)).toBe(3)
    expect(await earliest(test)).toBe(Number(journal[3]?.['_to']) - 1)
  })

  test('does not go beyond the instant that an open scenario looks at', async () => {
    const test = await createTestTwins(database, plantModels)
    for (const rank of [0, 1, 2, 3]) await submit(test.twins, rank === 0 ? newTwin('a', zone, { rank }) : patch('a', { rank }))
    const { journal } = await readRecorded(database, test.tenant.tenant)
    const base = Number(journal[2]?.['_to'])
    const scenario = (state: string) => database.write({
      text: 'MERGE (s:_Scenario {_t: $b.t, id: $b.id}) SET s.state = $b.state, s.base = $b.base RETURN 1 AS one', parameters: { b: { t: test.tenant.tenant, id: 'what-if', state, base: BigInt(base) } },
    })
    await scenario('OPEN')
    await trimJournal(test)
    await trimOnce(test)
    expect(await earliest(test)).toBe(base)
    await scenario('DISCARDED')
    await trimOnce(test)
    expect(await earliest(test)).toBeGreaterThan(base)
  })

  test('is closed to reads first, and taken away a round later, when no read that was let in can be under way', async () => {
    const test = await createTestTwins(database, plantModels)
    for (const rank of [0, 1, 2, 3]) await submit(test.twins, rank === 0 ? newTwin('a', zone, { rank }) : patch('a', { rank }))
    await trimJournal(test)
    const before = await counts(test)
    await using patient = keeping(test, { graceMs: 60_000 })
    expect(await patient.trim()).toBe(0)
    const closed = await earliest(test)
    expect(closed).toBeGreaterThan(0)
    expect(await patient.trim()).toBe(0)
    expect([await earliest(test), await counts(test)]).toEqual([closed, before])
    await database.write({ text: 'MATCH (h:_Head {_t: $b.t}) SET h.pastRaised = h.pastRaised - 60000 RETURN 1 AS one', parameters: { b: { t: test.tenant.tenant } } })
    expect(await patient.trim()).toBe(4)
    expect(await counts(test)).toMatchObject({ past: 0, kept: 0 })
  })

  test('is forgotten by one process at a time, and by the next when that one ends', async () => {
    const test = await createTestTwins(database, plantModels)
    await submit(test.twins, newTwin('a', zone))
    await trimJournal(test)
    const first = keeping(test)
    expect(await first.trim()).toBe(1)
    await submit(test.twins, patch('a', { rank: 1 }))
    await trimJournal(test)
    await using second = keeping(test)
    expect(await second.trim()).toBe(0)
    await first[Symbol.asyncDispose]()
    expect(await second.trim()).toBe(1)
  })

  test('cannot be asked for: the refusal names the earliest instant that can', async () => {
    const test = await createTestTwins(database, plantModels)
    for (const rank of [0, 1, 2]) await submit(test.twins, rank === 0 ? newTwin('a', zone, { rank }) : patch('a', { rank }))
    await trimJournal(test)
    await trimOnce(test)
    const past = await earliest(test) ?? NaN
    const instants = createInstants(createNeo4jInstants(database, test.tenant.tenant))
    await instants.settle(past)
    await expect(instants.settle(past - 1)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining(`earliest instant that can be read is ${new Date(past).toISOString()}`) as unknown })
  })
})
