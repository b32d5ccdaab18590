import { describe, expect, it } from 'vitest'
import { createRunBoard } from '../../src/run/run-board.ts'
import { openRunProgress, type RunChoice } from '../../src/run/run-progress.ts'
import type { Run, RunPhase } from '../../src/run/run.ts'
import { halfWay, newRun } from './new-run.ts'

const run = (id: string, phase: RunPhase, given: Partial<Run> = {}): Run => ({
  ...newRun({ id }), phase, attempts: { made: 1, most: 3, last: undefined }, progress: halfWay, results: undefined, createdAt: 0, startedAt: undefined, finishedAt: undefined, ...given,
})
const queued: RunPhase = { kind: 'QUEUED', dueAt: 0 }
const running: RunPhase = { kind: 'RUNNING', owner: 'a', leaseUntil: 0, cancelledBy: undefined }
const succeeded: RunPhase = { kind: 'SUCCEEDED', resultHash: 'h' }

async function open(choice: RunChoice, known: readonly Run[]) {
  const board = createRunBoard()
  const stream = await openRunProgress({ board, choice, snapshot: () => Promise.resolve(known), encode: ({ id, phase }) => `${id} ${phase.kind}`, wake: () => undefined })
  const all = (): readonly unknown[] => Array.from({ length: 50 }, () => stream.take()).filter((payload) => payload !== undefined)
  return { board, stream, all }
}

describe('what is told of runs', () => {
  it('is each change of state, and of progress the newest', async () => {
    const { board, all } = await open({}, [run('a', queued)])
    board.tell([run('a', running), run('a', running), run('b', queued), run('a', succeeded)])
    const told = all()
    expect(told.filter((each) => String(each).startsWith('a'))).toEqual(['a QUEUED', 'a RUNNING', 'a SUCCEEDED'])
    expect(told).toHaveLength(4)
  })

  it('ends with the runs that were named, also where their ends were not asked for, and where there are none', async () => {
    const { board, stream, all } = await open({ ids: ['a', 'b', 'nobody'], where: { states: ['RUNNING'] } }, [run('a', succeeded), run('b', running)])
    expect([all(), stream.isDone]).toEqual([['b RUNNING'], false])
    board.tell([run('b', succeeded)])
    expect([all(), stream.isDone]).toEqual([[], true])
    expect((await open({ ids: ['nobody'] }, [])).stream.isDone).toBe(true)
  })

  it('stops with whoever listens', async () => {
    const { board, stream, all } = await open({}, [])
    stream.close()
    board.tell([run('a', running)])
    expect([all(), stream.isDone, board.listeners]).toEqual([[], true, 0])
  })
})
