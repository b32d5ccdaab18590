import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../support/app.ts'
import { openLive, type TestLive } from '../support/live.ts'
import { createLiveQueries } from '../../src/change/live/live-queries.ts'
import type { Journal } from '../../src/change/journal.ts'
import { createJournalTail } from '../../src/change/tail.ts'
import { mutate, relate, townModels, townTwins, unrelate, update } from './town.ts'

let town: TestApp

beforeAll(async () => {
  town = await openTestApp()
  await town.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: townModels })
  await town.data('mutation ($t: [TwinInput!]!) { createTwins(twins: $t) { __typename } }', { t: townTwins })
})
afterAll(async () => { await town[Symbol.asyncDispose]() })

const fast = 'atMostEvery: "PT0.02S"'
const kindsOf = ({ deltas }: TestLive, id: string): readonly string[] => deltas.filter((delta) => delta.id === id).map(({ kind }) => kind)

test('a snapshot comes first, then what enters, changes and leaves', async () => {
  using live = await openLive(town.app, `subscription { pumpsLive(where: { status: { eq: "DOWN" } }, ${fast}) { kind cursor id node { _id status name } changed } }`)
  await live.caughtUp()
  expect(live.deltas.map(({ kind }) => kind)).toEqual(['SNAPSHOT', 'CAUGHT_UP'])
  await update(town, 'p1', { status: 'DOWN' })
  await live.until(() => live.nodes.has('p1'))
  await update(town, 'p1', { name: 'First' })
  await live.until(() => live.nodes.get('p1')?.['name'] === 'First')
  expect(live.deltas.at(-1)).toMatchObject({ kind: 'CHANGE', id: 'p1', changed: ['name'] })
  await update(town, 'p1', { status: 'OK' })
  await live.until(() => !live.nodes.has('p1'))
  expect(kindsOf(live, 'p1')).toEqual(['ENTER', 'CHANGE', 'LEAVE'])
  expect(new Set(live.deltas.map(({ cursor }) => cursor)).size).toBe(live.deltas.length)
})

test('relating a pump to the zone makes it enter, ending that makes it leave', async () => {
  using live = await openLive(town.app, `subscription { pumpsLive(where: { partOf: { some: { name: { eq: "South" } } } }, ${fast}) { kind id node { _id } } }`)
  await live.caughtUp()
  await relate(town, 'p1', 'partOf', 'z2')
  await live.until(() => live.nodes.has('p1'))
  await unrelate(town, 'p1', 'partOf', 'z2')
  await live.until(() => !live.nodes.has('p1'))
})

test('a change of a nested twin, and of one that the filter looks at, is a change of the answer', async () => {
  using live = await openLive(town.app, `subscription { pumpsLive(where: { partOf: { some: { name: { eq: "North" } } } }, ${fast}) { kind id changed node { _id feeds { _id status } partOf { name } } } }`)
  await live.caughtUp()
  expect([...live.nodes.keys()].sort()).toEqual(['p1', 'p2', 'p3'])
  await update(town, 'p1', { status: 'ODD' })
  await live.until(() => live.deltas.some(({ kind }) => kind === 'CHANGE'))
  expect(live.deltas.at(-1)).toMatchObject({ id: 'p2', changed: ['feeds'] })
  await update(town, 'z1', { name: 'Nord' })
  await live.until(() => live.nodes.size === 0)
  await update(town, 'z1', { name: 'North' })
  await live.until(() => live.nodes.size === 3)
})

test('a scope follows the topology', async () => {
  using live = await openLive(town.app, `subscription { pumpsLive(within: { of: ["p3"], over: ["feeds"], maxDepth: 4 }, where: { NOT: { status: { eq: "OK" } } }, ${fast}) { kind id node { _id status } } }`)
  await live.caughtUp()
  await update(town, 'p1', { status: 'BAD' })
  await live.until(() => live.nodes.has('p1'))
  await unrelate(town, 'p3', 'feeds', 'p2')
  await live.until(() => live.nodes.size === 0)
  await relate(town, 'p3', 'feeds', 'p2')
  await live.until(() => live.nodes.has('p1'))
  await update(town, 'p1', { status: 'OK' })
  await live.until(() => live.nodes.size === 0)
})

test('a window holds the first twins of an order', async () => {
  using live = await openLive(town.app, `subscription { pumpsLive(sort: [{ rank: DESC }], limit: 2, ${fast}) { kind id node { _id rank } } }`)
  await live.caughtUp()
  expect([...live.nodes.keys()]).toEqual(['p3', 'p2'])
  await update(town, 'p1', { rank: 10 })
  await live.until(() => live.nodes.has('p1') && !live.nodes.has('p2'))
  await update(town, 'p1', { rank: 1 })
  await live.until(() => live.nodes.has('p2') && !live.nodes.has('p1'))
})

