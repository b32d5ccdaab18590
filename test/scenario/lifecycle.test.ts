import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Data, openTestApp, type TestApp } from '../support/app.ts'

let app: TestApp
beforeAll(async () => { app = await openTestApp() })
afterAll(() => app[Symbol.asyncDispose]())

const problem = '... on Problem { code message path } ... on Invalid { problems { code message path } }'

/** `args`: as written in the document, such as `name: "x"`. */
async function create(args: string): Promise<Data> {
  return (await app.data(`mutation { createScenario(${args}) { __typename ... on CreateScenarioSuccess { cursor scenario { id name description base parentId state createdAt createdBy endedAt } } ${problem} ... on LimitReached { limit actual } } }`))['createScenario'] as Data
}

async function discard(args: string): Promise<Data> {
  return (await app.data(`mutation { discardScenario(${args}) { __typename ... on DiscardScenarioSuccess { cursor scenario { id state endedAt } } ${problem} } }`))['discardScenario'] as Data
}

const idOf = (answer: Data): string => (answer['scenario'] as Data)['id'] as string

describe('A new scenario', () => {
  test('is there with what it was given, by its id and in the list', async () => {
    const created = await create('name: "Second pump", description: "What if there were two?"')
    expect(created).toMatchObject({
      __typename: 'CreateScenarioSuccess',
      scenario: { id: 'second-pump', name: 'Second pump', description: 'What if there were two?', base: null, parentId: null, state: 'OPEN', createdBy: 'local-administrator', endedAt: null },
    })
    expect(Date.parse((created['scenario'] as Data)['createdAt'] as string)).toBeGreaterThan(Date.now() - 60_000)
    expect(await app.data('{ scenario(id: "second-pump") { name } none: scenario(id: "nowhere") { name } scenarios(where: { state: { eq: OPEN }, name: { startsWith: "Second" } }) { id } }'))
      .toEqual({ scenario: { name: 'Second pump' }, none: null, scenarios: [{ id: 'second-pump' }] })
  })

  test('has an id made of its name, and of another with the same name the next that is free', async () => {
    expect(idOf(await create('name: "Zähler für Łódź & Straße"'))).toBe('zahler-fur-lodz-strasse')
    expect(idOf(await create('name: "zahler fur lodz strasse"'))).toBe('zahler-fur-lodz-strasse-2')
    expect(idOf(await create('name: "ZAHLER FUR LODZ STRASSE!"'))).toBe('zahler-fur-lodz-strasse-3')
    expect(idOf(await create('name: "Насос № 7"'))).toBe('насос-no-7')
    expect(idOf(await create('name: "หอน้ำ"'))).toBe('หอน้ำ'.normalize('NFKD').normalize('NFC'))
    expect(idOf(await create('name: "!?"'))).toBe('scenario')
  })

  test('has the id it is given; one that is taken is refused, also by a scenario that ended', async () => {
    expect(idOf(await create('name: "a", id: "Own Id/1"'))).toBe('Own Id/1')
    expect(await create('name: "b", id: "Own Id/1"')).toMatchObject({ __typename: 'Conflict', code: 'ALREADY_EXISTS', path: ['id'] })
    await discard('id: "Own Id/1"')
    expect(await create('name: "b", id: "Own Id/1"')).toMatchObject({ __typename: 'Conflict', code: 'ALREADY_EXISTS' })
  })

  test('branches off from an instant of the past, to the millisecond', async () => {
    const { scenario } = await create('name: "then", base: "2026-01-02T03:04:05.678901+01:00"')
    expect(scenario).toMatchObject({ base: '2026-01-02T02:04:05.678Z' })
    const found = await app.app.services.scenarios.find('then')
    expect(found).toMatchObject({ base: Date.parse('2026-01-02T02:04:05.678Z'), state: 'OPEN' })
    expect((await create('name: "tenths", base: "2026-01-02T03:04:05.6Z"'))['scenario'], 'which have three digits everywhere').toMatchObject({ base: '2026-01-02T03:04:05.600Z' })
  })

  test('branches off from another scenario, and from the instant that one does', async () => {
    await create('name: "mother", base: "2026-01-01T00:00:00Z"')
    expect((await create('name: "daughter", parent: "mother"'))['scenario']).toMatchObject({ id: 'daughter', parentId: 'mother', base: '2026-01-01T00:00:00.000Z' })
    const [mother, daughter] = [await app.app.services.scenarios.find('mother'), await app.app.services.scenarios.find('daughter')]
    expect(daughter?.chain).toEqual([daughter?.number, mother?.number])
  })

  test('is refused with all that is wrong', async () => {
    const later = new Date(Date.now() + 60_000).toISOString()
    expect(await create(`name: "x", base: "${later}"`)).toMatchObject({ __typename: 'Invalid', path: ['base'], message: expect.stringContaining('lies in the future') as string })
    expect(await create('name: "  ", id: "", base: "2026-01-01T00:00:00Z", parent: "mother"')).toMatchObject({ __typename: 'Invalid', problems: [{ path: ['name'] }, { path: ['id'], code: 'INVALID_ID' }, { path: ['base'] }] })
    expect(await create('name: "x", parent: "nobody"')).toMatchObject({ __typename: 'NotFound', path: ['parent'] })
    await create('name: "ended"')
    await discard('id: "ended"')
    expect(await create('name: "x", parent: "ended"')).toMatchObject({ __typename: 'Conflict', code: 'SCENARIO_NOT_OPEN', message: expect.stringContaining('was discarded') as string })
  })

  test('cannot begin before the history that is kept, and is told when that begins', async () => {
    await app.app.database.write({ text: 'MATCH (h:_Head {_t: $b.t}) SET h.past = $b.past RETURN 1 AS done', parameters: { b: { t: app.app.config.tenant, past: BigInt(Date.parse('2026-01-01T00:00:00Z')) } } })
    expect(await create('name: "x", base: "2025-12-31T23:59:59.999Z"')).toMatchObject({ __typename: 'Invalid', message: expect.stringContaining('from 2026-01-01T00:00:00.000Z on') as string })
    expect(await create('name: "at the edge", base: "2026-01-01T00:00:00Z"')).toMatchObject({ __typename: 'CreateScenarioSuccess' })
  })

  test('branches off sixteen deep at most', async () => {
    await create('name: "d1"')
    for (let depth = 2; depth <= 16; depth++) expect(await create(`name: "d${depth}", parent: "d${depth - 1}"`)).toMatchObject({ __typename: 'CreateScenarioSuccess' })
    expect(await create('name: "d17", parent: "d16"')).toMatchObject({ __typename: 'LimitReached', limit: 16, actual: 17 })
  })
})

