import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { createNeo4jHistoryTrimmer } from '../../src/adapters/neo4j/history-trimmer.ts'
import { createNeo4jJournalTrimmer } from '../../src/adapters/neo4j/journal-trimmer.ts'
import { createNeo4jPastSettings } from '../../src/adapters/neo4j/past-settings.ts'
import { decodeCursor } from '../../src/change/cursor.ts'
import { createPropertyHistory, type PropertyOf, type Setting } from '../../src/history/property-history.ts'
import { plantModels } from '../domain/plant.ts'
import { openTestApp } from '../support/app.ts'
import { testDatabase } from '../support/neo4j.ts'
import { by, createTestTwins, newTwin, patch, remove, type TestTwins, submit } from '../support/twins.ts'
import { aCommand, Memory, type Seen } from '../twin/memory.ts'
import { readRecorded } from '../twin/recorded.ts'

const database = testDatabase()
const historyOf = ({ tenant: { tenant } }: TestTwins) => createPropertyHistory(createNeo4jPastSettings(database, tenant))

async function trim({ tenant: { tenant } }: TestTwins, past: number, isWhole: boolean): Promise<void> {
  const journal = createNeo4jJournalTrimmer(database, tenant)
  await journal.raiseFloor((await journal.state()).head)
  while (await journal.clear(5) > 0);
  if (!isWhole) return
  const history = createNeo4jHistoryTrimmer(database, tenant)
  await history.raise(past)
  while (await history.clear(4) > 0);
}

/** A setting of a property, as a plain model of the commands tells it. */
interface Told { readonly key: string; readonly seq: number; readonly actor: string; readonly before: unknown; readonly after: unknown }

const shown = ({ seq, actor, before, after }: Setting | Told): unknown => ({ seq, actor, before: before ?? null, after: after ?? null })
const named = (command: { readonly patch: unknown }, property: string): boolean => Object.hasOwn(command.patch as object, property)
const json = (value: unknown): unknown => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value)

test('of every property of every twin, history tells each setting, by whom, from what and to what; of what is forgotten, the last', async () => {
  await fc.assert(fc.asyncProperty(fc.array(aCommand, { minLength: 15, maxLength: 40 }), fc.nat(100), fc.constantFrom('nothing', 'the journal', 'history'), fc.constantFrom(1, 2, 50), async (commands, place, forgets, first) => {
    const test = await createTestTwins(database, plantModels)
    const memory = new Memory()
    const told: Told[] = []
    for (const [index, command] of commands.entries()) {
      const seen = (key: string): Seen | undefined => memory.snapshot()[key]
      const id = 'id' in command ? command.id : undefined
      const before = id === undefined ? undefined : seen(`twin ${id}`)
      const actor = `person ${index % 3}`
      const outcome = await submit(test.twins, command, { ...by(), actor })
      expect(memory.apply(command)).toBe(outcome.ok)
      if (!outcome.ok || id === undefined || (command.kind !== 'createTwin' && command.kind !== 'updateTwin')) continue
      const after = seen(`twin ${id}`)
      const last = decodeCursor(outcome.value.cursor) ?? NaN
      const seq = command.kind === 'createTwin' ? last - command.relationships.length : named(command, 'motor') ? last - 1 : last
      const value = (of: Seen | undefined, part: 'values' | 'motor', name: string): unknown => json((of?.[part] as Seen | null | undefined)?.[name])
      for (const name of ['name', 'labels']) {
        if (command.kind === 'createTwin' ? value(after, 'values', name) !== undefined : named(command, name)) told.push({ key: `${id} ${name}`, seq, actor, before: value(before, 'values', name), after: value(after, 'values', name) })
      }
      const motor = command.kind === 'updateTwin' ? (command.patch as { readonly motor?: object }).motor : undefined
      if (command.kind === 'createTwin' ? value(after, 'motor', 'power') !== undefined : motor && 'power' in motor) {
        told.push({ key: `${id}#motor power`, seq: command.kind === 'createTwin' ? seq : seq + 1, actor, before: value(before, 'motor', 'power'), after: value(after, 'motor', 'power') })
      }
    }
    const { journal, states } = await readRecorded(database, test.tenant.tenant)
    const stamps = new Map(journal.map((each) => [Number(each['_seq']), Number(each['_to'])]))
    const past = [...stamps.values()][place % stamps.size] ?? 0
    if (forgets !== 'nothing') await trim(test, past, forgets === 'history')
    const living = states.filter((state) => (state['_labels'] as readonly string[]).some((label) => label === 'Twin' || label === '_Component'))
    const history = historyOf(test)
    for (const state of living) {
      for (const name of (state['_labels'] as readonly string[]).includes('_Component') ? ['power'] : ['name', 'labels']) {
        const property: PropertyOf = { id: String(state['_id']), isComponent: name === 'power', name, born: Number(state['_from']), at: undefined }
        const own = told.filter(({ key, seq }) => key === `${property.id} ${name}` && (stamps.get(seq) ?? 0) >= property.born).reverse()
        const kept = own.filter(({ seq }) => forgets !== 'history' || (stamps.get(seq) ?? 0) > past)
        const settings: Setting[] = []
        for (let to = Infinity, hasMore = true; hasMore;) {
          const [page] = await history.page([property], { first, from: -Infinity, to })
          if (!page) throw new Error('There is a page for each property.')
          settings.push(...page.settings)
          hasMore = page.hasMore
          to = settings.at(-1)?.at ?? -Infinity
          if (hasMore) expect(page.settings).toHaveLength(first)
        }
        expect(settings.map(shown), JSON.stringify(property)).toEqual(kept.map(shown))
        const [last] = await history.last([property])
        const expected = own[0]
        expect(last && { seq: last.seq, actor: last.actor, at: last.at }, JSON.stringify(property)).toEqual(expected && { seq: expected.seq, actor: expected.actor, at: stamps.get(expected.seq) })
      }
    }
  }), { numRuns: 25, endOnFailure: true })
}, 240_000)

