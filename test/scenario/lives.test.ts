import { describe, expect, test } from 'vitest'
import type { Scenario } from '../../src/scenario/scenario.ts'
import type { OnScenarioConflict } from '../../src/scenario/plan-promotion.ts'
import type { Command } from '../../src/twin/command.ts'
import { plantModels } from '../domain/plant.ts'
import { openBranches, submit, type TestBranches } from '../support/branches.ts'
import { testDatabase } from '../support/neo4j.ts'
import { link, newTwin, patch, remove, unlink } from '../support/twins.ts'
import { pump, zone } from '../twin/memory.ts'
import { readStored, worldAt } from './stored-world.ts'

const database = testDatabase()

interface Plant extends TestBranches {
  /** Every command has to be done. */
  run(scenario: Scenario | undefined, ...commands: readonly Command[]): Promise<void>
  seen(scenario?: Scenario): Promise<ReturnType<typeof worldAt>>
  promote(scenario: Scenario, onConflict: OnScenarioConflict): Promise<unknown>
}

/** Two pumps, of which the first feeds the second. */
async function plant(): Promise<Plant> {
  const world = await openBranches(database, plantModels)
  const run: Plant['run'] = async (scenario, ...commands) => {
    for (const command of commands) expect(await submit(world.twins, command, scenario), JSON.stringify(command)).toMatchObject({ ok: true })
  }
  await run(undefined, newTwin('p', pump, { name: 'one' }), newTwin('q', pump, { name: 'two', weight: 2 }, { components: { motor: { power: 1 } } }), link('p', 'feeds', 'q', 'r', { share: 1 }))
  return {
    ...world, run,
    seen: async (scenario) => worldAt(await readStored(database, world.tenant.tenant), { chain: scenario?.chain ?? [], at: scenario?.base }),
    async promote(scenario, onConflict) {
      const outcome = await world.life.promote(scenario.id, onConflict, { actor: 'tester' })
      return outcome.ok ? { skipped: outcome.value.skipped } : outcome.problem.kind === 'ScenarioConflicts' ? outcome.problem.conflicts : outcome.problem
    },
  }
}

const change = (from: string, id: string, share: number): Command => ({ kind: 'updateRelationship', from, name: 'feeds', id, patch: { share }, ifVersion: undefined })

