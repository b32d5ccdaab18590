import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createNeo4jSweptStore } from '../../src/adapters/neo4j/scenario-sweeping.ts'
import { createBranchSweeper } from '../../src/scenario/branch-sweeper.ts'
import type { OnScenarioConflict } from '../../src/scenario/plan-promotion.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import type { Command } from '../../src/twin/command.ts'
import { plantModels } from '../domain/plant.ts'
import { openBranches, submit, type TestBranches } from '../support/branches.ts'
import { testDatabase } from '../support/neo4j.ts'
import { aCommand, commandOn, type Snapshot } from '../twin/memory.ts'
import { type Place, readStored, worldAt } from './stored-world.ts'

const database = testDatabase()
const base: Place = { chain: [], at: undefined }
const placeOf = ({ chain, base: at }: Scenario): Place => ({ chain, at })

/** What there is, whatever its versions: one promotion changes a thing once, however often the scenario did. */
async function seen(world: TestBranches, place: Place): Promise<Snapshot> {
  const snapshot = worldAt(await readStored(database, world.tenant.tenant), place)
  return Object.fromEntries(Object.entries(snapshot).map(([key, { version: _, ...rest }]) => [key, rest]))
}

async function run(world: TestBranches, commands: readonly Command[], scenario?: Scenario): Promise<void> {
  for (const command of commands) await submit(world.twins, command, scenario)
}

const some = (least: number, most: number, command = aCommand): fc.Arbitrary<readonly Command[]> => fc.array(command, { minLength: least, maxLength: most })
/** Of fewer things, so that they are deleted and made anew, as something else. */
const oneOfFew = commandOn(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'))
const aMode = fc.constantFrom<OnScenarioConflict>('REFUSE', 'OVERWRITE')

test('what a scenario says becomes what is, whatever it says, where nothing else was changed: of the base, of an instant of it, and of another scenario', async () => {
  await fc.assert(fc.asyncProperty(some(5, 15), some(1, 20), some(1, 20), fc.boolean(), aMode, async (first, before, then, isFixed, mode) => {
    const world = await openBranches(database, plantModels)
    await run(world, first)
    const parent = await world.branch({ isFixed })
    await run(world, before, parent)
    const child = await world.branch({ parent: parent.id })
    await run(world, then, child)
    const expected = await seen(world, placeOf(child))
    const untouched = await seen(world, base)
    const promoted = await world.life.promote(child.id, mode, { actor: 'tester' })
    if (!promoted.ok) { // an id that the parent has deleted cannot come to be there anew
      const conflicts = promoted.problem.kind === 'ScenarioConflicts' ? promoted.problem.conflicts : []
      const deleted = before.flatMap((command) => (command.kind === 'deleteTwin' ? [command.id] : []))
      expect(conflicts.filter(({ code, twinId }) => code === 'ALREADY_EXISTS' && deleted.includes(twinId)), JSON.stringify(promoted.problem)).not.toEqual([])
      expect(await seen(world, placeOf(child))).toEqual(expected)
      return
    }
    expect(await seen(world, placeOf(parent)), 'the parent is what the child was').toEqual(expected)
    expect(await seen(world, base), 'and the base is what it was').toEqual(untouched)
    expect(await world.life.promote(parent.id, mode, { actor: 'tester' })).toMatchObject({ ok: true })
    expect(await seen(world, base), 'the base is what the parent was').toEqual(expected)
  }), { numRuns: 12, endOnFailure: true })
}, 300_000)

test('where the base was changed meanwhile, REFUSE stores nothing or what the scenario says; OVERWRITE stores it, but for twins whose id another model has', async () => {
  const tally = { refused: 0, stored: 0, overwritten: 0 }
  await fc.assert(fc.asyncProperty(some(5, 15, oneOfFew), some(1, 12, oneOfFew), some(1, 16, oneOfFew), async (first, edits, meanwhile) => {
    const world = await openBranches(database, plantModels)
    await run(world, first)
    const scenario = await world.branch()
    for (let index = 0; index < Math.max(edits.length, meanwhile.length); index++) {
      await run(world, edits.slice(index, index + 1), scenario)
      await run(world, meanwhile.slice(index, index + 1))
    }
    const [expected, before] = [await seen(world, placeOf(scenario)), await seen(world, base)]
    const careful = await world.life.promote(scenario.id, 'REFUSE', { actor: 'tester' })
    if (careful.ok) {
      tally.stored++
      expect(await seen(world, base)).toEqual(expected)
      return
    }
    tally.refused++
    expect(careful.problem).toMatchObject({ kind: 'ScenarioConflicts' })
    expect(await seen(world, base), 'nothing was stored').toEqual(before)
    expect(await seen(world, placeOf(scenario)), 'and the scenario is what it was').toEqual(expected)
    const bold = await world.life.promote(scenario.id, 'OVERWRITE', { actor: 'tester' })
    if (bold.ok) {
      tally.overwritten++
      expect(await seen(world, base)).toEqual(expected)
      return
    }
    const conflicts = bold.problem.kind === 'ScenarioConflicts' ? bold.problem.conflicts : []
    expect(conflicts.some(({ code, twinId }) => code === 'ALREADY_EXISTS' && before[`twin ${twinId}`]?.['kind'] !== expected[`twin ${twinId}`]?.['kind']), JSON.stringify(bold.problem)).toBe(true)
    expect(await seen(world, base)).toEqual(before)
  }), { numRuns: 25, endOnFailure: true })
  expect(Math.min(tally.refused, tally.overwritten, tally.stored), JSON.stringify(tally)).toBeGreaterThan(0)
}, 300_000)

test('what was swept leaves no trace, and takes nothing from others', async () => {
  await fc.assert(fc.asyncProperty(some(5, 15), fc.array(fc.record({ where: fc.nat(3), command: aCommand }), { minLength: 20, maxLength: 50 }), async (first, edits) => {
    const world = await openBranches(database, plantModels)
    await run(world, first)
    const doomed = await world.branch()
    const kept = [await world.branch(), await world.branch({ isFixed: true })]
    const places = [undefined, doomed, ...kept]
    for (const { where, command } of edits) await run(world, [command], places[where])
    expect(await world.life.discard(doomed.id, { actor: 'tester' })).toMatchObject({ ok: true })
    const before = await Promise.all([base, ...kept.map(placeOf)].map((place) => seen(world, place)))
    await using sweeper = createBranchSweeper({ store: createNeo4jSweptStore(database, world.tenant.tenant), graceMs: 0, everyMs: 3_600_000, onTrouble: (error) => { throw error } })
    await sweeper.sweep()
    const { nodes, edges } = await readStored(database, world.tenant.tenant)
    const withdrawn = new Set(edits.flatMap(({ where, command }) => (where === 1 && command.kind === 'deleteTwin' ? [command.id] : []))) // other scenarios and what is gone may keep its number: it looks at neither
    const isTrace = (row: Readonly<Record<string, unknown>>): boolean => row['_s'] === doomed.number || [row['_in'], row['_not']].some((marks) => Array.isArray(marks) && marks.includes(doomed.number) && !withdrawn.has(String(row['_id'])))
    expect([...nodes.filter(({ _labels }) => !_labels.includes('_J')), ...edges].filter(isTrace)).toEqual([])
    expect(nodes.find((node) => node['number'] === doomed.number)?.['held']).toBeUndefined()
    expect(await Promise.all([base, ...kept.map(placeOf)].map((place) => seen(world, place)))).toEqual(before)
    expect(await sweeper.sweep()).toBe(0)
  }), { numRuns: 12, endOnFailure: true })
}, 300_000)
