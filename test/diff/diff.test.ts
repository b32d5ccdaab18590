import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createInstantGraphs } from '../../src/adapters/neo4j/diff-instants.ts'
import { createNeo4jHistoryTrimmer } from '../../src/adapters/neo4j/history-trimmer.ts'
import { createNeo4jJournalTrimmer } from '../../src/adapters/neo4j/journal-trimmer.ts'
import { createDiff } from '../../src/diff/diff.ts'
import { plantModels } from '../domain/plant.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { testDatabase } from '../support/neo4j.ts'
import { by, createTestTwins, link, newTwin, patch, remove, type TestTwins, unlink, submit } from '../support/twins.ts'
import { aCommand, pump, zone } from '../twin/memory.ts'
import { readRecorded, snapshotAt } from '../twin/recorded.ts'
import { applied, differences, withoutVersions } from './apply-diff.ts'

const database = testDatabase()

async function forget({ tenant: { tenant } }: TestTwins, upTo: number, past: number): Promise<void> {
  const journal = createNeo4jJournalTrimmer(database, tenant)
  await journal.raiseFloor(upTo)
  while (await journal.clear(5) > 0);
  const history = createNeo4jHistoryTrimmer(database, tenant)
  await history.raise(past)
  while (await history.clear(5) > 0);
}

test('what differs between two instants, done to the graph of the first, gives the graph of the second, wherever the journal ends', async () => {
  await fc.assert(fc.asyncProperty(fc.array(aCommand, { minLength: 15, maxLength: 40 }), fc.array(fc.tuple(fc.nat(100), fc.nat(100)), { minLength: 3, maxLength: 5 }), fc.option(fc.nat(100)), fc.constantFrom(1, 2, 50), async (commands, times, floor, first) => {
    const test = await createTestTwins(database, plantModels)
    for (const command of commands) await submit(test.twins, command)
    const recorded = await readRecorded(database, test.tenant.tenant)
    const stamps = recorded.journal.map((entry) => Number(entry['_to']))
    if (stamps.length === 0) return
    const pairs = times.map((pair) => pair.map((place) => stamps[place % stamps.length] ?? 0).sort((a, b) => a - b))
    if (floor !== null) await forget(test, floor % stamps.length, Math.min(...pairs.flat()))
    for (const [from = 0, to = 0] of pairs) {
      const [start, end] = [withoutVersions(snapshotAt(recorded, from)), withoutVersions(snapshotAt(recorded, to))]
      const diff = createDiff(createInstantGraphs(database, test.tenant.tenant, { from, to }, () => test.registry), { of: undefined, models: undefined }, test.registry)
      const found = await differences(diff, first)
      expect(applied(start, found), `${from} to ${to}`).toEqual(end)
      const kinds = (list: readonly { readonly kind: string }[]) => ({ added: list.filter(({ kind }) => kind === 'ADDED').length, removed: list.filter(({ kind }) => kind === 'REMOVED').length, changed: list.filter(({ kind }) => kind === 'CHANGED').length })
      expect([await diff.countTwins(), await diff.countRelationships()]).toEqual([kinds(found.twins), kinds(found.relationships)])
    }
  }), { numRuns: 20, endOnFailure: true })
}, 240_000)

