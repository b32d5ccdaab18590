import { expect, it } from 'vitest'
import { createNeo4jRunStore } from '../../src/adapters/neo4j/run-store.ts'
import { followRuns } from '../../src/run/follow-runs.ts'
import { createRunBoard } from '../../src/run/run-board.ts'
import { openRunProgress } from '../../src/run/run-progress.ts'
import type { Run } from '../../src/run/run.ts'
import { storedTenant, testDatabase } from '../support/neo4j.ts'
import { created, halfWay, newRun } from './new-run.ts'

it('what other processes do is told from the moment at which somebody listens', async () => {
  const store = createNeo4jRunStore(testDatabase(), (await storedTenant('follow')).tenant)
  const board = createRunBoard()
  await using following = followRuns({ store, board, owner: 'me', everyMs: 3_600_000, onTrouble: (error) => { throw error } })
  await following.now() // while nobody listens
  const { id } = newRun()
  await store.create(newRun({ id }), created())
  await store.claim(id, 'other', 60_000)
  await store.begin(id, 'other')
  const stream = await openRunProgress({
    board, choice: { ids: [id] }, encode: ({ phase }) => phase.kind, wake: () => undefined,
    snapshot: async () => (await store.find([id])).filter((run): run is Run => run !== undefined),
  })
  await store.end(id, 'other', { kind: 'SUCCEEDED', resultHash: 'h' }, { progress: halfWay, results: undefined })
  expect([stream.take(), stream.take(), stream.isDone]).toEqual(['RUNNING', undefined, false])
  await following.now()
  expect([stream.take(), stream.take(), stream.isDone]).toEqual(['SUCCEEDED', undefined, true])
  stream.close()
})
