import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { createNeo4jRunStore } from '../../src/adapters/neo4j/run-store.ts'
import { isEnded, type Run, type RunFailure, type RunPhase } from '../../src/run/run.ts'
import { afterMove, type RunMove, type RunTurn } from '../../src/run/run-phase.ts'
import type { RunStore } from '../../src/run/run-store.ts'
import { storedTenant, testDatabase } from '../support/neo4j.ts'
import { created, halfWay, newRun } from './new-run.ts'

const far = 3_600_000
const crashed: RunFailure = { code: 'ENGINE_CRASHED', message: 'It crashed.', twin: undefined, isRetryable: true }
let store: RunStore
beforeAll(async () => { store = createNeo4jRunStore(testDatabase(), (await storedTenant('turns')).tenant) })

/** Moves whose leases and due times are over at once, or not in this test, so that the model's clock need not be the store's. */
const owner = fc.constantFrom('a', 'b')
const leaseMs = fc.constantFrom(0, far)
const end = fc.constantFrom({ kind: 'SUCCEEDED', resultHash: 'r' } as const, { kind: 'FAILED', failure: crashed } as const, { kind: 'TIMED_OUT', afterMs: 5 } as const)
const anyMove: fc.Arbitrary<RunMove> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('claim' as const), owner, now: fc.constant(0), leaseMs }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('begin' as const), owner }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('renew' as const), owner, now: fc.constant(0), leaseMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const), owner, end }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('putBack' as const), owner, failure: fc.constant(crashed), dueAt: fc.constantFrom(0, 0, 0, far), forgives: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('giveBack' as const), owner, failure: fc.constant(crashed), now: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), actor: owner }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('recover' as const), now: fc.constant(0) }) },
)

/** Makes the move; answers the run where the store does, undefined where it refuses, and nothing where it does not tell. */
async function make(move: RunMove, id: string): Promise<{ readonly run: Run | undefined } | undefined> {
  switch (move.kind) {
    case 'claim': return { run: await store.claim(id, move.owner, move.leaseMs) }
    case 'end': return { run: await store.end(id, move.owner, move.end, { progress: halfWay, results: undefined }) }
    case 'putBack': return { run: await store.putBack(id, move.owner, move.failure, move.dueAt === 0 ? 0 : Date.now() + move.dueAt, move.forgives) }
    case 'giveBack': return { run: await store.giveBack(id, move.owner, move.failure) }
    case 'recover': return { run: (await store.recover()).find((run) => run.id === id) }
    case 'begin': return void await store.begin(id, move.owner)
    case 'renew': return void await store.renew(move.owner, [id], move.leaseMs)
    case 'cancel': return void await store.cancel(id, move.actor)
  }
}

/** Instants of the store as the model has them: over, or far away. */
const plain = (at: number, now: number): number => (at > now + far / 2 ? far : 0)
function plainPhase(phase: RunPhase, now: number): RunPhase {
  if (phase.kind === 'QUEUED') return { kind: 'QUEUED', dueAt: plain(phase.dueAt, now) }
  return isEnded(phase) ? phase : { ...phase, leaseUntil: plain(phase.leaseUntil, now) }
}
const turnOf = ({ phase, attempts }: Run): RunTurn => ({ phase: plainPhase(phase, Date.now()), attempts })

it('goes the ways of the state machine, whatever is asked of it in whatever order', async () => {
  await fc.assert(fc.asyncProperty(fc.array(anyMove, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 3 }), async (moves, mostAttempts) => {
    const { id } = newRun()
    await store.create(newRun({ id, mostAttempts }), created({ mostOpen: 10_000 }))
    let turn: RunTurn = { phase: { kind: 'QUEUED', dueAt: 0 }, attempts: { made: 0, most: mostAttempts, last: undefined } }
    for (const move of moves) {
      const told = await make(move, id)
      const after = afterMove(turn, move)
      if (told) expect(told.run && turnOf(told.run)).toEqual(after && { ...after, phase: plainPhase(after.phase, 0) })
      turn = after ?? turn
    }
    const [run] = await store.find([id])
    expect(run && turnOf(run)).toEqual({ ...turn, phase: plainPhase(turn.phase, 0) })
    await store.cancel(id, 'eve')
    await store.recover()
  }), { numRuns: 200 })
}, 240_000)