describe('through the API', () => {
  let app: TestApp
  const stamps: string[] = []
  beforeAll(async () => {
    app = await openTestApp()
    await app.data('mutation($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: plantModels })
    const { twins } = app.app.services
    const mark = async (): Promise<void> => {
      const { at } = await app.app.database.read({ text: 'MATCH (h:_Head {_t: $b.t}) RETURN h.at AS at', parameters: { b: { t: app.app.config.tenant } } })
      stamps.push(new Date(Number(at)).toISOString())
    }
    expect(await twins.createTwins([newTwin('p1', pump, { name: 'north' }, { components: { motor: { power: 1 } } }), newTwin('p2', pump), newTwin('z', zone, { name: 'zone' })], by())).toMatchObject({ ok: true })
    await twins.relate([link('p1', 'feeds', 'p2', '1', { share: 0.5 }), link('p1', 'partOf', 'z', '1')], by())
    await mark()
    await twins.updateTwin(patch('p1', { name: 'south', motor: { power: 2 } }), by())
    await twins.unrelate([unlink('p1', 'feeds', '1')], by())
    await twins.deleteTwins([remove('z', true)], by())
    await twins.createTwins([newTwin('p3', pump, { name: 'new' })], by())
    await twins.relate([link('p1', 'feeds', 'p3', '1', { share: 1 })], by())
    await mark()
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const fields = 'twins { counts { added removed changed } edges { node { kind id model properties { name component before after } } } } relationships { counts { added removed changed } edges { node { kind id name from to properties { name before after } } } }'

  test('two instants are compared property by property', async () => {
    const { diff } = await app.data(`query($from: DateTime, $to: DateTime) { diff(from: $from, to: $to) { from to scenario ${fields} } }`, { from: stamps[0], to: stamps[1] })
    expect(diff).toEqual({
      from: stamps[0], to: stamps[1], scenario: null,
      twins: {
        counts: { added: 1, removed: 1, changed: 1 },
        edges: [
          { node: { kind: 'CHANGED', id: 'p1', model: pump, properties: [{ name: 'name', component: null, before: 'north', after: 'south' }, { name: 'power', component: 'motor', before: 1, after: 2 }] } },
          { node: { kind: 'ADDED', id: 'p3', model: pump, properties: [{ name: 'name', component: null, before: null, after: 'new' }] } },
          { node: { kind: 'REMOVED', id: 'z', model: zone, properties: [{ name: 'name', component: null, before: 'zone', after: null }] } },
        ],
      },
      relationships: {
        counts: { added: 1, removed: 2, changed: 0 },
        edges: [
          { node: { kind: 'REMOVED', id: '1', name: 'feeds', from: 'p1', to: 'p2', properties: [{ name: 'share', before: 0.5, after: null }] } },
          { node: { kind: 'ADDED', id: '1', name: 'feeds', from: 'p1', to: 'p3', properties: [{ name: 'share', before: null, after: 1 }] } },
          { node: { kind: 'REMOVED', id: '1', name: 'partOf', from: 'p1', to: 'z', properties: [] } },
        ],
      },
    })
  })

  test('a part is asked for by twins, by models with their subtypes, and by kinds; a page leads to the next', async () => {
    const ask = async (args: string, selection: string) => (await app.data(`query($from: DateTime, $to: DateTime) { diff(from: $from, to: $to${args}) { ${selection} } }`, { from: stamps[0], to: stamps[1] }))['diff']
    const ids = 'twins { edges { node { id } } } relationships { edges { node { from to } } }'
    expect(await ask(', of: ["z"]', ids)).toEqual({ twins: { edges: [{ node: { id: 'z' } }] }, relationships: { edges: [{ node: { from: 'p1', to: 'z' } }] } })
    expect((await ask(', models: ["dtmi:plant:Asset;1"]', ids)).twins.edges).toEqual([{ node: { id: 'p1' } }, { node: { id: 'p3' } }])
    expect(await ask(', models: ["dtmi:plant:Zone;1"]', ids)).toEqual({ twins: { edges: [{ node: { id: 'z' } }] }, relationships: { edges: [{ node: { from: 'p1', to: 'z' } }] } })
    expect(await ask('', 'twins(kinds: [ADDED, REMOVED]) { edges { node { id } } }')).toEqual({ twins: { edges: [{ node: { id: 'p3' } }, { node: { id: 'z' } }] } })
    const { relationships: { pageInfo } } = await ask('', 'relationships(first: 1) { pageInfo { endCursor hasNextPage } }')
    expect(pageInfo.hasNextPage).toBe(true)
    expect((await ask('', `relationships(after: ${JSON.stringify(pageInfo.endCursor)}) { edges { node { kind to } } pageInfo { hasNextPage } }`)).relationships)
      .toEqual({ edges: [{ node: { kind: 'ADDED', to: 'p3' } }, { node: { kind: 'REMOVED', to: 'z' } }], pageInfo: { hasNextPage: false } })
  })

  test.each([
    ['', 'Give both instants'], ['(from: "2026-01-01T00:00:00Z")', 'Give both instants'], ['(from: "2026-01-02T00:00:00Z", to: "2026-01-01T00:00:00Z")', 'is later than to'],
    ['(from: "2026-01-02T00:00:00Z", to: "2199-01-01T00:00:00Z")', 'lies in the future'], ['(scenario: "nope")', 'There is no scenario'],
    ['(scenario: "x", to: "2026-01-01T00:00:00Z")', 'Give both instants'], ['(from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z", models: ["dtmi:plant:Zon;1"])', 'Did you mean dtmi:plant:Zone;1?'],
  ])('diff%s is refused', async (args, message) => {
    const { errors } = await app.ask(`{ diff${args} { twins { edges { cursor } } } }`)
    expect(errors?.[0]).toMatchObject({ message: expect.stringContaining(message) as unknown, extensions: { code: 'BAD_USER_INPUT' } })
  })

  test('a scenario is compared with what it branches off from: the graph, or its parent', async () => {
    const make = async (variables: Record<string, unknown>): Promise<string> =>
      (await app.data('mutation($name: String!, $parent: ID, $base: DateTime) { createScenario(name: $name, parent: $parent, base: $base) { ... on CreateScenarioSuccess { scenario { id } } } }', variables))['createScenario'].scenario.id as string
    const ok = (answer: Readonly<Record<string, { readonly __typename: string }>>): void => { expect(Object.values(answer).map(({ __typename }) => __typename).every((name) => name.endsWith('Success')), JSON.stringify(answer)).toBe(true) }
    const outer = await make({ name: 'outer' })
    ok(await app.data(`mutation($s: ID) {
      a: updateTwin(id: "p1", patch: { name: "west", motor: { power: 3 } }, scenario: $s) { __typename ... on Invalid { message } }
      b: createTwins(twins: [{ id: "p9", model: "dtmi:plant:Pump;1", properties: { name: "nine" }, components: { motor: { power: 9 } }, relationships: [{ name: "feeds", to: "p1", id: "9" }] }], scenario: $s) { __typename ... on Invalid { message } }
      c: updateRelationship(from: "p1", name: "feeds", id: "1", patch: { share: 0.25 }, scenario: $s) { __typename ... on Invalid { message } }
      d: deleteTwins(ids: ["p2"], scenario: $s) { __typename ... on Invalid { message } }
    }`, { s: outer }))
    const ask = async (scenario: string) => (await app.data(`query($s: ID) { diff(scenario: $s) { scenario from ${fields} } }`, { s: scenario }))['diff']
    expect(await ask(outer)).toEqual({
      scenario: outer, from: null,
      twins: {
        counts: { added: 1, removed: 1, changed: 1 },
        edges: [
          { node: { kind: 'CHANGED', id: 'p1', model: pump, properties: [{ name: 'name', component: null, before: 'south', after: 'west' }, { name: 'power', component: 'motor', before: 2, after: 3 }] } },
          { node: { kind: 'REMOVED', id: 'p2', model: pump, properties: [] } },
          { node: { kind: 'ADDED', id: 'p9', model: pump, properties: [{ name: 'name', component: null, before: null, after: 'nine' }, { name: 'power', component: 'motor', before: null, after: 9 }] } },
        ],
      },
      relationships: {
        counts: { added: 1, removed: 0, changed: 1 },
        edges: [
          { node: { kind: 'CHANGED', id: '1', name: 'feeds', from: 'p1', to: 'p3', properties: [{ name: 'share', before: 1, after: 0.25 }] } },
          { node: { kind: 'ADDED', id: '9', name: 'feeds', from: 'p9', to: 'p1', properties: [] } },
        ],
      },
    })
    const inner = await make({ name: 'inner', parent: outer })
    ok(await app.data('mutation($s: ID) { a: updateTwin(id: "p1", patch: { name: "east" }, scenario: $s) { __typename } b: unrelate(relationships: [{ from: "p9", name: "feeds", id: "9" }], scenario: $s) { __typename } }', { s: inner }))
    expect(await ask(inner)).toMatchObject({
      twins: { edges: [{ node: { kind: 'CHANGED', id: 'p1', properties: [{ name: 'name', before: 'west', after: 'east' }] } }] },
      relationships: { edges: [{ node: { kind: 'REMOVED', id: '9', from: 'p9', to: 'p1' } }] },
    })
    const past = await make({ name: 'of the past', base: stamps[0] })
    ok(await app.data('mutation($s: ID) { a: updateTwin(id: "p1", patch: { name: "past" }, scenario: $s) { __typename } b: unrelate(relationships: [{ from: "p1", name: "feeds", id: "1" }], scenario: $s) { __typename } }', { s: past }))
    expect(await ask(past)).toMatchObject({
      twins: { edges: [{ node: { kind: 'CHANGED', id: 'p1', properties: [{ name: 'name', before: 'north', after: 'past' }] } }] },
      relationships: { edges: [{ node: { kind: 'REMOVED', id: '1', from: 'p1', to: 'p2' } }] },
    })
  }, 120_000)
})
