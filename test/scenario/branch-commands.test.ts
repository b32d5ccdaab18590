import { describe, expect, test } from 'vitest'
import type { Scenario } from '../../src/scenario/scenario.ts'
import type { Outcome } from '../../src/twin/twin-service.ts'
import { plantModels } from '../domain/plant.ts'
import { openBranches, submit, type TestBranches } from '../support/branches.ts'
import { testDatabase } from '../support/neo4j.ts'
import { by, createTestTwinsOf, fixedModels, link, newTwin, patch, remove, unlink } from '../support/twins.ts'
import { registryOf } from '../support/models.ts'
import { pump, zone } from '../twin/memory.ts'
import { readStored, worldAt } from './stored-world.ts'

const database = testDatabase()

async function plant(): Promise<TestBranches> {
  const world = await openBranches(database, plantModels)
  const made = await world.twins.createTwins([
    newTwin('z', zone, { name: 'hall' }),
    newTwin('p', pump, { name: 'one', labels: { a: 'x' } }, { components: { motor: { power: 1 } }, relationships: [{ name: 'partOf', to: 'z', id: '1', properties: { share: 1 } }] }),
    newTwin('q', pump, { name: 'two' }),
  ], by())
  expect(made.ok).toBe(true)
  return world
}

const seen = async ({ tenant }: TestBranches, { chain, base }: Pick<Scenario, 'chain' | 'base'> = { chain: [], base: undefined }) => worldAt(await readStored(database, tenant.tenant), { chain, at: base })

const problemOf = (outcome: Outcome): object => (outcome.ok ? {} : outcome.problem)

const done = (outcome: Outcome): void => { expect(outcome).toMatchObject({ ok: true }) }

