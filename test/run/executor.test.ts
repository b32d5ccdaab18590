import { describe, expect, it } from 'vitest'
import { hasPython, levelsOf, useGatedSite } from '../support/gated-engine.ts'
import { changeRun, ended, started, startSimulation } from '../support/runs.ts'
import { watchRuns } from '../support/watch-runs.ts'

const runs = { atOnce: 1, memoryMb: 512, mostOpen: 5, mostValues: 1_000, mostAttempts: 2, leaseMs: 5_000, silenceMs: 60_000 }

describe.skipIf(!hasPython)('runs', () => {
  const site = useGatedSite(runs)
  const { request } = site
  /** A run that keeps the others waiting until its gate is opened. */
  const occupy = async (gate: string): Promise<string> => {
    const waits = (await site.engine.deeds()).filter(({ did }) => did === 'wait').length
    const id = await started(site.app, request({ gate }))
    await site.engine.noted('wait', waits + 1)
    return id
  }

  it('are done by priority, and among equals in the order they came', async () => {
    const first = await occupy('priorities')
    const given = [[11, 0], [12, 5], [13, 0], [14, 90]] as const
    const ids: string[] = []
    for (const [gain, priority] of given) ids.push(await started(site.app, request({ gain }, { priority })))
    await site.engine.open('priorities')
    for (const id of [first, ...ids]) expect((await ended(site.app, id)).state).toBe('SUCCEEDED')
    expect((await site.engine.deeds()).filter(({ did, gain }) => did === 'run' && gain > 10 && gain < 15).map(({ gain }) => gain)).toEqual([14, 12, 11, 13])
  })

  it('are refused where too many are open, whichever way they are started', async () => {
    const done = await started(site.app, request())
    await ended(site.app, done)
    const held = await occupy('many')
    const waiting: string[] = []
    for (let index = 1; index < runs.mostOpen; index++) waiting.push(await started(site.app, request()))
    const refused = { code: 'TOO_MANY_RUNS', __typename: 'LimitReached', message: expect.stringContaining('Wait for some to end') as string }
    expect(await startSimulation(site.app, request())).toMatchObject(refused)
    expect(await changeRun(site.app, 'rerun', done)).toMatchObject(refused)
    await changeRun(site.app, 'cancelRun', String(waiting[0]))
    const more = await started(site.app, request())
    await site.engine.open('many')
    for (const id of [held, ...waiting.slice(1), more]) expect((await ended(site.app, id)).state).toBe('SUCCEEDED')
  })

  it('that failed are tried again with the very inputs they had, and rerun to the same once they succeeded', async () => {
    const late = await started(site.app, request({ gate: 'late' }, { deadline: 'PT6S' }))
    expect(await ended(site.app, late)).toMatchObject({ state: 'TIMED_OUT', attempts: 1 })
    expect(await changeRun(site.app, 'rerun', late)).toMatchObject({ __typename: 'Conflict', code: 'RUN_NOT_SUCCEEDED' })
    await site.engine.open('late')
    const again = await changeRun(site.app, 'retryRun', late)
    expect(again).toMatchObject({ __typename: 'RetryRunSuccess', run: { repeats: late } })
    const retried = await ended(site.app, String(again['run'].id))
    const one = await changeRun(site.app, 'rerun', String(retried.id))
    const reproduced = await ended(site.app, String(one['run'].id))
    expect(reproduced).toMatchObject({ state: 'SUCCEEDED', resultHash: retried.resultHash, configHash: retried.configHash, kpis: retried.kpis })
    expect(await changeRun(site.app, 'retryRun', String(retried.id))).toMatchObject({ __typename: 'Conflict', code: 'RUN_ENDED' })
    expect(await levelsOf(site.app, String(one['run'].id))).toEqual(await levelsOf(site.app, String(retried.id)))
  })

  it('are told of as they come, chosen by what they are, or by their ids until they have ended', async () => {
    await using all = watchRuns(site.app, {})
    await using tagged = watchRuns(site.app, { where: { tags: ['night'], kinds: ['SIMULATION'] } })
    await using ends = watchRuns(site.app, { where: { states: ['SUCCEEDED', 'CANCELLED'] } })
    await Promise.all([all, tagged, ends].map(({ opened }) => opened))
    const [plain, night] = [await started(site.app, request()), await started(site.app, request({}, { tags: ['night'] }))]
    await all.until(night, 'SUCCEEDED')
    await all.until(plain, 'SUCCEEDED')
    expect(all.statesOf(plain)).toEqual(expect.arrayContaining(['QUEUED', 'SUCCEEDED']))
    await tagged.until(night, 'SUCCEEDED')
    expect(tagged.statesOf(plain)).toEqual([])
    await ends.until(night, 'SUCCEEDED')
    expect([ends.statesOf(plain), ends.statesOf(night)]).toEqual([['SUCCEEDED'], ['SUCCEEDED']])
    await using named = watchRuns(site.app, { ids: [plain, night] })
    await named.done
    expect([named.statesOf(plain), named.statesOf(night)]).toEqual([['SUCCEEDED'], ['SUCCEEDED']])
  })
})