describe('through the API', async () => {
  const app = await openTestApp()
  afterAll(() => app[Symbol.asyncDispose]())
  await app.data('mutation($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: plantModels })
  const { twins } = app.app.services
  expect(await twins.createTwins([newTwin('p1', 'dtmi:plant:Pump;1', { name: 'north', serial: '9007199254740993', status: 'ok' }, { components: { motor: { power: 1 } } })], by())).toMatchObject({ ok: true })
  for (const power of [2, 3, 4]) await twins.updateTwin(patch('p1', { motor: { power }, name: `north ${power}` }), { ...by(), actor: `worker ${power}` })
  await twins.updateTwin(patch('p1', { labels: { name: 'x' } }), by())
  await twins.updateTwin(patch('p1', { name: null }), by())

  test('a twin\'s property tells who set it last and each setting before, page after page', async () => {
    const fields = '_meta(property: "name") { property setBy setAt cause cursor version } _history(property: "name", first: 2) { edges { cursor node { before after actor version model at } } pageInfo { endCursor hasNextPage } forgottenUntil }'
    const { twin } = await app.data(`{ twin(id: "p1") { ${fields} } }`)
    expect(twin).toMatchObject({
      _meta: { property: 'name', setBy: 'tester', version: 6, cursor: expect.any(String) as unknown, setAt: expect.stringMatching(/Z$/) as unknown },
      _history: { edges: [{ node: { before: 'north 4', after: null, version: 6, model: 'dtmi:plant:Pump;1' } }, { node: { before: 'north 3', after: 'north 4', actor: 'worker 4', version: 4 } }], pageInfo: { hasNextPage: true }, forgottenUntil: null },
    })
    const { twin: next } = await app.data('query($after: String) { twin(id: "p1") { _history(property: "name", after: $after) { edges { node { before after actor version } } pageInfo { hasNextPage } } } }', { after: twin._history.pageInfo.endCursor })
    expect(next._history).toEqual({
      edges: [{ node: { before: 'north 2', after: 'north 3', actor: 'worker 3', version: 3 } }, { node: { before: 'north', after: 'north 2', actor: 'worker 2', version: 2 } }, { node: { before: null, after: 'north', actor: 'tester', version: 1 } }],
      pageInfo: { hasNextPage: false },
    })
    const between = twin._history.edges[1].node.at
    const part = await app.data('query($at: DateTime) { twin(id: "p1") { since: _history(property: "name", from: $at) { edges { node { version } } } before: _history(property: "name", to: $at) { edges { node { version } } } } }', { at: between })
    expect(part['twin'].since.edges.map((edge: { node: { version: number } }) => edge.node.version)).toEqual([6, 4])
    expect(part['twin'].before.edges.map((edge: { node: { version: number } }) => edge.node.version)).toEqual([3, 2, 1])
  })

  test('a component\'s property is asked for on the component', async () => {
    const { pumps } = await app.data('{ pumps { motor { _id _meta(property: "power") { setBy version } _history(property: "power") { edges { node { before after } } } } } }')
    expect(pumps[0].motor).toEqual({ _id: 'p1#motor', _meta: { setBy: 'worker 4', version: 4 }, _history: { edges: [[3, 4], [2, 3], [1, 2], [null, 1]].map(([before, after]) => ({ node: { before, after } })) } })
  })

  test('values stand in the form in which clients give them, and a property that nobody set has no history', async () => {
    const { pumps } = await app.data('{ pumps { serial: _history(property: "serial") { edges { node { after } } } status: _history(property: "status") { edges { node { after } } } labels: _history(property: "labels") { edges { node { before after } } } weight: _history(property: "weight") { edges { cursor } } _meta(property: "weight") { setBy } } }')
    expect(pumps[0]).toEqual({
      serial: { edges: [{ node: { after: '9007199254740993' } }] }, status: { edges: [{ node: { after: 'ok' } }] }, labels: { edges: [{ node: { before: null, after: { name: 'x' } } }] },
      weight: { edges: [] }, _meta: null,
    })
  })

  test('a name that the model does not have is refused with the nearest', async () => {
    const { errors } = await app.ask('{ twin(id: "p1") { _meta(property: "nane") { setBy } } }')
    expect(errors?.[0]).toMatchObject({ message: expect.stringContaining('Did you mean name?') as unknown, extensions: { code: 'BAD_USER_INPUT' } })
    for (const wrong of ['_history(property: "name", after: "x") { edges { cursor } }', '_history(property: "name", first: 1001) { edges { cursor } }', '_history(property: "name", from: "yesterday") { edges { cursor } }']) {
      expect((await app.ask(`{ twin(id: "p1") { ${wrong} } }`)).errors?.[0]?.extensions['code'], wrong).toMatch(/BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED/)
    }
  })

  test('as of an instant, nothing is known that came later', async () => {
    const { twin } = await app.data('{ twin(id: "p1") { _history(property: "name") { edges { node { at version } } } } }')
    const { at } = twin._history.edges[2].node
    const then = await app.data('query($at: DateTime) { twin(id: "p1", asOf: $at) { _version _meta(property: "name") { setBy version } _history(property: "name") { edges { node { version after } } } } }', { at })
    expect(then['twin']).toEqual({ _version: 3, _meta: { setBy: 'worker 3', version: 3 }, _history: { edges: [{ node: { version: 3, after: 'north 3' } }, { node: { version: 2, after: 'north 2' } }, { node: { version: 1, after: 'north' } }] } })
  })

  test('of a twin that was deleted and created again, only the present life counts', async () => {
    await twins.createTwins([newTwin('z', 'dtmi:plant:Zone;1', { name: 'first' })], by())
    await twins.updateTwin(patch('z', { name: 'old' }), by())
    await twins.deleteTwins([remove('z')], by())
    await twins.createTwins([newTwin('z', 'dtmi:plant:Zone;1', { name: 'second' })], by())
    expect((await app.data('{ twin(id: "z") { _history(property: "name") { edges { node { before after } } } } }'))['twin']).toEqual({ _history: { edges: [{ node: { before: null, after: 'second' } }] } })
  })

  test('in a scenario, its own settings stand before those of what it branches off from', async () => {
    const make = async (variables: Record<string, unknown>): Promise<string> => (await app.data('mutation($name: String!, $parent: ID) { createScenario(name: $name, parent: $parent) { ... on CreateScenarioSuccess { scenario { id } } } }', variables))['createScenario'].scenario.id as string
    await twins.createTwins([newTwin('q1', 'dtmi:plant:Pump;1', { name: 'base', labels: { a: 'x' } }, { components: { motor: { power: 1 } } })], by())
    const outer = await make({ name: 'outer' })
    await app.data(`mutation($s: ID) {
      a: updateTwin(id: "q1", patch: { name: "outer", labels: { b: "y" }, motor: { power: 2 } }, scenario: $s) { __typename }
      b: createTwins(twins: [{ id: "q9", model: "dtmi:plant:Pump;1", properties: { name: "own" }, components: { motor: { power: 9 } } }], scenario: $s) { __typename }
    }`, { s: outer })
    const inner = await make({ name: 'inner', parent: outer })
    await app.data('mutation($s: ID) { a: updateTwin(id: "q1", patch: { name: "inner", labels: { a: null } }, scenario: $s) { __typename } }', { s: inner })
    await app.data('mutation($s: ID) { a: updateTwin(id: "q1", patch: { name: "inner again" }, scenario: $s) { __typename } }', { s: inner })
    await twins.updateTwin(patch('q1', { name: 'base, later' }), by())

    const history = '_history(property: "name") { edges { node { scenario before after version } } }'
    const ask = async (scenario: string | null, fields: string, id = 'q1') => (await app.data(`query($s: ID, $id: ID!) { twin(id: $id, scenario: $s) { ${fields} } }`, { s: scenario, id }))['twin']
    const nodes = (twin: { readonly _history: { readonly edges: readonly { readonly node: Readonly<Record<string, unknown>> }[] } }) => twin._history.edges.map(({ node: { scenario, before, after, version } }) => [scenario, before, after, version])
    const ofBase = [[null, 'base', 'base, later', 2], [null, null, 'base', 1]]
    expect(nodes(await ask(null, history))).toEqual(ofBase)
    expect(nodes(await ask(outer, history))).toEqual([[outer, 'base, later', 'outer', null], ...ofBase])
    expect(nodes(await ask(inner, history))).toEqual([[inner, 'inner', 'inner again', null], [inner, 'outer', 'inner', null], [outer, 'base, later', 'outer', null], ...ofBase])
    expect(await ask(inner, 'name: _meta(property: "name") { scenario setBy version } labels: _meta(property: "labels") { scenario } weight: _meta(property: "weight") { scenario } ... on Pump { motor { _meta(property: "power") { scenario } _history(property: "power") { edges { node { scenario before after model } } } } }'))
      .toEqual({ name: { scenario: inner, setBy: 'local-administrator', version: null }, labels: { scenario: inner }, weight: null, motor: { _meta: { scenario: outer }, _history: { edges: [{ node: { scenario: outer, before: 1, after: 2, model: 'dtmi:plant:Motor;1' } }, { node: { scenario: null, before: null, after: 1, model: 'dtmi:plant:Motor;1' } }] } } })
    expect((await ask(inner, '_history(property: "labels") { edges { node { after } } }'))._history.edges.map((edge: { readonly node: { readonly after: unknown } }) => edge.node.after)).toEqual([{ b: 'y' }, { a: 'x', b: 'y' }, { a: 'x' }])
    expect(await ask(inner, '_meta(property: "name") { scenario } _history(property: "name") { edges { node { before after } } } ... on Pump { motor { _meta(property: "power") { scenario } } }', 'q9'))
      .toEqual({ _meta: { scenario: outer }, _history: { edges: [{ node: { before: null, after: 'own' } }] }, motor: { _meta: { scenario: outer } } })

    const paged: unknown[] = []
    for (let after: string | null = null; ;) {
      const { _history: { edges, pageInfo } }: { readonly _history: { readonly edges: readonly { readonly node: { readonly after: unknown } }[]; readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean } } } =
        (await app.data('query($s: ID, $after: String) { twin(id: "q1", scenario: $s) { _history(property: "name", first: 1, after: $after) { edges { node { after } } pageInfo { endCursor hasNextPage } } } }', { s: inner, after }))['twin']
      paged.push(...edges.map(({ node }) => node.after))
      if (!pageInfo.hasNextPage) break
      after = pageInfo.endCursor
    }
    expect(paged).toEqual(['inner again', 'inner', 'outer', 'base, later', 'base'])
  }, 120_000)
})
