import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../support/app.ts'
import { openLive, type TestLive } from '../support/live.ts'
import { relate, townModels, townTwins, unrelate, update } from './town.ts'

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