test('a snapshot comes in the order that was asked for, also to who comes late', async () => {
  const source = `subscription { pumpsLive(sort: [{ rank: DESC }, { _id: ASC }], ${fast}) { kind id node { _id rank } } }`
  using first = await openLive(town.app, source)
  await first.caughtUp()
  await update(town, 'p1', { rank: 50 })
  await first.until(() => first.nodes.get('p1')?.['rank'] === 50)
  using late = await openLive(town.app, source)
  await late.caughtUp()
  expect([...late.nodes.keys()]).toEqual(['p1', 'p3', 'p2', 'p4'])
  await update(town, 'p1', { rank: 1 })
})

test('latest values of telemetry filter, and selected readings change', async () => {
  using live = await openLive(town.app, `subscription { pumpsLive(where: { flow: { latest: { gt: 5 } } }, ${fast}) { kind id node { _id flow { latest { value } } } } }`)
  await live.caughtUp()
  await town.post('/ingest', JSON.stringify([{ twin: 'p1', at: '2026-01-01T00:00:00Z', values: { flow: 7 } }]), { 'content-type': 'application/json' })
  await live.until(() => live.nodes.get('p1')?.['flow'].latest.value === 7)
  await town.post('/ingest', JSON.stringify([{ twin: 'p1', at: '2026-01-01T00:00:01Z', values: { flow: 8 } }]), { 'content-type': 'application/json' })
  await live.until(() => live.nodes.get('p1')?.['flow'].latest.value === 8)
  await town.post('/ingest', JSON.stringify([{ twin: 'p1', at: '2026-01-01T00:00:02Z', values: { flow: 2 } }]), { 'content-type': 'application/json' })
  await live.until(() => !live.nodes.has('p1'))
})

test('one twin by its id enters when it is created and leaves when it is deleted', async () => {
  using live = await openLive(town.app, `subscription { pumpLive(id: "p9", ${fast}) { kind id node { _id status } } }`)
  await live.caughtUp()
  await town.data('mutation { createPump(id: "p9", properties: { status: "NEW" }) { __typename } }')
  await live.until(() => live.nodes.get('p9')?.['status'] === 'NEW')
  await town.data('mutation { deleteTwins(ids: ["p9"]) { __typename } }')
  await live.until(() => live.nodes.size === 0)
})

test('whoever comes back goes on from the cursor: nothing is told twice, nothing is missing', async () => {
  const source = `subscription ($after: Cursor) { pumpsLive(${fast}, after: $after) { kind cursor id node { _id name } } }`
  const first = await openLive(town.app, source)
  await first.caughtUp()
  await update(town, 'p2', { name: 'before' })
  await first.until(() => first.nodes.get('p2')?.['name'] === 'before')
  const after = first.deltas.at(-1)?.cursor ?? ''
  first.stream.close()
  await update(town, 'p3', { name: 'meanwhile' })
  using second = await openLive(town.app, source, { after }, first.nodes)
  await second.until(() => second.nodes.get('p3')?.['name'] === 'meanwhile')
  expect(second.deltas.filter(({ kind }) => kind !== 'CAUGHT_UP').map(({ kind, id }) => [kind, id])).toEqual([['CHANGE', 'p3']])
})

test('after a restart a client that missed nothing goes on; one that did begins anew', async () => {
  const source = `subscription ($after: Cursor) { pumpsLive(${fast}, after: $after) { kind cursor id node { _id name } } }`
  const first = await openLive(town.app, source)
  await first.caughtUp()
  const after = first.deltas.at(-1)?.cursor ?? ''
  await town.restart()
  using second = await openLive(town.app, source, { after }, first.nodes)
  await second.caughtUp()
  expect(second.deltas.map(({ kind }) => kind)).toEqual(['CAUGHT_UP'])
  await update(town, 'p1', { name: 'missed' })
  await second.until(() => second.nodes.get('p1')?.['name'] === 'missed')
  await town.restart()
  using third = await openLive(town.app, source, { after }, first.nodes)
  await third.caughtUp()
  expect(third.deltas[0]?.kind).toBe('RESET')
  expect(third.nodes).toEqual(second.nodes)
})

