import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeCursor } from '../../src/change/cursor.ts'
import type { Command } from '../../src/twin/command.ts'
import { plantModels } from '../domain/plant.ts'
import { testDatabase } from '../support/neo4j.ts'
import { createTestTwins, submit } from '../support/twins.ts'
import { aCommand, Memory, type Snapshot } from './memory.ts'
import { readRecorded, snapshotAt } from './recorded.ts'

const database = testDatabase()

const windows = (commands: readonly Command[], size: number): readonly (readonly Command[])[] =>
  Array.from({ length: Math.ceil(commands.length / size) }, (_, index) => commands.slice(index * size, (index + 1) * size))

test('what the store says of every instant is what a plain model of the commands says, whether they came one by one or many at once', async () => {
  await fc.assert(fc.asyncProperty(fc.array(aCommand, { minLength: 15, maxLength: 40 }), fc.constantFrom(1, 1, 4, 40), async (commands, atOnce) => {
    const { twins, tenant } = await createTestTwins(database, plantModels)
    const accepted: { readonly seq: number; readonly command: Command }[] = []
    const oneByOne = new Memory()
    for (const window of windows(commands, atOnce)) {
      const outcomes = await Promise.all(window.map((command) => submit(twins, command)))
      for (const [index, command] of window.entries()) {
        const outcome = outcomes[index]
        if (atOnce === 1) expect(outcome?.ok, JSON.stringify([command, outcome])).toBe(oneByOne.apply(command))
        if (outcome?.ok) accepted.push({ seq: decodeCursor(outcome.value.cursor) ?? NaN, command })
      }
    }
    const recorded = await readRecorded(database, tenant.tenant)
    expect(recorded.journal.map((entry) => entry['_seq'])).toEqual(recorded.journal.map((_, index) => index + 1))
    const stamps = recorded.journal.map((entry) => Number(entry['_to']))

    const memory = new Memory()
    const expected = new Map<number, Snapshot>()
    for (const { seq, command } of accepted.sort((a, b) => a.seq - b.seq)) {
      expect(memory.apply(command), `${JSON.stringify(command)} was accepted as number ${seq}`).toBe(true)
      expected.set(stamps[seq - 1] ?? NaN, memory.snapshot()) // the last of a transaction stands for it
    }
    expect([...expected.keys()]).toEqual([...new Set(stamps)])
    for (const [at, snapshot] of expected) expect(snapshotAt(recorded, at)).toEqual(snapshot)
    for (const at of expected.keys()) expect(snapshotAt(recorded, at - 1)).toEqual(expected.get(Math.max(...[...expected.keys()].filter((each) => each < at))) ?? {})
  }), { numRuns: 20, endOnFailure: true })
}, 180_000)
