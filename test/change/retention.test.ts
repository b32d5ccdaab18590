import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { createNeo4jJournal } from '../../src/adapters/neo4j/journal.ts'
import { createNeo4jJournalTrimmer } from '../../src/adapters/neo4j/journal-trimmer.ts'
import { decodeCursor, encodeCursor } from '../../src/change/cursor.ts'
import { createJournalRetention, type JournalRetention } from '../../src/change/retention.ts'
import { findFloor } from '../../src/change/retention-floor.ts'
import { plantModels } from '../domain/plant.ts'
import type { TestApp } from '../support/app.ts'
import { openTestApp } from '../support/app.ts'
import { lean, openFeed } from '../support/feed.ts'
import { by, newTwin, patch } from '../support/twins.ts'

const app = await openTestApp()
afterAll(() => app[Symbol.asyncDispose]())
await app.data('mutation($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: plantModels })

const trimmerOf = ({ app: { database, config } }: TestApp) => createNeo4jJournalTrimmer(database, config.tenant)
const keeping = (entries: number, on = app): JournalRetention =>
  createJournalRetention({ trimmer: trimmerOf(on), days: 30, entries, everyMs: 3_600_000, onTrouble: (error) => { throw error } })
const journal = createNeo4jJournal(app.app.database, app.app.config.tenant)
const entriesInStore = async (): Promise<{ readonly journal: number; readonly past: number }> => {
  const { j, p } = await app.app.database.read({
    text: 'OPTIONAL MATCH (j:_J {_t: $b.t}) WITH count(j) AS j OPTIONAL MATCH (p:_Past {_t: $b.t}) RETURN j, count(p) AS p', parameters: { b: { t: app.app.config.tenant } },
  })
  return { journal: Number(j), past: Number(p) }
}

let made = 0
/** A new twin and updates of it: so many entries and one more. */
async function change(updates: number): Promise<void> {
  const twin = `t${++made}`
  expect((await app.app.services.twins.createTwins([newTwin(twin, 'dtmi:plant:Zone;1', { rank: 0 })], by()))).toMatchObject({ ok: true })
  await Promise.all(Array.from({ length: updates }, (_, rank) => app.app.services.twins.updateTwin(patch(twin, { rank: rank + 1 }), by())))
}

test('the floor is the last entry that is too old or one too many, whatever the stamps are', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), fc.nat(30), fc.nat(25), fc.nat(60), async (steps, oldest, entries, floorAt) => {
    const stamps = steps.sort((left, right) => left - right)
    const floor = Math.min(floorAt, stamps.length)
    const asked: number[] = []
    const found = await findFloor({ floor, head: stamps.length, oldest, entries, stampOf: async (seq) => { asked.push(seq); return seq > floor ? stamps[seq - 1] : undefined } })
    expect(found).toBe(Math.max(floor, stamps.filter((stamp) => stamp < oldest).length, stamps.length - entries))
    expect(asked.length).toBeLessThanOrEqual(7)
  }))
})

describe('what is forgotten', () => {
  test('is gone from the journal and stays in the past of its twin', async () => {
    await change(30)
    const before = await entriesInStore()
    const { head } = await journal.ends()
    await using retention = keeping(10)
    expect(await retention.trim()).toBe(before.journal - 10)
    expect(await entriesInStore()).toEqual({ journal: 10, past: before.past })
    expect(await journal.ends()).toEqual({ floor: head - 10, head })
    expect(await retention.trim()).toBe(0)
    await change(1)
    expect((await journal.read(0, 100)).map(({ seq }) => seq)).toEqual(Array.from({ length: 12 }, (_, index) => head - 9 + index))
  })

  test('by its age is what is older than so many days by the clock of the store', async () => {
    await change(5)
    const { head } = await journal.ends()
    await app.app.database.write({ text: 'MATCH (j:_J {_t: $b.t}) WHERE j._seq <= $b.seq SET j._to = j._to - 31 * 86400000 RETURN count(j) AS n', parameters: { b: { t: app.app.config.tenant, seq: BigInt(head - 3) } } })
    await using retention = keeping(1_000)
    await retention.trim()
    expect(await journal.ends()).toEqual({ floor: head - 3, head })
  })

  test('is told to who comes back for it: one gap, then everything behind it', async () => {
    await change(40)
    const { head } = await journal.ends()
    await using retention = keeping(7)
    await retention.trim()
    using feed = await openFeed(app.app, { after: encodeCursor(head - 20), selection: lean })
    const events = await feed.catchUp()
    expect(events[0]).toEqual({ __typename: 'Gap', from: encodeCursor(head - 20), to: encodeCursor(head - 7) })
    expect(events.slice(1, -1).map(({ cursor }) => decodeCursor(String(cursor)))).toEqual(Array.from({ length: 7 }, (_, index) => head - 6 + index))
    expect(events.at(-1)).toEqual({ __typename: 'CaughtUp', cursor: encodeCursor(head) })
    const page = await app.data('query($after: Cursor) { changes(after: $after) { gap { from to } edges { cursor } pageInfo { endCursor hasNextPage } } }', { after: encodeCursor(head - 20) })
    expect(page['changes']).toMatchObject({ gap: { from: encodeCursor(head - 20), to: encodeCursor(head - 7) }, pageInfo: { endCursor: encodeCursor(head), hasNextPage: false } })
    expect((await app.data('{ changes { gap { from } edges { cursor } } }'))['changes']).toMatchObject({ gap: null, edges: { length: 7 } })
  })

  test('while a backlog is read is a gap in it, never a silent hole', async () => {
    for (let batch = 0; batch < 10; batch++) await app.app.services.twins.createTwins(Array.from({ length: 1_000 }, (_, index) => newTwin(`many-${batch}-${index}`, 'dtmi:plant:Zone;1')), by())
    const { head } = await journal.ends()
    const start = head - 9_900
    using feed = await openFeed(app.app, { after: encodeCursor(start), selection: lean })
    await feed.take(100)
    await using retention = keeping(50)
    await retention.trim()
    const events = await feed.catchUp()
    let place = start
    for (const event of events) {
      if (event['__typename'] === 'Gap') {
        expect(event['from']).toBe(encodeCursor(place))
        place = decodeCursor(String(event['to'])) ?? NaN
      } else if (event['__typename'] === 'Change') expect(decodeCursor(String(event['cursor']))).toBe(++place)
    }
    expect(place).toBe(head)
    expect(events.filter(({ __typename }) => __typename === 'Gap')).toHaveLength(1)
    expect(events.slice(-51, -1).every(({ __typename }) => __typename === 'Change')).toBe(true)
  }, 60_000)

  test('is taken away by one process at a time, and by the next when that one ends', async () => {
    await change(30)
    const first = keeping(20)
    await first.trim()
    await change(30)
    await using second = keeping(10)
    expect(await second.trim()).toBe(0)
    await first[Symbol.asyncDispose]()
    expect(await second.trim()).toBeGreaterThan(0)
  })
})