test('twins of a model that was published later end the stream with SCHEMA_CHANGED; whoever subscribes again goes on with them', async () => {
  const source = `subscription ($after: Cursor) { pumpsLive(where: { status: { eq: "TURBO" } }, ${fast}, after: $after) { kind cursor id node { __typename _id } } }`
  const first = await openLive(town.app, source)
  await first.caughtUp()
  await town.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: [{ '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:live:TurboPump;1', '@type': 'Interface', extends: 'dtmi:live:Pump;1' }] })
  await mutate(town, 'createTurboPump(id: "turbo", properties: { status: "TURBO" })')
  await expect(first.until(() => first.nodes.has('turbo'))).rejects.toMatchObject({ code: 'SCHEMA_CHANGED' })
  using second = await openLive(town.app, source, { after: first.deltas.at(-1)?.cursor ?? '' }, first.nodes)
  await second.until(() => second.nodes.get('turbo')?.['__typename'] === 'TurboPump')
})

test('changes that come faster than `atMostEvery` are told together, and the newest state always arrives', async () => {
  using live = await openLive(town.app, 'subscription { pumpLive(id: "p1", atMostEvery: "PT0.5S") { kind id node { rank } } }')
  await live.caughtUp()
  for (let rank = 1; rank <= 30; rank++) await update(town, 'p1', { rank })
  await live.until(() => live.nodes.get('p1')?.['rank'] === 30)
  expect(kindsOf(live, 'p1').length).toBeLessThan(15)
  await update(town, 'p1', { rank: 1 })
})

test('a client that does not take keeps nothing waiting but the newest state of each twin', async () => {
  using live = await openLive(town.app, `subscription { pumpsLive(${fast}) { kind id changed node { _id rank name } } }`)
  await live.caughtUp()
  const before = live.deltas.length
  using witness = await openLive(town.app, `subscription { pumpsLive(${fast}) { kind id changed node { _id rank name } } }`)
  for (let rank = 100; rank < 120; rank++) {
    await update(town, 'p2', { rank })
    await witness.until(() => witness.nodes.get('p2')?.['rank'] === rank)
  }
  await update(town, 'p2', { name: 'slow' })
  await witness.until(() => witness.nodes.get('p2')?.['name'] === 'slow')
  live.drain()
  expect(live.deltas.slice(before)).toEqual([expect.objectContaining({ kind: 'CHANGE', id: 'p2', changed: ['rank', 'name'], node: { _id: 'p2', rank: 119, name: 'slow' } })])
})

test('a twin by its id stays alone, whatever leads to others', async () => {
  using live = await openLive(town.app, `subscription { pumpLive(id: "p2", ${fast}) { kind id node { partOf { name } } } }`)
  await live.caughtUp()
  await update(town, 'z1', { name: 'Nord' })
  await live.until(() => live.nodes.get('p2')?.['partOf'][0].name === 'Nord')
  await update(town, 'z1', { name: 'North' })
  await live.until(() => live.nodes.get('p2')?.['partOf'][0].name === 'North')
  expect(new Set(live.deltas.map(({ id }) => id))).toEqual(new Set(['p2', null]))
})

test('ids and properties of any name are followed: a#b, constructor, node', async () => {
  await town.data('mutation ($d: [JSON!]!) { publishModels(documents: $d) { __typename } }', { d: [{ '@context': 'dtmi:dtdl:context;3', '@id': 'dtmi:live:Odd;1', '@type': 'Interface', contents: ['constructor', 'node', 'plain'].map((name) => ({ '@type': 'Property', name, schema: 'string' })) }] })
  await mutate(town, 'createTwins(twins: [{ id: "a#b", model: "dtmi:live:Odd;1", properties: { plain: "x", node: "b" } }, { id: "o2", model: "dtmi:live:Odd;1", properties: { node: "c" } }])')
  using without = await openLive(town.app, `subscription { oddsLive(where: { constructor: { isNull: true } }, ${fast}) { kind id changed node { plain } } }`)
  using first = await openLive(town.app, `subscription { oddsLive(sort: [{ node: ASC }], limit: 1, ${fast}) { kind id changed node { _id } } }`)
  await Promise.all([without.caughtUp(), first.caughtUp()])
  expect([[...without.nodes.keys()].sort(), [...first.nodes.keys()]]).toEqual([['a#b', 'o2'], ['a#b']])
  await update(town, 'a#b', { plain: 'y' })
  await without.until(() => without.nodes.get('a#b')?.['plain'] === 'y')
  await update(town, 'o2', { node: 'a' })
  await first.until(() => first.nodes.has('o2') && first.nodes.size === 1)
})

test('who subscribes after a mutation was answered finds it in the first answer, also where others have the query already', async () => {
  const source = 'subscription { pumpsLive(where: { rank: { lt: 1000 } }, atMostEvery: "PT5S") { kind id node { _id name partOf { name } } } }'
  using first = await openLive(town.app, source)
  await first.caughtUp()
  for (const name of ['one', 'two', 'three']) {
    await update(town, 'p3', { name })
    using late = await openLive(town.app, source)
    await late.caughtUp()
    expect(late.nodes.get('p3')?.['name']).toBe(name)
  }
})