describe('what a scenario says of a twin that is deleted and made anew in the base', () => {
  test('is not said of the new one, whatever its model', async () => {
    const world = await plant()
    const scenario = await world.branch()
    await world.run(scenario, patch('q', { name: 'what if', motor: { power: 9 } }))
    await world.run(undefined, remove('q', true), newTwin('q', zone, { name: 'another' }))
    expect((await world.seen(scenario))['twin q']).toEqual({ kind: 'Zone', version: 1, values: { name: 'another' }, motor: null })
    await world.run(undefined, remove('q', true), newTwin('q', pump, { weight: 7 }))
    expect((await world.seen(scenario))['twin q']).toEqual({ kind: 'Pump', version: 1, values: { weight: 7 }, motor: {} })
  })

  test('is a conflict of its promotion, which OVERWRITE leaves out', async () => {
    const world = await plant()
    const scenario = await world.branch()
    await world.run(scenario, patch('q', { name: 'what if' }), remove('p', true))
    await world.run(undefined, remove('q', true), newTwin('q', pump, { name: 'another' }), remove('p'), newTwin('p', zone), patch('p', { name: 'new' }))
    const before = await world.seen()
    expect(await world.promote(scenario, 'REFUSE')).toEqual(expect.arrayContaining([
      expect.objectContaining({ code: 'VERSION_CONFLICT', twinId: 'q', relationship: null, properties: ['name'], baseVersionThen: 1, baseVersionNow: 1, message: expect.stringContaining('deleted and made anew') as unknown }),
      expect.objectContaining({ code: 'VERSION_CONFLICT', twinId: 'p', relationship: null, baseVersionThen: 1, baseVersionNow: 2, message: expect.stringContaining('deleted and made anew') as unknown }),
    ]))
    expect(await world.seen()).toEqual(before)
    expect(await world.seen(scenario)).toEqual(before)
    expect(await world.promote(scenario, 'OVERWRITE')).toEqual({ skipped: 3 })
    expect(await world.seen()).toEqual(before)
  })

  test('is forgotten when the scenario says something of the new one', async () => {
    const world = await plant()
    const scenario = await world.branch()
    await world.run(scenario, patch('q', { weight: 5, motor: { power: 9 } }))
    await world.run(undefined, remove('q', true), newTwin('q', pump, { weight: 1 }, { components: { motor: { power: 2 } } }))
    await world.run(scenario, patch('q', { name: 'of the new one' }))
    const expected = { kind: 'Pump', version: 2, values: { weight: 1, name: 'of the new one' }, motor: { power: 2 } }
    expect((await world.seen(scenario))['twin q']).toEqual(expected)
    expect(await world.promote(scenario, 'REFUSE')).toEqual({ skipped: 0 })
    expect((await world.seen())['twin q']).toEqual(expected)
  })

  test('holds on where the scenario began at an instant before', async () => {
    const world = await plant()
    const scenario = await world.branch({ isFixed: true })
    await world.run(undefined, remove('q', true), newTwin('q', zone), patch('q', { name: 'later' }))
    await world.run(scenario, patch('q', { name: 'what if', motor: { power: 9 } }), change('p', 'r', 3))
    expect(await world.seen(scenario)).toMatchObject({ 'twin q': { kind: 'Pump', version: 2, values: { name: 'what if', weight: 2 }, motor: { power: 9 } }, 'link p feeds r': { values: { share: 3 } } })
    expect(await world.promote(scenario, 'REFUSE')).toMatchObject([{ code: 'VERSION_CONFLICT', twinId: 'q', baseVersionThen: 1, baseVersionNow: 2 }, { code: 'NOT_FOUND', twinId: 'p', relationship: { id: 'r' } }])
    expect(await world.promote(scenario, 'OVERWRITE')).toEqual({ skipped: 2 })
  })

  test('is about the twin of the scenario that it branches off from as well', async () => {
    const world = await plant()
    const parent = await world.branch()
    const child = await world.branch({ parent: parent.id })
    await world.run(parent, newTwin('n', pump, { name: 'first' }))
    await world.run(child, patch('n', { name: 'what if' }))
    await world.run(parent, remove('n'), newTwin('n', zone, { name: 'second' }))
    expect((await world.seen(child))['twin n']).toMatchObject({ kind: 'Zone', version: 1, values: { name: 'second' } })
    expect(await world.promote(child, 'REFUSE')).toMatchObject([{ code: 'VERSION_CONFLICT', twinId: 'n', baseVersionThen: 1, baseVersionNow: 1 }])
    expect(await world.promote(child, 'OVERWRITE')).toEqual({ skipped: 1 })
  })
})