describe('what is written into a scenario', () => {
  test('leaves the base, its past and its versions as they are, but for marks', async () => {
    const world = await plant()
    done(await world.twins.updateTwin(patch('p', { name: 'uno' }), by()))
    const scenario = await world.branch()
    const ofBase = async (): Promise<unknown> => {
      const { nodes, edges } = await readStored(database, world.tenant.tenant)
      const plain = (row: object): object => Object.fromEntries(Object.entries(row).filter(([name]) => name !== '_in' && name !== '_not'))
      const ofIt = nodes.filter((node) => ['Twin', '_Component', '_Gone', '_Past'].some((label) => node._labels.includes(label)))
      return [ofIt.map(plain), edges.filter((edge) => edge['_s'] === undefined).map(plain)]
    }
    const before = await ofBase()
    done(await world.twins.updateTwin(patch('p', { name: null, labels: { b: 'y' }, motor: { power: 2 } }), by(null, { scenario })))
    done(await world.twins.updateRelationship({ kind: 'updateRelationship', from: 'p', name: 'partOf', id: '1', patch: { share: 2 }, ifVersion: 1 }, by(null, { scenario })))
    done(await world.twins.relate([link('q', 'feeds', 'p', '7')], by(null, { scenario })))
    done(await world.twins.deleteTwins([remove('z', true)], by(null, { scenario })))
    expect(await ofBase()).toEqual(before)
    expect(await seen(world, scenario)).toEqual({
      'twin p': { kind: 'Pump', version: 3, values: { labels: { a: 'x', b: 'y' } }, motor: { power: 2 } },
      'twin q': { kind: 'Pump', version: 1, values: { name: 'two' }, motor: {} },
      'link q feeds 7': { to: 'p', version: 1, values: {} },
    })
  })

  test('follows the base where the scenario says nothing, and holds to versions that count both', async () => {
    const world = await plant()
    const scenario = await world.branch()
    done(await world.twins.updateTwin(patch('p', { name: 'what if' }, 1), by(null, { scenario })))
    done(await world.twins.updateTwin(patch('p', { name: 'uno', weight: 5 }), by()))
    expect((await seen(world, scenario))['twin p']).toMatchObject({ version: 3, values: { name: 'what if', weight: 5 } })
    expect(problemOf(await world.twins.updateTwin(patch('p', { weight: 6 }, 2), by(null, { scenario })))).toMatchObject({ kind: 'Conflict', code: 'VERSION_CONFLICT', expected: 2, actual: 3 })
    done(await world.twins.updateTwin(patch('p', { weight: 6 }, 3), by(null, { scenario })))
    expect((await seen(world))['twin p']).toMatchObject({ version: 2, values: { name: 'uno', weight: 5 } })
  })

  test('has entries of its own in the journal, with the number of the scenario', async () => {
    const world = await plant()
    const scenario = await world.branch()
    done(await world.twins.createTwins([newTwin('n', pump, { name: 'new' }, { relationships: [{ name: 'feeds', to: 'p', id: '1', properties: {} }] })], by(null, { scenario })))
    done(await world.twins.updateTwin(patch('p', { motor: { power: 3 } }), by(null, { scenario })))
    done(await world.twins.updateTwin(patch('q', { name: 'dos' }), by()))
    const { entries } = await database.read({ text: 'MATCH (j:_J {_t: $b.t}) WITH j ORDER BY j._seq RETURN collect([j._op, j._id, j._s, j._patch]) AS entries', parameters: { b: { t: world.tenant.tenant } } })
    expect((entries as readonly unknown[]).slice(5)).toEqual([
      ['create', 'n', scenario.number, '{"name":"new"}'], ['link', 'n', scenario.number, null],
      ['update', 'p', scenario.number, '{"motor":{"power":3}}'], ['update', 'p#motor', scenario.number, '{"power":3}'],
      ['update', 'q', null, '{"name":"dos"}'],
    ])
  })

  test('is done once for an idempotency key, whatever became of the scenario since', async () => {
    const world = await plant()
    const scenario = await world.branch()
    const request = by('same', { scenario, idempotencyKey: 'k' })
    const first = await world.twins.updateTwin(patch('p', { name: 'x' }), request)
    done(first)
    expect(await world.twins.updateTwin(patch('p', { name: 'x' }), request)).toEqual(first)
    expect((await seen(world, scenario))['twin p']).toMatchObject({ version: 2 })
    await world.life.discard(scenario.id, { actor: 'tester' })
    expect(await world.twins.updateTwin(patch('p', { name: 'x' }), request)).toEqual(first)
    expect(problemOf(await world.twins.updateTwin(patch('p', { name: 'y' }), by(null, { scenario })))).toMatchObject({ kind: 'Conflict', code: 'SCENARIO_NOT_OPEN', message: expect.stringContaining('was discarded') as unknown, path: ['scenario'] })
  })

  test('by several processes at once, beside the base, loses nothing and has no gap', async () => {
    const world = await plant()
    const other = createTestTwinsOf(database, world.tenant, fixedModels(registryOf(plantModels)))
    const scenarios = [undefined, await world.branch(), await world.branch()]
    const jobs = Array.from({ length: 20 }, (_, index) => [world, other].flatMap(({ twins }, process) => scenarios.flatMap((scenario) => [
      submit(twins, patch('p', { weight: index }), scenario), submit(twins, link('p', 'feeds', 'q', `${String(scenario?.id)}-${process}-${index}`), scenario),
    ]))).flat()
    for (const outcome of await Promise.all(jobs)) done(outcome)
    const stored = await readStored(database, world.tenant.tenant)
    const linksOf = (chain: readonly number[]): number => Object.keys(worldAt(stored, { chain, at: undefined })).filter((key) => key.startsWith('link p feeds')).length
    expect(worldAt(stored, { chain: [], at: undefined })['twin p']).toMatchObject({ version: 41 })
    expect(linksOf([])).toBe(40)
    for (const scenario of scenarios) if (scenario) {
      expect(worldAt(stored, { chain: scenario.chain, at: undefined })['twin p']).toMatchObject({ version: 81 })
      expect(linksOf(scenario.chain), 'its own and those of the base').toBe(80)
    }
    const seqs = stored.nodes.filter(({ _labels }) => _labels.includes('_J')).map((entry) => Number(entry['_seq'])).sort((a, b) => a - b)
    expect(seqs).toEqual(seqs.map((_, index) => index + 1))
  })
})

