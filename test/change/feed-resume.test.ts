import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { createNeo4jJournal } from '../../src/adapters/neo4j/journal.ts'
import { decodeCursor, encodeCursor } from '../../src/change/cursor.ts'
import { createChangeFeed } from '../../src/change/feed/change-feed.ts'
import { createJournalTail } from '../../src/change/tail.ts'
import { failure } from '../../src/errors.ts'
import type { Command } from '../../src/twin/command.ts'
import type { TwinService } from '../../src/twin/twin-service.ts'
import { plantModels } from '../domain/plant.ts'
import type { Data } from '../support/app.ts'
import { openTestApp } from '../support/app.ts'
import { lean, openFeed, type TestFeed } from '../support/feed.ts'
import { by, newTwin, patch } from '../support/twins.ts'
import { aCommand } from '../twin/memory.ts'

const app = await openTestApp()
afterAll(() => app[Symbol.asyncDispose]())
await app.data('mutation($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: plantModels })
const journal = createNeo4jJournal(app.app.database, app.app.config.tenant)
const zone = 'dtmi:plant:Zone;1'

function submit(twins: TwinService, command: Command): Promise<unknown> {
  switch (command.kind) {
    case 'createTwin': return twins.createTwins([command], by())
    case 'updateTwin': return twins.updateTwin(command, by())
    case 'deleteTwin': return twins.deleteTwins([command], by())
    case 'relate': return twins.relate([command], by())
    case 'updateRelationship': return twins.updateRelationship(command, by())
    case 'unrelate': return twins.unrelate([command], by())
  }
}
const placeOf = ({ cursor }: Data): number => decodeCursor(String(cursor)) ?? NaN
const changesOf = (events: readonly Data[]): readonly Data[] => events.filter(({ __typename }) => __typename === 'Change')
const range = (from: number, to: number): readonly number[] => Array.from({ length: Math.max(0, to - from) }, (_, index) => from + 1 + index)
const upTo = (head: number) => (event: Data): boolean => event['__typename'] !== 'Gap' && placeOf(event) >= head

/** A feed of which each group keeps so little that nearly all is read from the journal. */
function forgetfulFeed(ringEntries: number) {
  const tail = createJournalTail({ journal, onTrouble: (error) => { throw error } })
  return { feed: createChangeFeed({ journal, tail, models: app.app.services.models, ringEntries }), [Symbol.asyncDispose]: () => tail[Symbol.asyncDispose]() }
}

test('whatever is done, a subscriber is told all of it in order, and whoever resumes at any cursor gets exactly the rest', async () => {
  await fc.assert(fc.asyncProperty(fc.array(aCommand, { minLength: 5, maxLength: 25 }), fc.constantFrom(1, 8), fc.integer({ min: 1, max: 9 }), async (commands, atOnce, first) => {
    const { head: start } = await journal.ends()
    using live = await openFeed(app.app)
    for (let index = 0; index < commands.length; index += atOnce) await Promise.all(commands.slice(index, index + atOnce).map((command) => submit(app.app.services.twins, command)))
    const { head } = await journal.ends()
    if (head === start) return
    const told = changesOf(await live.take(upTo(head)))
    expect(told.map(placeOf)).toEqual(range(start, head))
    expect(live.events.filter(({ __typename }) => __typename === 'CaughtUp')).toEqual([{ __typename: 'CaughtUp', cursor: encodeCursor(start) }])
    for (const cut of [start, ...told.map(placeOf)]) {
      using again = await openFeed(app.app, { after: encodeCursor(cut) })
      const events = await again.catchUp()
      expect(events).toEqual([...told.filter((event) => placeOf(event) > cut), { __typename: 'CaughtUp', cursor: encodeCursor(head) }])
    }
    const paged: Data[] = []
    for (let [after, more] = [encodeCursor(start), true]; more;) {
      const { changes } = await app.data('query($after: Cursor, $first: Int) { changes(after: $after, first: $first) { edges { cursor node { __typename cursor kind at recordedAt actor cause twinId modelId component properties { name component before after } relationship { id name from to } } } pageInfo { endCursor hasNextPage } } }', { after, first }) as { changes: { edges: readonly { node: Data }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } }
      paged.push(...changes.edges.map(({ node }) => node))
      ;({ endCursor: after, hasNextPage: more } = changes.pageInfo)
    }
    expect(paged).toEqual(told)
  }), { numRuns: 8, endOnFailure: true })
}, 120_000)

describe('filters', () => {
  test('by twins, models with those that extend them, and kinds, together choose what satisfies all', async () => {
    const { head } = await journal.ends()
    const { twins } = app.app.services
    await twins.createTwins([newTwin('f-pump', 'dtmi:plant:Pump;1'), newTwin('f-valve', 'dtmi:plant:Valve;1'), newTwin('f-zone', zone)], by())
    await twins.relate([{ kind: 'relate', from: 'f-pump', name: 'partOf', to: 'f-zone', id: 'p', properties: {} }], by())
    await twins.updateTwin(patch('f-pump', { motor: { power: 1 } }), by())
    await twins.deleteTwins([{ kind: 'deleteTwin', id: 'f-valve', cascade: false }], by())
    const chosen = async (args: string): Promise<readonly string[]> => {
      using feed = await openFeed(app.app, { after: encodeCursor(head), args, selection: lean })
      const streamed = changesOf(await feed.catchUp())
      const { changes } = await app.data(`query($after: Cursor) { changes(after: $after ${args}) { edges { node { __typename cursor kind twinId } } } }`, { after: encodeCursor(head) })
      expect((changes as { edges: readonly { node: Data }[] }).edges.map(({ node }) => node)).toEqual(streamed)
      return streamed.map(({ kind, twinId }) => `${String(kind)} ${String(twinId)}`)
    }
    const [pumpUpdates, relation] = [['TWIN_UPDATED f-pump', 'TWIN_UPDATED f-pump'], 'RELATIONSHIP_CREATED f-pump']
    expect(await chosen('models: ["dtmi:plant:Asset;1"]')).toEqual(['TWIN_CREATED f-pump', 'TWIN_CREATED f-valve', relation, ...pumpUpdates, 'TWIN_DELETED f-valve'])
    expect(await chosen('models: ["dtmi:plant:Pump;1", "dtmi:plant:Zone;1"]')).toEqual(['TWIN_CREATED f-pump', 'TWIN_CREATED f-zone', relation, ...pumpUpdates])
    expect(await chosen('twins: ["f-zone"]')).toEqual(['TWIN_CREATED f-zone', relation])
    expect(await chosen('kinds: [TWIN_DELETED, RELATIONSHIP_CREATED]')).toEqual([relation, 'TWIN_DELETED f-valve'])
    expect(await chosen('twins: ["f-pump"], models: ["dtmi:plant:Asset;1"], kinds: [TWIN_CREATED]')).toEqual(['TWIN_CREATED f-pump'])
    expect(await chosen('twins: []')).toEqual([])
    expect(await chosen('models: ["dtmi:plant:Motor;1"]')).toEqual([])
  })

  test('that choose a model nobody has published yet choose its twins once somebody did', async () => {
    using feed = await openFeed(app.app, { args: 'models: ["dtmi:plant:Late;1"]', selection: lean })
    await feed.catchUp()
    const late = { '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:plant:Late;1', '@type': 'Interface', contents: [] }
    await app.data('mutation($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: [late, { ...late, '@id': 'dtmi:plant:Later;1', extends: 'dtmi:plant:Late;1' }] })
    await app.app.services.twins.createTwins([newTwin('late', 'dtmi:plant:Later;1')], by())
    expect(changesOf(await feed.take(({ kind }) => kind === 'TWIN_CREATED')).map(({ kind, twinId }) => [kind, twinId])).toEqual([['MODEL_PUBLISHED', null], ['MODEL_PUBLISHED', null], ['TWIN_CREATED', 'late']])
  })

  test('that choose little of much page on by where the search ended', async () => {
    const { head } = await journal.ends()
    for (let batch = 0; batch < 12; batch++) await app.app.services.twins.createTwins(Array.from({ length: 1_000 }, (_, index) => newTwin(`much-${batch}-${index}`, zone)), by())
    await app.app.services.twins.createTwins([newTwin('needle', 'dtmi:plant:Pump;1')], by())
    const page = async (after: string): Promise<Data> => (await app.data('query($after: Cursor) { changes(after: $after, twins: ["needle"]) { edges { node { twinId } } pageInfo { hasNextPage endCursor } } }', { after }))['changes'] as Data
    const first = await page(encodeCursor(head))
    expect(first).toMatchObject({ edges: [], pageInfo: { hasNextPage: true } })
    expect(await page((first['pageInfo'] as { endCursor: string }).endCursor)).toMatchObject({ edges: [{ node: { twinId: 'needle' } }], pageInfo: { hasNextPage: false } })
  }, 30_000)
})

describe('while others write', () => {
  test('subscribers that join at any time and take at any pace lose nothing and get nothing twice, however little is kept for them', async () => {
    await using little = forgetfulFeed(16)
    const { head: start } = await journal.ends()
    const feeds: { readonly feed: TestFeed; readonly from: number }[] = []
    const writing = (async () => {
      for (let round = 0; round < 40; round++) {
        await Promise.all(Array.from({ length: 25 }, (_, index) => app.app.services.twins.createTwins([newTwin(`w-${round}-${index}`, zone, { rank: round })], by())))
        const { head } = await journal.ends()
        const from = round % 3 === 0 ? head : start + Math.trunc((head - start) / (1 + (round % 7)))
        const services = round % 2 === 0 ? { feed: little.feed } : {}
        const feed = await openFeed(app.app, { ...(round % 3 !== 0 && { after: encodeCursor(from) }), selection: round % 5 === 0 ? '{ __typename ... on Change { cursor properties { name } } ... on CaughtUp { cursor } }' : lean, services })
        feeds.push({ feed, from: round % 3 === 0 ? NaN : from })
        if (round % 4 === 0) await feed.take(1) // which there always is: CaughtUp
      }
    })()
    await writing
    const { head } = await journal.ends()
    await Promise.all(feeds.map(async ({ feed, from }) => {
      const events = await feed.take(upTo(head))
      const told = changesOf(events).map(placeOf)
      expect(told).toEqual(range(Number.isNaN(from) ? (told[0] ?? head + 1) - 1 : from, head))
      expect(events.filter(({ __typename }) => __typename === 'CaughtUp')).toHaveLength(1)
      if (Number.isNaN(from)) expect(events[0]).toEqual({ __typename: 'CaughtUp', cursor: encodeCursor((told[0] ?? head + 1) - 1) })
      feed[Symbol.dispose]()
    }))
  }, 60_000)

  test('those who ask the same share one reading of the twins, from whatever place they came', async () => {
    let readings = 0
    const { reader } = app.app.services
    const services = { reader: { ...reader, byIds: (...args: Parameters<typeof reader.byIds>) => { readings += 1; return reader.byIds(...args) } } }
    const selection = '{ __typename ... on CaughtUp { cursor } ... on Change { cursor twin { _id ... on Zone { rank } } } }'
    const { head } = await journal.ends()
    const feeds = await Promise.all([...range(0, 20)].map(() => openFeed(app.app, { after: encodeCursor(head), selection, services })))
    await Promise.all(feeds.map((feed) => feed.catchUp()))
    readings = 0
    await app.app.services.twins.createTwins([newTwin('shared', zone, { rank: 7 })], by())
    for (const feed of feeds) {
      expect((await feed.take(2))[1]).toMatchObject({ __typename: 'Change', twin: { _id: 'shared', rank: 7 } })
      feed[Symbol.dispose]()
    }
    expect(readings).toBe(1)
  })
})

describe('a cursor', () => {
  test('means the same after the server was restarted, and to another server on the same store', async () => {
    await using one = await openTestApp()
    await one.data('mutation($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: plantModels })
    await one.app.services.twins.createTwins([newTwin('a', zone), newTwin('b', zone)], by())
    using before = await openFeed(one.app, { after: encodeCursor(0) })
    const told = changesOf(await before.catchUp())
    await one.restart()
    await using other = await openTestApp({ tenant: one.app.config.tenant })
    using elsewhere = await openFeed(other.app, { after: String(told[3]?.['cursor']) })
    using after = await openFeed(one.app, { after: String(told[3]?.['cursor']) })
    for (const feed of [elsewhere, after]) expect(changesOf(await feed.catchUp())).toEqual(told.slice(4))
    await other.app.services.twins.createTwins([newTwin('c', zone)], by())
    await one.app.services.twins.updateTwin(patch('c', { rank: 3 }), by())
    const [here, there] = [await after.take(({ kind }) => kind === 'TWIN_UPDATED'), await elsewhere.take(({ kind }) => kind === 'TWIN_UPDATED')]
    expect(here).toEqual(there)
    expect(here.at(-1)).toMatchObject({ twinId: 'c', properties: [{ name: 'rank', before: null, after: 3 }] })
  }, 30_000)

  test('that is none of this journal is refused with what to give', async () => {
    const { head } = await journal.ends()
    const refusals: readonly (readonly [string, string])[] = [['garbage', 'no cursor of the change feed'], ['', 'no cursor of the change feed'], [Buffer.from('l1:group:1:2:w').toString('base64url'), 'no cursor of the change feed'], [encodeCursor(head + 1), 'has not come to'], [Buffer.from('j1:9999999999999999').toString('base64url'), 'has not come to']]
    for (const [after, message] of refusals) {
      await expect(openFeed(app.app, { after })).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining(message) as unknown })
      if (after !== '') expect(await app.ask('query($after: Cursor) { changes(after: $after) { edges { cursor } } }', { after })).toMatchObject({ errors: [{ message: expect.stringContaining(message) as unknown, extensions: { code: 'BAD_USER_INPUT' } }] })
    }
  })
})

test('values of any size come through, a few at a time', async () => {
  const { head } = await journal.ends()
  const { twins } = app.app.services
  await twins.createTwins([newTwin('large', zone)], by())
  const nameOf = (index: number): string => String.fromCharCode(97 + index).repeat(900_000)
  for (let index = 0; index < 20; index++) expect(await twins.updateTwin(patch('large', { name: nameOf(index) }), by())).toMatchObject({ ok: true })
  expect((await journal.read(head, 1_000)).length).toBe(10)
  expect((await journal.read(head, 1_000, { withBefore: true })).length).toBe(6)
  expect((await journal.read(head, 1_000, { withPatch: false })).length).toBe(21)
  using feed = await openFeed(app.app, { after: encodeCursor(head) })
  const names = changesOf(await feed.catchUp()).slice(1).map(({ properties }) => (properties as readonly Data[])[0])
  expect(names.map((change) => [String(change?.['before']).slice(0, 4), String(change?.['after'])[0]])).toEqual(range(-1, 19).map((index) => [index === 0 ? 'null' : nameOf(index - 1).slice(0, 4), nameOf(index)[0]]))
}, 30_000)

test('aliases, fragments, @include and @skip are answered as anywhere else', async () => {
  const { head } = await journal.ends()
  await app.app.services.twins.createTwins([newTwin('fragments', zone, { rank: 1 })], by())
  const { openFeedOf } = await import('../support/feed.ts')
  using feed = await openFeedOf(app.app, `subscription($after: Cursor, $deep: Boolean!) { told: changes(after: $after) { type: __typename ...Told } }
    fragment Told on ChangeEvent { ... on Change { what: kind properties @include(if: $deep) { name } actor @skip(if: $deep) twin @skip(if: $deep) { _id } } ... on CaughtUp { at: cursor } }`, { after: encodeCursor(head), deep: true })
  expect(await feed.take(2)).toEqual([{ type: 'Change', what: 'TWIN_CREATED', properties: [{ name: 'rank' }] }, { type: 'CaughtUp', at: encodeCursor(head + 1) }])
})

test('a store that fails ends the stream with the failure after what was told, and the next one goes on from there', async () => {
  const { head } = await journal.ends()
  for (let batch = 0; batch < 3; batch++) await app.app.services.twins.createTwins(Array.from({ length: 1_000 }, (_, index) => newTwin(`outage-${batch}-${index}`, zone)), by())
  let reads = 0
  let isDown = true
  const faulty = { ...journal, read: (...args: Parameters<typeof journal.read>) => (++reads >= 2 && isDown ? Promise.reject(failure('STORE_UNAVAILABLE')) : journal.read(...args)) }
  await using tail = createJournalTail({ journal, onTrouble: (error) => { throw error } })
  const feed = createChangeFeed({ journal: faulty, tail, models: app.app.services.models })
  using broken = await openFeed(app.app, { after: encodeCursor(head), selection: lean, services: { feed } })
  await expect(broken.catchUp()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  isDown = false
  const last = placeOf(broken.events.at(-1) ?? {})
  using again = await openFeed(app.app, { after: encodeCursor(last), selection: lean, services: { feed } })
  expect([...changesOf(broken.events), ...changesOf(await again.catchUp())].map(placeOf)).toEqual(range(head, head + 3_000))
}, 30_000)