describe('what a scenario says of a relationship', () => {
  test('that ends and is made anew in the base is not said of the new one', async () => {
    const world = await plant()
    const scenario = await world.branch()
    await world.run(scenario, unlink('p', 'feeds', 'r'))
    await world.run(undefined, unlink('p', 'feeds', 'r'), link('p', 'feeds', 'q', 'r', { share: 2 }))
    expect((await world.seen(scenario))['link p feeds r']).toEqual({ to: 'q', version: 1, values: { share: 2 } })
    expect(await world.promote(scenario, 'REFUSE')).toMatchObject([{ code: 'VERSION_CONFLICT', twinId: 'p', relationship: { id: 'r' }, baseVersionThen: 1, baseVersionNow: 1, message: expect.stringContaining('made anew') as unknown }])
    expect(await world.promote(scenario, 'OVERWRITE')).toEqual({ skipped: 1 })
    expect((await world.seen())['link p feeds r']).toEqual({ to: 'q', version: 1, values: { share: 2 } })
  })

  test('outlives its changes in the base', async () => {
    const world = await plant()
    const scenario = await world.branch()
    await world.run(undefined, change('p', 'r', 5))
    await world.run(scenario, unlink('p', 'feeds', 'r'))
    await world.run(undefined, change('p', 'r', 6))
    expect((await world.seen(scenario))['link p feeds r']).toBeUndefined()
    expect(await world.promote(scenario, 'REFUSE')).toMatchObject([{ code: 'VERSION_CONFLICT', baseVersionThen: 2, baseVersionNow: 3 }])
    expect(await world.promote(scenario, 'OVERWRITE')).toEqual({ skipped: 0 })
    expect((await world.seen())['link p feeds r']).toBeUndefined()
  })

  test('goes with an end of it that the base deletes: then the one made anew is seen, and nothing of it is promoted', async () => {
    const world = await plant()
    const scenario = await world.branch()
    await world.run(scenario, change('p', 'r', 77))
    await world.run(undefined, remove('q', true), newTwin('q', pump), link('p', 'feeds', 'q', 'r', { share: 2 }))
    const now = await world.seen()
    expect(await world.seen(scenario)).toEqual(now)
    expect((await world.edits.counts([scenario.number])).get(scenario.number)).toBe(0)
    expect(await world.promote(scenario, 'REFUSE')).toMatchObject([{ twinId: 'p', relationship: { id: 'r', to: 'q' }, properties: ['share'], baseVersionThen: 1, baseVersionNow: 1 }])
    expect(await world.promote(scenario, 'OVERWRITE')).toEqual({ skipped: 1 })
    expect(await world.seen()).toEqual(now)
  })

  test('that it made holds where the base makes another of the id, and takes its place when it overwrites', async () => {
    const world = await plant()
    const scenario = await world.branch()
    await world.run(scenario, change('p', 'r', 77))
    await world.run(undefined, unlink('p', 'feeds', 'r'), link('p', 'feeds', 'q', 'r', { share: 2 }))
    const expected = { to: 'q', values: { share: 77 } }
    expect((await world.seen(scenario))['link p feeds r']).toMatchObject(expected)
    expect(await world.promote(scenario, 'REFUSE')).toMatchObject([{ code: 'VERSION_CONFLICT', baseVersionThen: 1, baseVersionNow: 1 }])
    expect(await world.promote(scenario, 'OVERWRITE')).toEqual({ skipped: 0 })
    expect((await world.seen())['link p feeds r']).toMatchObject(expected)
  })
})

test('a relationship that a scenario ended and made anew, to the same twin or to another, is promoted either way', async () => {
  for (const [to, onConflict] of [['q', 'OVERWRITE'], ['x', 'OVERWRITE'], ['x', 'REFUSE']] as const) {
    const world = await plant()
    await world.run(undefined, newTwin('x', pump))
    const scenario = await world.branch()
    await world.run(scenario, unlink('p', 'feeds', 'r'), link('p', 'feeds', to, 'r', { share: 3 }))
    expect(await world.promote(scenario, onConflict)).toEqual({ skipped: 0 })
    expect((await world.seen())['link p feeds r']).toMatchObject({ to, values: { share: 3 } })
  }
})