describe('an id in a scenario', () => {
  test('that was deleted there cannot be used anew, but one that the scenario made itself can', async () => {
    const world = await plant()
    const scenario = await world.branch()
    done(await world.twins.deleteTwins([remove('q')], by(null, { scenario })))
    expect(problemOf(await world.twins.createTwins([newTwin('q', pump)], by(null, { scenario })))).toMatchObject({ problems: [{ code: 'ALREADY_EXISTS', message: expect.stringContaining('This scenario deleted the twin "q"') as unknown }] })
    for (const command of [newTwin('n', pump), remove('n'), newTwin('n', zone)]) done(await submit(world.twins, command, scenario))
    expect((await seen(world, scenario))['twin n']).toMatchObject({ kind: 'Zone' })
    expect((await seen(world))['twin n']).toBeUndefined()
  })

  test('begins anew with a twin that the scenario makes: what it said of another of the id is forgotten', async () => {
    const world = await plant()
    const scenario = await world.branch()
    done(await submit(world.twins, patch('q', { name: 'of the first' }), scenario))
    done(await submit(world.twins, remove('q')))
    for (const command of [newTwin('q', pump, { weight: 1 }), patch('q', { weight: 2 })]) done(await submit(world.twins, command, scenario))
    expect((await seen(world, scenario))['twin q']).toMatchObject({ version: 2, values: { weight: 2 } })
    done(await submit(world.twins, remove('q'), scenario))
    done(await submit(world.twins, newTwin('q', pump, { name: 'third' })))
    expect((await seen(world, scenario))['twin q']).toMatchObject({ version: 1, values: { name: 'third' } })
  })

  test('is the scenario\'s own even if the base comes to have it, too', async () => {
    const world = await plant()
    const scenario = await world.branch()
    done(await submit(world.twins, newTwin('n', zone, { name: 'mine' }), scenario))
    done(await submit(world.twins, newTwin('n', pump, { name: 'theirs' }, { relationships: [{ name: 'feeds', to: 'p', id: '1', properties: {} }] })))
    expect((await seen(world, scenario))['twin n']).toMatchObject({ kind: 'Zone', values: { name: 'mine' } })
    expect(Object.keys(await seen(world, scenario))).not.toContain('link n feeds 1')
    expect((await seen(world))['twin n']).toMatchObject({ kind: 'Pump', values: { name: 'theirs' } })
  })
})

describe('a nested scenario', () => {
  const feeds = link('p', 'feeds', 'q', '1')
  const change = { kind: 'updateRelationship' as const, from: 'p', name: 'feeds', id: '1', patch: { share: 3 }, ifVersion: undefined }

  test('that ended a relationship does not see what its parent then makes of it', async () => {
    const world = await plant()
    done(await submit(world.twins, feeds))
    const parent = await world.branch()
    const child = await world.branch({ parent: parent.id })
    done(await submit(world.twins, unlink('p', 'feeds', '1'), child))
    done(await submit(world.twins, change, parent))
    expect((await seen(world, parent))['link p feeds 1']).toMatchObject({ version: 2, values: { share: 3 } })
    expect((await seen(world, child))['link p feeds 1']).toBeUndefined()
  })

  test('loses what it tied to a twin that its parent deletes', async () => {
    const world = await plant()
    const parent = await world.branch()
    const child = await world.branch({ parent: parent.id })
    done(await submit(world.twins, feeds, child))
    done(await submit(world.twins, remove('q'), parent))
    expect(await seen(world, child)).toEqual(await seen(world, parent))
    expect((await seen(world))['twin q']).toBeDefined()
  })

  test('sees what its parent says, unless it says something itself', async () => {
    const world = await plant()
    const parent = await world.branch()
    const child = await world.branch({ parent: parent.id })
    for (const [values, scenario] of [[{ name: 'parent', weight: 1 }, parent], [{ name: 'child' }, child], [{ name: 'parent again', serial: '7' }, parent]] as const) done(await submit(world.twins, patch('q', values), scenario))
    expect((await seen(world, child))['twin q']).toMatchObject({ version: 4, values: { name: 'child', weight: 1, serial: 7 } })
    expect((await seen(world, parent))['twin q']).toMatchObject({ version: 3, values: { name: 'parent again' } })
  })
})

describe('a relationship of a scenario to a twin of the base that the base deletes', () => {
  test('goes with it where the scenario follows the base, and its id is free again', async () => {
    const world = await plant()
    const scenario = await world.branch()
    done(await submit(world.twins, link('p', 'feeds', 'q', '1'), scenario))
    done(await submit(world.twins, remove('q')))
    expect(Object.keys(await seen(world, scenario))).toEqual(['link p partOf 1', 'twin p', 'twin z'])
    done(await submit(world.twins, newTwin('q', pump, { name: 'anew' })))
    expect(Object.keys(await seen(world, scenario))).toEqual(['link p partOf 1', 'twin p', 'twin q', 'twin z'])
    done(await submit(world.twins, link('p', 'feeds', 'q', '1', { share: 5 }), scenario))
    expect((await seen(world, scenario))['link p feeds 1']).toMatchObject({ to: 'q', version: 1, values: { share: 5 } })
  })

  test('stays where the scenario began at an instant, as the twin does', async () => {
    const world = await plant()
    const scenario = await world.branch({ isFixed: true })
    done(await submit(world.twins, link('p', 'feeds', 'q', '1'), scenario))
    done(await submit(world.twins, remove('q')))
    expect((await seen(world, scenario))['link p feeds 1']).toMatchObject({ to: 'q' })
    done(await submit(world.twins, patch('q', { weight: 2 }), scenario))
    expect((await seen(world, scenario))['twin q']).toMatchObject({ version: 2, values: { name: 'two', weight: 2 } })
  })
})

