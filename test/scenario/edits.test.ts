import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createConfig } from '../../src/config.ts'
import { plantModels } from '../domain/plant.ts'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'
import { openFeed } from '../support/feed.ts'

vi.setConfig({ testTimeout: 180_000 }) // the first of each kind of statement is planned

let app: TestApp
beforeAll(async () => {
  app = await openTestApp({ limits: { ...createConfig({}).limits, operationTimeoutMs: 120_000 } })
  await app.data('mutation($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: plantModels })
})
afterAll(() => app[Symbol.asyncDispose]())

const id = (name: string): string => `dtmi:plant:${name};1`

/** Every field has to succeed. */
async function mutate(fields: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Data> {
  const types = Object.keys(variables).map((name) => `$${name}: ${name === 'twins' ? '[TwinInput!]!' : 'JSON!'}`).join(', ')
  const data = await app.data(`mutation${types ? `(${types})` : ''} { ${fields} }`, variables)
  for (const [name, answer] of Object.entries(data)) expect(answer, name).toMatchObject({ __typename: expect.stringMatching(/Success$/) as string })
  return data
}

const create = (twins: readonly unknown[], scenario?: string): Promise<Data> => mutate(`createTwins(twins: $twins${scenario ? ` scenario: "${scenario}"` : ''}) { __typename }`, { twins })

async function promote(args: string): Promise<Data> {
  const conflict = 'code message twinId relationship { id name from to } properties baseVersionThen baseVersionNow'
  return (await app.data(`mutation { promoteScenario(${args}) { __typename ... on PromoteScenarioSuccess { cursor twins relationships skipped telemetryOverrides scenario { id state endedAt editCount } } ... on Problem { code message } ... on ScenarioConflicts { conflicts { ${conflict} } } } }`))['promoteScenario'] as Data
}

async function edits(scenario: string, args = ''): Promise<Data> {
  const node = 'kind twinId modelId telemetry relationship { id name from to } properties { name component before after }'
  return (await app.data(`{ scenario(id: "${scenario}") { editCount edits${args} { edges { cursor node { at ${node} } } pageInfo { hasNextPage endCursor } } } }`))['scenario'] as Data
}

const nodes = (page: Data): readonly Data[] => ((page['edits'] as Data)['edges'] as readonly Data[]).map(({ node }) => node as Data)

/** A base of pumps `<mark>1`…, each part of the zone `<mark>z`, and a scenario on it. */
async function plant(mark: string): Promise<void> {
  await create([
    { id: `${mark}z`, model: id('Zone'), properties: { name: 'zone' } },
    ...['1', '2', '3'].map((number) => ({ id: mark + number, model: id('Pump'), properties: { name: `pump ${number}`, labels: { a: 'x', b: 'y' } }, components: { motor: { power: 5 } }, relationships: [{ name: 'partOf', to: `${mark}z`, id: 'r', properties: { share: 0.5 } }] })),
  ])
  await mutate(`createScenario(name: "${mark}") { __typename }`)
}

/** An edit of every kind. */
async function editAll(mark: string): Promise<void> {
  await create([{ id: `${mark}4`, model: id('Pump'), properties: { name: 'new', serial: '9007199254740993' }, components: { motor: { power: 9 } }, relationships: [{ name: 'feeds', to: `${mark}1`, id: 'f' }] }], mark)
  const patch = { name: null, weight: 2.5, labels: { a: null, c: 'z' }, motor: { power: 7 } }
  await mutate(`updateTwin(id: "${mark}1", patch: $patch, scenario: "${mark}") { __typename }`, { patch })
  for (const field of [
    `updateRelationship(from: "${mark}1", name: "partOf", id: "r", patch: { share: 0.25 }, scenario: "${mark}")`,
    `deleteTwins(ids: ["${mark}2"], cascade: true, scenario: "${mark}")`,
    `unrelate(relationships: [{ from: "${mark}3", name: "partOf", id: "r" }], scenario: "${mark}")`,
    `relate(relationships: [{ from: "${mark}3", name: "partOf", id: "s", to: "${mark}z" }], scenario: "${mark}")`,
  ]) await mutate(`${field} { __typename }`)
}

const state = async (mark: string, scenario = ''): Promise<Data> => app.data(`{
  pumps(where: { _id: { startsWith: "${mark}" } }, sort: [{ _id: ASC }]${scenario}) { _id name weight serial labels motor { power } partOfConnection { edges { node { _id } properties { _id share } } } feedsConnection { edges { node { _id } properties { _id share } } } }
}`)

describe('The edits of a scenario', () => {
  test('tell all that it says, thing by thing, beside what there is in its base by now', async () => {
    await plant('e')
    await editAll('e')
    await mutate('updateTwin(id: "e1", patch: { name: "renamed" }) { __typename }')
    const page = await edits('e')
    expect(page['editCount']).toBe(8)
    expect(nodes(page).map(({ at: _, ...rest }) => rest)).toEqual([
      { kind: 'TWIN_UPDATED', twinId: 'e1', modelId: id('Pump'), telemetry: null, relationship: null, properties: [
        { name: 'labels', component: null, before: { a: 'x', b: 'y' }, after: { b: 'y', c: 'z' } }, { name: 'name', component: null, before: 'renamed', after: null },
        { name: 'weight', component: null, before: null, after: 2.5 }, { name: 'power', component: 'motor', before: 5, after: 7 },
      ] },
      { kind: 'RELATIONSHIP_UPDATED', twinId: 'e1', modelId: id('Pump'), telemetry: null, relationship: { id: 'r', name: 'partOf', from: 'e1', to: 'ez' }, properties: [{ name: 'share', component: null, before: 0.5, after: 0.25 }] },
      { kind: 'TWIN_DELETED', twinId: 'e2', modelId: id('Pump'), telemetry: null, relationship: null, properties: [] },
      { kind: 'RELATIONSHIP_DELETED', twinId: 'e2', modelId: null, telemetry: null, relationship: { id: 'r', name: 'partOf', from: 'e2', to: 'ez' }, properties: [] },
      { kind: 'RELATIONSHIP_DELETED', twinId: 'e3', modelId: null, telemetry: null, relationship: { id: 'r', name: 'partOf', from: 'e3', to: 'ez' }, properties: [] },
      { kind: 'RELATIONSHIP_CREATED', twinId: 'e3', modelId: id('Pump'), telemetry: null, relationship: { id: 's', name: 'partOf', from: 'e3', to: 'ez' }, properties: [] },
      { kind: 'TWIN_CREATED', twinId: 'e4', modelId: id('Pump'), telemetry: null, relationship: null, properties: [
        { name: 'name', component: null, before: null, after: 'new' }, { name: 'serial', component: null, before: null, after: '9007199254740993' }, { name: 'power', component: 'motor', before: null, after: 9 },
      ] },
      { kind: 'RELATIONSHIP_CREATED', twinId: 'e4', modelId: id('Pump'), telemetry: null, relationship: { id: 'f', name: 'feeds', from: 'e4', to: 'e1' }, properties: [] },
    ])
  })

  test('come in pages that together are all of them, once each, also while others are made', async () => {
    const whole = nodes(await edits('e'))
    const found: Data[] = []
    let after = ''
    for (;;) {
      const page = await edits('e', `(first: 3${after && `, after: "${after}"`})`)
      found.push(...nodes(page))
      const { hasNextPage, endCursor } = (page['edits'] as Data)['pageInfo'] as Data
      if (hasNextPage !== true) break
      after = endCursor as string
      await mutate('updateTwin(id: "e1", patch: { weight: 3 }, scenario: "e") { __typename }') // in front of the place
    }
    expect(found.slice(3)).toEqual(whole.slice(3))
    expect((await app.ask('{ scenario(id: "e") { edits(after: "bm9uZQ") { edges { cursor } } } }')).errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
    expect((await app.ask('{ scenario(id: "e") { edits(first: 1001) { edges { cursor } } } }')).errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
  })

  test('of several scenarios come with their parents', async () => {
    await mutate('a: createScenario(name: "fam") { __typename } b: createScenario(name: "fam child", parent: "fam") { __typename } c: createScenario(name: "fam twin", parent: "fam") { __typename }')
    expect(await app.data('{ scenarios(where: { id: { startsWith: "fam" } }, sort: [{ id: ASC }]) { id parent { name editCount } edits { edges { cursor } } } }')).toEqual({ scenarios: [
      { id: 'fam', parent: null, edits: { edges: [] } }, { id: 'fam-child', parent: { name: 'fam', editCount: 0 }, edits: { edges: [] } }, { id: 'fam-twin', parent: { name: 'fam', editCount: 0 }, edits: { edges: [] } },
    ] })
  })
})

describe('A promotion', () => {
  test('makes of the base what the scenario says, and says so with the changes behind it', async () => {
    await plant('p')
    await editAll('p')
    const expected = await state('p', ' scenario: "p"')
    const before = await state('p')
    const answer = await promote('id: "p", idempotencyKey: "promote p"')
    expect(answer).toMatchObject({ __typename: 'PromoteScenarioSuccess', twins: 3, relationships: 5, skipped: 0, telemetryOverrides: 0, scenario: { id: 'p', state: 'PROMOTED' } })
    expect(await state('p')).toEqual(expected)
    expect(expected).not.toEqual(before)
    expect(await promote('id: "p", idempotencyKey: "promote p"'), 'a repeat is answered as the first').toEqual(answer)
    expect(await promote('id: "p"')).toMatchObject({ __typename: 'Conflict', code: 'SCENARIO_NOT_OPEN' })
    const late = await app.data('mutation { updateTwin(id: "p1", patch: { name: "late" }, scenario: "p") { __typename ... on Conflict { code } } }')
    expect(late).toEqual({ updateTwin: { __typename: 'Conflict', code: 'SCENARIO_NOT_OPEN' } })
    const { edges } = (await app.data('{ changes(kinds: [SCENARIO_PROMOTED, TWIN_CREATED, TWIN_UPDATED, TWIN_DELETED], first: 1000) { edges { node { kind twinId scenario modelId cause } } } }'))['changes'] as { edges: readonly { node: Data }[] }
    const told = edges.map(({ node }) => node).filter(({ cause }) => cause === 'promoteScenario')
    expect(told[0]).toEqual({ kind: 'SCENARIO_PROMOTED', twinId: null, scenario: 'p', modelId: null, cause: 'promoteScenario' })
    expect(told.slice(1).map(({ kind, twinId }) => `${String(kind)} ${String(twinId)}`).sort()).toEqual(['TWIN_CREATED p4', 'TWIN_DELETED p2', 'TWIN_UPDATED p1', 'TWIN_UPDATED p1'])
  })

  test('is refused with every conflict, and stores nothing', async () => {
    await plant('c')
    await editAll('c')
    await mutate(`
      updateTwin(id: "c1", patch: { name: "meanwhile" }) { __typename }
      updateRelationship(from: "c1", name: "partOf", id: "r", patch: { share: 0.75 }) { __typename }
      unrelate(relationships: [{ from: "c3", name: "partOf", id: "r" }]) { __typename }
      deleteTwins(ids: ["c2"], cascade: true) { __typename }`)
    await create([{ id: 'c4', model: id('Pump') }])
    const before = await state('c')
    const answer = await promote('id: "c"')
    expect(answer).toMatchObject({ __typename: 'ScenarioConflicts', code: 'SCENARIO_CONFLICTS', message: expect.stringMatching(/^6 of the edits .* Nothing is stored\. Promote it with onConflict: OVERWRITE, .* or discard it\.$/) as string })
    expect((answer['conflicts'] as readonly Data[]).map(({ message }) => message as unknown)).toEqual(expect.arrayContaining([
      'The twin "c1" was changed since the scenario edited it first: its version was 1, and is 2.', 'The relationship partOf "r" of "c1" was changed since the scenario edited it first: its version was 1, and is 2.',
    ]))
    const conflicts = (answer['conflicts'] as readonly Data[]).map(({ code, twinId, relationship, properties, baseVersionThen, baseVersionNow }) => ({ code, twinId, of: (relationship as Data | null)?.['id'] ?? null, properties, then: baseVersionThen, now: baseVersionNow }))
    expect(conflicts).toEqual([
      { code: 'NOT_FOUND', twinId: 'c2', of: 'r', properties: [], then: 1, now: null },
      { code: 'NOT_FOUND', twinId: 'c3', of: 'r', properties: [], then: 1, now: null },
      { code: 'ALREADY_EXISTS', twinId: 'c4', of: null, properties: ['name', 'serial', 'motor.power'], then: null, now: 1 },
      { code: 'VERSION_CONFLICT', twinId: 'c1', of: null, properties: ['labels', 'name', 'weight', 'motor.power'], then: 1, now: 2 },
      { code: 'VERSION_CONFLICT', twinId: 'c1', of: 'r', properties: ['share'], then: 1, now: 2 },
      { code: 'NOT_FOUND', twinId: 'c2', of: null, properties: [], then: 1, now: null },
    ])
    expect(await state('c')).toEqual(before)
    expect((await app.app.services.scenarios.find('c'))?.state).toBe('OPEN')
  })

  test('that overwrites stores what the scenario says, and leaves out what is about things that are gone', async () => {
    const expected = await state('c', ' scenario: "c"')
    expect(await promote('id: "c", onConflict: OVERWRITE')).toMatchObject({ __typename: 'PromoteScenarioSuccess', skipped: 3 })
    expect(await state('c')).toEqual(expected)
  })

  test('of a scenario that others branch off from is refused; of the branch it goes into that scenario', async () => {
    await plant('n')
    await mutate('createScenario(name: "n child", parent: "n") { __typename } updateTwin(id: "n1", patch: { name: "child" }, scenario: "n-child") { __typename }')
    expect(await promote('id: "n"')).toMatchObject({ __typename: 'Conflict', code: 'SCENARIO_HAS_BRANCHES', message: expect.stringContaining('n-child') as string })
    expect(await promote('id: "n-child"')).toMatchObject({ __typename: 'PromoteScenarioSuccess', twins: 1 })
    expect(await app.data('{ base: pump(id: "n1") { name } n: pump(id: "n1", scenario: "n") { name } }')).toEqual({ base: { name: 'pump 1' }, n: { name: 'child' } })
    expect((await app.ask('{ pump(id: "n1", scenario: "n-child") { name } }')).errors?.[0], 'who reads it is told where it is').toMatchObject({ message: 'The scenario "n-child" was promoted: what it changed is in its parent, the scenario "n". Read that one.', extensions: { code: 'SCENARIO_ENDED' } })
  })

  test('of a scenario that says nothing only ends it; of one that is not there is refused', async () => {
    await mutate('createScenario(name: "silent") { __typename }')
    expect(await promote('id: "silent"')).toMatchObject({ __typename: 'PromoteScenarioSuccess', twins: 0, relationships: 0, scenario: { state: 'PROMOTED' } })
    expect(await promote('id: "nowhere"')).toMatchObject({ __typename: 'NotFound' })
  })

  test('leaves overrides of telemetry behind, and says how many', async () => {
    const gauge = { '@context': 'dtmi:dtdl:context;3', '@id': id('Gauge'), '@type': 'Interface', contents: [{ '@type': 'Telemetry', name: 'pressure', schema: 'double' }, { '@type': 'Property', name: 'name', schema: 'string' }] }
    await app.data('mutation($documents: [JSON!]!) { publishModels(documents: $documents) { __typename } }', { documents: [gauge] })
    await create([{ id: 'g1', model: id('Gauge') }])
    await mutate('createScenario(name: "g") { __typename }')
    await mutate('overrideTelemetry(scenario: "g", overrides: [{ twin: "g1", name: "pressure", factor: 2 }]) { __typename } updateTwin(id: "g1", patch: { name: "x" }, scenario: "g") { __typename }')
    expect(nodes(await edits('g')).map(({ kind, twinId, telemetry }) => [kind, twinId, telemetry])).toEqual([['TWIN_UPDATED', 'g1', null], ['TELEMETRY_OVERRIDDEN', 'g1', 'pressure']])
    expect(await promote('id: "g"')).toMatchObject({ __typename: 'PromoteScenarioSuccess', twins: 1, telemetryOverrides: 1 })
  })

  test('of which two come at once is done once', async () => {
    await plant('t')
    await editAll('t')
    const answers = await Promise.all([promote('id: "t"'), promote('id: "t"')])
    expect(answers.map(({ __typename }) => __typename as string).sort()).toEqual(['Conflict', 'PromoteScenarioSuccess'])
  })

  test('can be done after a restart', async () => {
    await plant('r')
    await editAll('r')
    const expected = await state('r', ' scenario: "r"')
    await app.restart()
    expect(await promote('id: "r"')).toMatchObject({ __typename: 'PromoteScenarioSuccess' })
    expect(await state('r')).toEqual(expected)
  })
})

describe('The feed of changes', () => {
  test('tells what is written into a scenario only to who asks for it, with its beginning and end', async () => {
    await plant('f')
    const start = ((await app.data('{ changes(first: 1000) { pageInfo { endCursor } } }'))['changes'] as Data)['pageInfo'] as Data
    const after = start['endCursor'] as string
    using ofScenario = await openFeed(app.app, { after, args: 'scenario: "f"', selection: '{ __typename ... on Change { kind twinId scenario twin { _id ... on Pump { name } } } }' })
    using ofBase = await openFeed(app.app, { after, selection: '{ __typename ... on Change { kind twinId scenario } }' })
    await mutate('updateTwin(id: "f1", patch: { name: "there" }, scenario: "f") { __typename }')
    expect((await ofScenario.take(({ kind }) => kind === 'TWIN_UPDATED')).at(-1)?.['twin'], 'the twin as the scenario sees it').toEqual({ _id: 'f1', name: 'there' })
    await mutate('updateTwin(id: "f2", patch: { name: "here" }) { __typename }')
    await mutate('discardScenario(id: "f") { __typename }')
    const told = (events: readonly Data[]): readonly string[] => events.filter(({ __typename }) => __typename === 'Change').map(({ kind, twinId, scenario }) => `${String(kind)} ${String(twinId)} ${String(scenario)}`)
    expect(told(await ofScenario.take(({ kind }) => kind === 'SCENARIO_DISCARDED'))).toEqual(['TWIN_UPDATED f1 f', 'SCENARIO_DISCARDED null f'])
    expect(told(await ofBase.take(({ kind }) => kind === 'SCENARIO_DISCARDED'))).toEqual(['TWIN_UPDATED f2 null', 'SCENARIO_DISCARDED null f'])
    const page = async (args: string): Promise<readonly Data[]> => ((await app.data(`{ changes(after: "${after}" first: 100 ${args}) { edges { node { __typename kind twinId scenario } } } }`))['changes'] as { edges: readonly { node: Data }[] }).edges.map(({ node }) => node)
    expect(told(await page(''))).toEqual(['TWIN_UPDATED f2 null', 'SCENARIO_DISCARDED null f'])
    expect(told(await page('scenario: "f"'))).toEqual(['TWIN_UPDATED f1 f', 'SCENARIO_DISCARDED null f'])
    expect(told(await page('scenario: "f" kinds: [SCENARIO_DISCARDED]'))).toEqual(['SCENARIO_DISCARDED null f'])
    expect((await app.ask('{ changes(scenario: "nowhere") { edges { cursor } } }')).errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
  })
})