describe('A repeat with the same key', () => {
  test('is answered as the first, and stores nothing', async () => {
    const first = await create('name: "keyed", idempotencyKey: "k1"')
    expect(await create('name: "keyed", idempotencyKey: "k1"')).toEqual(first)
    expect(await app.data('{ scenarios(where: { name: { eq: "keyed" } }) { id } }')).toEqual({ scenarios: [{ id: 'keyed' }] })
    expect(await create('name: "other", idempotencyKey: "k1"')).toMatchObject({ __typename: 'Conflict', code: 'IDEMPOTENCY_KEY_REUSED' })
    const end = await discard('id: "keyed", idempotencyKey: "k2"')
    expect(await discard('id: "keyed", idempotencyKey: "k2"')).toEqual(end)
  })

  test('that comes at the same time makes one scenario', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => create('name: "at once", idempotencyKey: "k3"')))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  })
})

describe('A discarded scenario', () => {
  test('has ended, and cannot be discarded again', async () => {
    await create('name: "brief"')
    const ended = await discard('id: "brief"')
    expect(ended).toMatchObject({ __typename: 'DiscardScenarioSuccess', scenario: { id: 'brief', state: 'DISCARDED' } })
    const { endedAt } = ended['scenario'] as { readonly endedAt: string }
    expect(endedAt, 'as every other date-time').toBe(new Date(endedAt).toISOString())
    expect(Date.parse(endedAt)).toBeGreaterThan(Date.now() - 60_000)
    expect(await discard('id: "brief"')).toMatchObject({ __typename: 'Conflict', code: 'SCENARIO_NOT_OPEN' })
    expect(await discard('id: "never was"')).toMatchObject({ __typename: 'NotFound' })
    expect((await app.app.services.scenarios.find('brief'))?.state).toBe('DISCARDED')
  })

  test('is refused while others branch off from it, which are named', async () => {
    await create('name: "trunk"')
    await create('name: "branch", parent: "trunk"')
    expect(await discard('id: "trunk"')).toMatchObject({ __typename: 'Conflict', code: 'SCENARIO_HAS_BRANCHES', message: expect.stringContaining('"branch"') as string })
    await discard('id: "branch"')
    expect(await discard('id: "trunk"')).toMatchObject({ __typename: 'DiscardScenarioSuccess' })
  })
})

test('Another process knows what one creates at once, and soon that it ended', async () => {
  await using other = await openTestApp({ tenant: app.app.config.tenant })
  await create('name: "shared"')
  expect((await other.app.services.scenarios.find('shared'))?.state).toBe('OPEN')
  await discard('id: "shared"')
  await expect.poll(async () => (await other.app.services.scenarios.find('shared'))?.state, { timeout: 5_000 }).toBe('DISCARDED')
})

test('Scenarios of another tenant are not there', async () => {
  await using other = await openTestApp()
  await create('name: "ours alone"')
  const answer = await other.data('{ scenario(id: "ours-alone") { id } scenarios { id } }')
  expect(answer).toEqual({ scenario: null, scenarios: [] })
})