test('a model\'s limit counts what the scenario sees', async () => {
  const limited = (plantModels.map((document) => (document['@id'] === 'dtmi:plant:Asset;1'
    ? { ...document, contents: (document['contents'] as readonly { readonly name: string }[]).map((content) => (content.name === 'partOf' ? { ...content, maxMultiplicity: 1 } : content)) } : document)))
  const world = await openBranches(database, limited)
  done(await world.twins.createTwins([newTwin('z', zone), newTwin('y', zone), newTwin('p', pump, {}, { relationships: [{ name: 'partOf', to: 'z', id: '1', properties: {} }] })], by()))
  const scenario = await world.branch()
  expect(problemOf(await submit(world.twins, link('p', 'partOf', 'y', '2'), scenario))).toMatchObject({ problems: [{ code: 'TOO_MANY_RELATIONSHIPS' }] })
  done(await submit(world.twins, unlink('p', 'partOf', '1'), scenario))
  done(await submit(world.twins, link('p', 'partOf', 'y', '2'), scenario))
  expect(problemOf(await submit(world.twins, link('p', 'partOf', 'z', '1'), scenario))).toMatchObject({ problems: [{ code: 'TOO_MANY_RELATIONSHIPS' }] })
  const moved = await world.commits.submit({ commands: [unlink('p', 'partOf', '2'), link('p', 'partOf', 'z', '3')], onProblem: 'REFUSE_ALL', batch: true, path: 'items', actor: 'a', cause: 't', scenario, idempotency: undefined })
  done(moved)
})

describe('a changeset that promotes a scenario', () => {
  const promotion = (scenario: Scenario, edited: number) => ({
    commands: [patch('p', { name: 'carried over' })], onProblem: 'REFUSE_ALL' as const, batch: true, path: 'edits', actor: 'ada', cause: 'promoteScenario', idempotency: undefined, ends: { scenario, edited, note: '' },
  })

  test('ends it in the same transaction, and says so first', async () => {
    const world = await plant()
    const scenario = await world.branch()
    const edit = await submit(world.twins, patch('p', { name: 'carried over' }), scenario)
    done(edit)
    expect(problemOf(await world.commits.submit(promotion(scenario, 0)))).toMatchObject({ kind: 'Conflict', code: 'SCENARIO_CHANGED' })
    const child = await world.branch({ parent: scenario.id })
    expect(problemOf(await world.commits.submit(promotion(scenario, 6)))).toMatchObject({ kind: 'Conflict', code: 'SCENARIO_HAS_BRANCHES', message: expect.stringContaining(child.id) as unknown })
    await world.life.discard(child.id, { actor: 'tester' })
    done(await world.commits.submit(promotion(scenario, 6)))
    const { entries, state } = await database.read({
      text: 'MATCH (s:_Scenario {_t: $b.t, number: $b.s}) RETURN s.state AS state, COLLECT { MATCH (j:_J {_t: $b.t}) WHERE j._seq > 8 RETURN [j._op, j._id, j._s] ORDER BY j._seq } AS entries',
      parameters: { b: { t: world.tenant.tenant, s: BigInt(scenario.number) } },
    })
    expect([state, entries]).toEqual(['PROMOTED', [['scenario-promoted', scenario.id, null], ['update', 'p', null]]])
    expect(problemOf(await world.commits.submit(promotion(scenario, 6)))).toMatchObject({ kind: 'Conflict', code: 'SCENARIO_NOT_OPEN' })
    expect((await seen(world))['twin p']).toMatchObject({ version: 2, values: { name: 'carried over' } })
  })

  test('of which a part is refused leaves it open', async () => {
    const world = await plant()
    const scenario = await world.branch()
    expect((await world.commits.submit({ ...promotion(scenario, 0), commands: [patch('p', { name: 'x' }), patch('nobody', {})] })).ok).toBe(false)
    done(await submit(world.twins, patch('p', { name: 'still open' }), scenario))
  })
})
