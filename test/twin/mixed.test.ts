import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Changeset, Command } from '../../src/twin/command.ts'
import { plantModels } from '../domain/plant.ts'
import { BranchMemory, live } from '../scenario/branch-memory.ts'
import { readStored, worldAt } from '../scenario/stored-world.ts'
import { openBranches } from '../support/branches.ts'
import { testDatabase } from '../support/neo4j.ts'
import { link, newTwin, remove } from '../support/twins.ts'
import { aCommand, Memory, pump } from './memory.ts'

const database = testDatabase()

const changeset = (commands: readonly Command[], more: Partial<Changeset> = {}): Changeset =>
  ({ commands, onProblem: 'REFUSE_ITEM', batch: true, path: 'items', actor: 'ada', cause: 'test', idempotency: undefined, ...more })

const order = ['createTwin', 'unrelate', 'updateRelationship', 'updateTwin', 'deleteTwin', 'relate'] as const

/** The commands of one changeset, one after the other: twins come first and relationships between them last, for what is made and deleted is known to all of them. */
function oneByOne(commands: readonly Command[]): readonly Command[] {
  const parts = commands.flatMap((command): readonly Command[] => {
    if (command.kind === 'deleteTwin') return [remove(command.id, true)]
    if (command.kind !== 'createTwin') return [command]
    return [{ ...command, relationships: [] }, ...command.relationships.map((each) => ({ kind: 'relate' as const, from: command.id, ...each }))]
  })
  return parts.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
}

test('commands of all kinds in one changeset do what they do one by one, in the base and in a scenario', async () => {
  await fc.assert(fc.asyncProperty(fc.array(aCommand, { minLength: 10, maxLength: 20 }), fc.array(fc.array(aCommand, { minLength: 2, maxLength: 12 }), { minLength: 2, maxLength: 8 }), async (first, batches) => {
    const world = await openBranches(database, plantModels)
    const base = new Memory()
    for (const command of first) expect((await world.commits.submit(changeset([command]))).ok).toBe(base.apply(command))
    const scenario = await world.branch()
    const branch = new BranchMemory(live(base))
    for (const [index, batch] of batches.entries()) {
      const isBase = index % 3 === 2
      const outcome = await world.commits.submit(changeset(batch, { scenario: isBase ? undefined : scenario }))
      const refused = new Set(outcome.ok ? outcome.value.refused.map(({ item }) => item) : batch.map((_, item) => item))
      for (const command of oneByOne(batch.filter((_, item) => !refused.has(item)))) expect((isBase ? base : branch).apply(command), JSON.stringify([batch, [...refused], command])).toBe(true)
    }
    const stored = await readStored(database, world.tenant.tenant)
    expect(worldAt(stored, { chain: [], at: undefined })).toEqual(base.snapshot())
    expect(worldAt(stored, { chain: scenario.chain, at: undefined })).toEqual(branch.snapshot())
    const seqs = stored.nodes.filter(({ _labels }) => _labels.includes('_J')).map((entry) => Number(entry['_seq'])).sort((a, b) => a - b)
    expect(seqs).toEqual(seqs.map((_, index) => index + 1))
  }), { numRuns: 25, endOnFailure: true })
}, 300_000)

test('ten thousand commands commit together, into the base and into a scenario', async () => {
  const world = await openBranches(database, plantModels)
  const scenario = await world.branch()
  for (const where of [scenario, undefined]) {
    const pumps = Array.from({ length: 5_000 }, (_, index) => newTwin(`p${index}`, pump, { name: 'x' }))
    const links = pumps.map(({ id }, index) => link(id, 'feeds', `p${(index + 1) % 5_000}`, '1'))
    const outcome = await world.commits.submit(changeset([...links, ...pumps], { scenario: where, onProblem: 'REFUSE_ALL' }))
    expect(outcome).toMatchObject({ ok: true, value: { refused: [] } })
  }
  const { nodes, edges } = await readStored(database, world.tenant.tenant)
  for (const label of ['Twin', '_Own']) expect(nodes.filter(({ _labels }) => _labels.includes(label))).toHaveLength(5_000)
  for (const type of ['feeds', '_in_feeds']) expect(edges.filter(({ _type }) => _type === type)).toHaveLength(5_000)
  expect(edges.every((edge) => edge._type !== 'feeds' || String(edge['_not']) === String(scenario.number)), 'the scenario has its own').toBe(true)
}, 300_000)
