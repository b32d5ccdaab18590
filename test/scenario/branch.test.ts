import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Scenario } from '../../src/scenario/scenario.ts'
import type { Command } from '../../src/twin/command.ts'
import { plantModels } from '../domain/plant.ts'
import { testDatabase } from '../support/neo4j.ts'
import { openBranches, submit } from '../support/branches.ts'
import { commandOn, Memory } from '../twin/memory.ts'
import { BranchMemory, fixed, live } from './branch-memory.ts'
import { readStored, worldAt } from './stored-world.ts'

const database = testDatabase()

type Step =
  | { readonly kind: 'edit'; readonly where: number; readonly command: Command }
  | { readonly kind: 'branch'; readonly from: number; readonly isFixed: boolean }

/** Fewer still: what scenarios say of one thing meets what the base and other scenarios do with it. */
const aCommand = commandOn(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'))

const aStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('edit' as const), where: fc.nat(4), command: aCommand }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('branch' as const), from: fc.nat(4), isFixed: fc.boolean() }) },
)

test('what the store says of every scenario, nested ones too, is what a plain model of the commands says; and of the base, what it says without them', async () => {
  await fc.assert(fc.asyncProperty(fc.array(aCommand, { minLength: 8, maxLength: 15 }), fc.array(aStep, { minLength: 40, maxLength: 120 }), async (first, then) => {
    const world = await openBranches(database, plantModels)
    const base = new Memory()
    const branches: { readonly scenario: Scenario; readonly memory: BranchMemory }[] = []
    const edit = async (where: number, command: Command): Promise<void> => {
      const branch = branches[where - 1]
      const outcome = await submit(world.twins, command, branch?.scenario)
      expect(outcome.ok, JSON.stringify([branch?.scenario.id, command, outcome])).toBe((branch?.memory ?? base).apply(command))
    }
    for (const command of first) await edit(0, command)
    for (const step of [{ kind: 'branch' as const, from: 0, isFixed: false }, { kind: 'branch' as const, from: 0, isFixed: true }, { kind: 'branch' as const, from: 1, isFixed: false }, ...then]) {
      if (step.kind === 'edit') {
        await edit(step.where % (branches.length + 1), step.command)
        continue
      }
      if (branches.length >= 5) continue
      const parent = branches[step.from % (branches.length + 1) - 1]
      const scenario = await world.branch({ parent: parent?.scenario.id, isFixed: step.isFixed && !parent })
      branches.push({ scenario, memory: new BranchMemory(parent ? parent.memory.seen : (step.isFixed ? fixed : live)(base)) })
    }
    const stored = await readStored(database, world.tenant.tenant)
    expect(worldAt(stored, { chain: [], at: undefined })).toEqual(base.snapshot())
    for (const { scenario, memory } of branches) expect(worldAt(stored, { chain: scenario.chain, at: scenario.base }), scenario.id).toEqual(memory.snapshot())
  }), { numRuns: 15, endOnFailure: true })
}, 300_000)
