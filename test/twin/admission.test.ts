import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { admit, type Claims, claimsOf } from '../../src/twin/admission.ts'
import type { Changeset, Command } from '../../src/twin/command.ts'
import { link, newTwin, patch, remove, unlink } from '../support/twins.ts'
import { aCommand } from './memory.ts'

const changeset = (commands: readonly Command[], key?: string): Changeset =>
  ({ commands, onProblem: 'REFUSE_ALL', batch: true, path: 'items', actor: 'ada', cause: 'test', idempotency: key === undefined ? undefined : { key, digest: '' } })

const claims = (...commands: readonly Command[]): Claims => claimsOf(changeset(commands), new Set(['limited']))

/** May two commands be decided on the same state? */
const together = (one: Command, other: Command): boolean => admit([one, other].map((each) => ({ claims: claims(each), size: 1 })), 10).group.length === 2

describe('what may share a group', () => {
  test.each<[boolean, string, Command, Command]>([
    [true, 'updates of two twins', patch('a', {}), patch('b', {})],
    [false, 'two updates of one twin', patch('a', {}), patch('a', {})],
    [true, 'an update of a twin and a relationship to it', patch('a', {}), link('b', 'feeds', 'a', '1')],
    [false, 'a relationship to a twin and its deletion', link('b', 'feeds', 'a', '1'), remove('a', true)],
    [false, 'making a twin and relating it', newTwin('a', 'm'), link('b', 'feeds', 'a', '1')],
    [true, 'two relationships of one source', link('a', 'feeds', 'b', '1'), link('a', 'feeds', 'b', '2')],
    [false, 'two relationships of one source that a model limits', link('a', 'limited', 'b', '1'), link('a', 'limited', 'b', '2')],
    [false, 'two of the same id', link('a', 'feeds', 'b', '1'), link('a', 'feeds', 'c', '1')],
    [false, 'making a relationship and ending those to its target', link('a', 'feeds', 'b', '1'), { kind: 'unrelate', from: 'a', name: 'feeds', id: undefined, to: 'b' }],
    [true, 'ending relationships of two sources', unlink('a', 'feeds', '1'), unlink('b', 'feeds', '1')],
    [false, 'ending a relationship and deleting a twin, perhaps its other end', unlink('a', 'feeds', '1'), remove('b', true)],
    [true, 'deleting two twins', remove('a', true), remove('b')],
  ])('%s: %s', (may, _, one, other) => {
    expect(together(one, other)).toBe(may)
    expect(together(other, one)).toBe(may)
  })

  test('those of one scenario do, or of the base; who waits for another\'s turn is next, and what depends on it waits with it', () => {
    const of = (scenario: number | undefined, ...commands: readonly Command[]) => ({ scenario, size: 1, claims: claims(...commands) })
    const queue = [of(undefined, patch('a', {})), of(1, patch('b', {})), of(2, patch('c', {})), of(1, patch('d', {})), of(undefined, patch('b', {})), of(undefined, patch('e', {}))]
    const first = admit(queue, 10)
    expect(first.group).toEqual([queue[0], queue[5]])
    const second = admit(first.rest, 10)
    expect(second.group).toEqual([queue[1], queue[3]])
    const third = admit(second.rest, 10)
    expect(third.group).toEqual([queue[2]])
    expect(admit(third.rest, 10)).toEqual({ group: [queue[4]], rest: [] })
  })

  test('two changesets of one key do not', () => {
    const queue = ['k', 'k', 'l'].map((key, index) => ({ claims: claimsOf(changeset([patch(`t${index}`, {})], key), new Set()), size: 1 }))
    expect(admit(queue, 10).group).toEqual([queue[0], queue[2]])
  })
})

describe('taking groups from the queue', () => {
  const aQueue = fc.array(fc.record({ commands: fc.array(aCommand, { minLength: 1, maxLength: 3 }), size: fc.constantFrom(1, 2, 5) }), { maxLength: 30 })
    .map((all) => all.map(({ commands, size }, place) => ({ claims: claims(...commands), size, place })))

  test('takes each once, none out of turn with one it depends on, and never more than fit', () => {
    fc.assert(fc.property(aQueue, fc.constantFrom(1, 4, 100), (all, most) => {
      const order: number[] = []
      for (let queue = all; queue.length > 0;) {
        const { group, rest } = admit(queue, most)
        expect(group.length).toBeGreaterThan(0)
        expect(group.length === 1 || group.reduce((sum, { size }) => sum + size, 0) <= most).toBe(true)
        for (const [index, member] of group.entries()) for (const other of group.slice(index + 1)) expect(admit([member, other], Infinity).group).toHaveLength(2)
        order.push(...group.map(({ place }) => place))
        queue = [...rest]
      }
      expect([...order].sort((a, b) => a - b)).toEqual(all.map(({ place }) => place))
      const turn = new Map(order.map((place, index) => [place, index]))
      for (const [index, one] of all.entries()) {
        for (const other of all.slice(index + 1)) if (admit([one, other], Infinity).group.length === 1) expect(turn.get(one.place)).toBeLessThan(turn.get(other.place) ?? NaN)
      }
    }), { numRuns: 200 })
  })
})
