import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isEnded, type RunFailure, type RunPhase } from '../../src/run/run.ts'
import { afterMove, type RunMove, type RunTurn, workerLost } from '../../src/run/run-phase.ts'

const lost: RunFailure = { code: 'ENGINE_CRASHED', message: 'It crashed.', twin: undefined, isRetryable: true }
const fresh = (most = 3): RunTurn => ({ phase: { kind: 'QUEUED', dueAt: 0 }, attempts: { made: 0, most, last: undefined } })
/** Makes the moves that are allowed, and tells of each whether it was. */
function through(turn: RunTurn, moves: readonly RunMove[]): { readonly turn: RunTurn; readonly turns: readonly RunTurn[] } {
  const turns = [turn]
  for (const move of moves) turns.push(afterMove(turns.at(-1) ?? turn, move) ?? turns.at(-1) ?? turn)
  return { turn: turns.at(-1) ?? turn, turns }
}

const owner = fc.constantFrom('a', 'b')
const now = fc.nat({ max: 100 })
const leaseMs = fc.integer({ min: 1, max: 30 })
const end = fc.constantFrom<Extract<RunMove, { kind: 'end' }>['end']>(
  { kind: 'SUCCEEDED', resultHash: 'r' }, { kind: 'FAILED', failure: lost }, { kind: 'CANCELLED', by: 'eve' }, { kind: 'TIMED_OUT', afterMs: 5 })
const anyMove: fc.Arbitrary<RunMove> = fc.oneof(
  fc.record({ kind: fc.constant('claim' as const), owner, now, leaseMs }),
  fc.record({ kind: fc.constant('begin' as const), owner }),
  fc.record({ kind: fc.constant('renew' as const), owner, now, leaseMs }),
  fc.record({ kind: fc.constant('end' as const), owner, end }),
  fc.record({ kind: fc.constant('putBack' as const), owner, failure: fc.constant(lost), dueAt: now, forgives: fc.constant(false) }),
  fc.record({ kind: fc.constant('giveBack' as const), owner, failure: fc.constant(lost), now }),
  fc.record({ kind: fc.constant('cancel' as const), actor: owner }),
  fc.record({ kind: fc.constant('recover' as const), now }),
)
const anyWay = fc.array(anyMove, { maxLength: 40 })
const ownerOf = (phase: RunPhase): string | undefined => ('owner' in phase ? phase.owner : undefined)

describe('the life of a run', () => {
  it('goes from the queue through binding and running to its end', () => {
    const { turns } = through(fresh(), [
      { kind: 'claim', owner: 'a', now: 1, leaseMs: 10 }, { kind: 'begin', owner: 'a' }, { kind: 'end', owner: 'a', end: { kind: 'SUCCEEDED', resultHash: 'r' } },
    ])
    expect(turns.map(({ phase }) => phase.kind)).toEqual(['QUEUED', 'BINDING', 'RUNNING', 'SUCCEEDED'])
  })

  it('does not succeed before it has begun', () => {
    const { turn } = through(fresh(), [{ kind: 'claim', owner: 'a', now: 1, leaseMs: 10 }])
    expect(afterMove(turn, { kind: 'end', owner: 'a', end: { kind: 'SUCCEEDED', resultHash: 'r' } })).toBeUndefined()
    expect(afterMove(turn, { kind: 'end', owner: 'a', end: { kind: 'FAILED', failure: lost } })?.phase.kind).toBe('FAILED')
  })

  it('is not taken before it is due', () => {
    const waiting: RunTurn = { ...fresh(), phase: { kind: 'QUEUED', dueAt: 50 } }
    expect(afterMove(waiting, { kind: 'claim', owner: 'a', now: 49, leaseMs: 10 })).toBeUndefined()
    expect(afterMove(waiting, { kind: 'claim', owner: 'a', now: 50, leaseMs: 10 })?.phase.kind).toBe('BINDING')
  })

  it('is tried again as often as it may be, and fails with its last reason then', () => {
    const tried = (n: number): readonly RunMove[] => [{ kind: 'claim', owner: 'a', now: n * 10, leaseMs: 5 }, { kind: 'recover', now: n * 10 + 5 }]
    const { turn } = through(fresh(2), [...tried(1), ...tried(2)])
    expect(turn).toEqual({ phase: { kind: 'FAILED', failure: workerLost }, attempts: { made: 2, most: 2, last: workerLost } })
  })

  it('that is given back by who stops in order has used up no attempt', () => {
    const taken: RunMove = { kind: 'claim', owner: 'a', now: 0, leaseMs: 5 }
    const { turn } = through(fresh(1), [taken, { kind: 'begin', owner: 'a' }, { kind: 'giveBack', owner: 'a', failure: lost, now: 3 }])
    expect(turn).toEqual({ phase: { kind: 'QUEUED', dueAt: 3 }, attempts: { made: 0, most: 1, last: lost } })
  })

  it('is cancelled by who wanted it first, whatever its owner does about it', () => {
    const taken = [{ kind: 'claim', owner: 'a', now: 0, leaseMs: 5 }, { kind: 'cancel', actor: 'eve' }, { kind: 'cancel', actor: 'bob' }] as const
    const ends: readonly RunMove[] = [{ kind: 'recover', now: 5 }, { kind: 'putBack', owner: 'a', failure: lost, dueAt: 3, forgives: false }]
    for (const last of ends) expect(through(fresh(), [...taken, last]).turn.phase).toEqual({ kind: 'CANCELLED', by: 'eve' })
  })

  it('never leaves an end', () => {
    fc.assert(fc.property(anyWay, anyMove, (way, move) => {
      const { turn } = through(fresh(), way)
      if (isEnded(turn.phase)) expect(afterMove(turn, move)).toBeUndefined()
    }))
  })

  it('is tried once more with each claim, with nothing else, never too often, and once less with each that was given back in order', () => {
    fc.assert(fc.property(anyWay, fc.integer({ min: 1, max: 4 }), (way, most) => {
      const { turns } = through(fresh(most), way)
      for (const [i, turn] of turns.entries()) {
        const before = turns[i - 1] ?? turn
        const isClaim = before.phase.kind === 'QUEUED' && turn.phase.kind === 'BINDING'
        const isGivenBack = turn !== before && way[i - 1]?.kind === 'giveBack'
        expect(turn.attempts.made - before.attempts.made).toBe(isClaim ? 1 : isGivenBack ? -1 : 0)
        expect(turn.attempts.made).toBeLessThanOrEqual(most)
        expect(turn.attempts.most).toBe(most)
      }
    }))
  })

  it('goes from one owner to another through the queue only', () => {
    fc.assert(fc.property(anyWay, (way) => {
      const { turns } = through(fresh(), way)
      for (const [i, { phase }] of turns.entries()) {
        const before = ownerOf((turns[i - 1] ?? { phase }).phase)
        if (before !== undefined && ownerOf(phase) !== undefined) expect(ownerOf(phase)).toBe(before)
      }
    }))
  })

  it('does not forget that it was cancelled', () => {
    fc.assert(fc.property(anyWay, (way) => {
      const { turns } = through(fresh(), way)
      for (const [i, { phase }] of turns.entries()) {
        const before = turns[i - 1]?.phase
        if (before === undefined || !('cancelledBy' in before) || before.cancelledBy === undefined) continue
        expect(phase.kind).not.toBe('QUEUED')
        if ('cancelledBy' in phase) expect(phase.cancelledBy).toBe(before.cancelledBy)
      }
    }))
  })
})