test('a cursor of another query leads to a new snapshot', async () => {
  using one = await openLive(town.app, `subscription { zonesLive(${fast}) { kind cursor id node { name } } }`)
  await one.caughtUp()
  using other = await openLive(town.app, `subscription ($after: Cursor) { pumpsLive(${fast}, after: $after) { kind cursor id node { name } } }`, { after: one.deltas.at(-1)?.cursor }, one.nodes)
  await other.caughtUp()
  expect(other.deltas[0]?.kind).toBe('RESET')
  expect(other.nodes.has('p1') && !other.nodes.has('z1')).toBe(true)
})

test.each([
  ['within: { of: ["p1"], over: ["feds"] }', /No model has a relationship "feds".*Did you mean feeds\?/],
  ['within: { of: ["p1"], over: [] }', /`within.over` is empty/],
  ['within: { of: ["p1"], over: ["feeds"], maxDepth: 0 }', /give 1 to 50/],
  ['limit: -1', /`limit` is -1/],
  ['atMostEvery: "PT2H"', /up to an hour/],
  ['after: "nonsense"', /not the cursor of a live query/],
])('what cannot be followed is refused, and says what can: %s', async (args, message) => {
  await expect(openLive(town.app, `subscription { pumpsLive(${args}) { kind } }`)).rejects.toThrow(message)
})

test('nobody listens, nothing is kept: groups end some time after their last subscriber, and the tail with them', async () => {
  const journal: Journal = { read: () => Promise.resolve([]), ends: () => Promise.resolve({ floor: 0, head: 0 }) }
  await using tail = createJournalTail({ journal, onTrouble: (error) => { throw error } })
  const plan = { scenario: undefined, places: [], scope: new Set<string>(), isListed: false, isSorted: false, judge: undefined, restMs: 10, answer: () => Promise.resolve([]), members: () => Promise.resolve([]), matching: () => Promise.resolve([]), origins: () => Promise.resolve([]), show: () => [], payload: ({ kind }: { readonly kind: string }) => kind }
  const nothing = { onReadings: () => () => undefined, started: () => Promise.resolve(), onLatest: () => () => undefined }
  await using live = createLiveQueries({ journal, tail, telemetry: nothing, columns: { read: () => Promise.resolve(new Map()) }, onTrouble: (error) => { throw error }, lingerMs: 20 })
  const streams = await Promise.all(Array.from({ length: 200 }, (_, index) => live.subscribe({ key: `k${index % 20}`, query: 'q', compile: () => plan }, () => undefined)))
  expect(live.groups).toBe(20)
  expect(tail.readers).toBe(1)
  await expect.poll(() => streams.map((stream) => stream.take())).toEqual(streams.map(() => 'CAUGHT_UP'))
  for (const stream of streams) stream.close()
  await expect.poll(() => [live.groups, tail.readers]).toEqual([0, 0])
})

test('a twin that the base deletes takes along, in a scenario, what only the scenario had related to it', async () => {
  await mutate(town, 'createTwins(twins: [{ id: "d1", model: "dtmi:live:Pump;1" }, { id: "d2", model: "dtmi:live:Pump;1", properties: { status: "ODD" } }])')
  await mutate(town, 'createScenario(name: "tied", id: "tied")')
  await mutate(town, 'relate(relationships: [{ from: "d1", name: "feeds", to: "d2" }], scenario: "tied")')
  using related = await openLive(town.app, `subscription { pumpsLive(scenario: "tied", where: { _id: { eq: "d1" } }, ${fast}) { kind id changed node { _id feeds { _id } } } }`)
  using found = await openLive(town.app, `subscription { pumpsLive(scenario: "tied", where: { feeds: { some: { status: { eq: "ODD" } } } }, ${fast}) { kind id node { _id } } }`)
  await related.until(() => related.nodes.get('d1')?.['feeds'].length === 1)
  await found.until(() => found.nodes.has('d1'))
  await mutate(town, 'deleteTwins(ids: ["d2"])')
  await related.until(() => related.nodes.get('d1')?.['feeds'].length === 0)
  await found.until(() => !found.nodes.has('d1'))
})

test('a live query of a scenario ends when that is discarded, and says so', async () => {
  await mutate(town, 'createScenario(name: "short", id: "short")')
  using live = await openLive(town.app, `subscription { pumpsLive(scenario: "short", ${fast}) { kind id node { _id } } }`)
  await live.caughtUp()
  await mutate(town, 'discardScenario(id: "short")')
  await expect(live.until(() => false)).rejects.toMatchObject({ code: 'SCENARIO_ENDED' })
})