describe('a relationship that a scenario made, one end of which the base deletes', () => {
  const made = link('q', 'feeds', 'p', 'n')

  test('is no edit any more, a conflict until it is taken back, and its id is free', async () => {
    const world = await plant()
    const scenario = await world.branch()
    await world.run(scenario, made, patch('q', { name: 'what if' }))
    await world.run(undefined, remove('p', true), newTwin('p', pump, { name: 'a new one' }))
    expect(Object.keys(await world.seen(scenario))).toEqual(['twin p', 'twin q'])
    expect((await world.edits.counts([scenario.number])).get(scenario.number)).toBe(1)
    expect(await world.edits.keys(scenario.number, undefined, 10)).toMatchObject([{ twin: 'q', rank: 0 }])
    expect(await world.promote(scenario, 'REFUSE')).toMatchObject([{ twinId: 'q', relationship: { id: 'n', to: 'p' }, baseVersionThen: null, message: expect.stringContaining('deleted and made anew') as unknown }])
    await world.run(scenario, unlink('q', 'feeds', 'n'))
    expect(await submit(world.twins, unlink('q', 'feeds', 'n'), scenario), 'it is taken back once').toMatchObject({ ok: false })
    await world.run(scenario, made)
    expect((await world.seen(scenario))['link q feeds n']).toMatchObject({ to: 'p' })
    expect(await world.promote(scenario, 'REFUSE')).toEqual({ skipped: 0 })
    expect((await world.seen())['link q feeds n']).toMatchObject({ to: 'p' })
  })

  test('can be taken back while its source is gone', async () => {
    const world = await plant()
    const scenario = await world.branch()
    await world.run(scenario, made)
    await world.run(undefined, remove('q', true))
    expect(await world.promote(scenario, 'REFUSE')).toMatchObject([{ code: 'NOT_FOUND', twinId: 'q', relationship: { id: 'n' } }])
    await world.run(scenario, unlink('q', 'feeds', 'n'))
    expect(await world.promote(scenario, 'REFUSE')).toEqual({ skipped: 0 })
  })

  test('is left out by OVERWRITE, also when the scenario deletes the new twin of the id', async () => {
    const world = await plant()
    const scenario = await world.branch()
    await world.run(scenario, made)
    await world.run(undefined, remove('p', true), newTwin('p', pump))
    await world.run(scenario, remove('p'))
    expect(await world.promote(scenario, 'REFUSE')).toMatchObject([{ twinId: 'q', relationship: { id: 'n' } }])
    expect(await world.promote(scenario, 'OVERWRITE')).toEqual({ skipped: 1 })
    expect(Object.keys(await world.seen())).toEqual(['twin q'])
  })

  test('is one that the scenario below may delete, too', async () => {
    const world = await plant()
    const parent = await world.branch()
    const [child, sibling] = [await world.branch({ parent: parent.id }), await world.branch()]
    await world.run(parent, newTwin('own', pump))
    await world.run(child, made, link('q', 'feeds', 'own', 'o'))
    await world.run(sibling, made)
    await world.run(parent, remove('p', true), remove('own'))
    expect((await world.edits.counts([child.number])).get(child.number)).toBe(0)
    expect(await world.promote(child, 'REFUSE')).toMatchObject([{ code: 'NOT_FOUND', relationship: { id: 'n' } }, { code: 'NOT_FOUND', relationship: { id: 'o' } }])
    await world.run(child, unlink('q', 'feeds', 'o'))
    expect(await world.promote(child, 'OVERWRITE')).toEqual({ skipped: 1 })
    expect(await world.promote(sibling, 'REFUSE'), 'which is nothing to others').toEqual({ skipped: 0 })
  })
})

describe('ids of twins and of components', () => {
  const taken = async (world: Plant, command: Command, scenario?: Scenario): Promise<void> => {
    expect(await submit(world.twins, command, scenario), JSON.stringify(command)).toMatchObject({ ok: false, problem: { problems: [{ code: 'ALREADY_EXISTS', twin: 'id' in command ? command.id : '', message: expect.stringContaining('component') as unknown }] } })
  }

  test('are of one namespace: whichever came first keeps its own', async () => {
    const world = await plant()
    await taken(world, newTwin('q#motor', pump))
    await world.run(undefined, newTwin('q#engine', pump), newTwin('n#motor', pump), newTwin('n', zone), remove('n'))
    await taken(world, newTwin('n', pump))
    await world.run(undefined, remove('n#motor'), newTwin('n', pump), remove('q', true), newTwin('q#motor', zone))
    await taken(world, newTwin('q', pump))
  })

  test('also within one mutation, of mutations that come at once, and in a scenario', async () => {
    const world = await plant()
    const commands = [newTwin('n#motor', pump), newTwin('n', pump)]
    const batch = { onProblem: 'REFUSE_ITEM' as const, batch: true, path: 'twins', actor: 'a', cause: 't', idempotency: undefined }
    expect(await world.commits.submit({ ...batch, commands })).toMatchObject({ ok: true, value: { items: [{ id: 'n' }], refused: [{ code: 'ALREADY_EXISTS', twin: 'n#motor' }] } })
    const outcomes = await Promise.all(['m#motor', 'm'].map((id) => submit(world.twins, newTwin(id, pump))))
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false])
    const scenario = await world.branch()
    await taken(world, newTwin('q#motor', pump), scenario)
    await taken(world, newTwin('m', pump), scenario)
    await world.run(scenario, newTwin('k', pump))
    await taken(world, newTwin('k#motor', pump), scenario)
    await world.run(undefined, newTwin('k#motor', zone))
    expect(await world.promote(scenario, 'REFUSE')).toMatchObject([{ code: 'ALREADY_EXISTS', twinId: 'k' }])
  })
})
