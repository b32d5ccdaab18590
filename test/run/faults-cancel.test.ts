import { describe, expect, it } from 'vitest'
import { isRunning } from '../simulation/host/is-running.ts'
import { type Deed, hasPython, levels, levelsOf, useGatedSite } from '../support/gated-engine.ts'
import { changeRun, ended, started } from '../support/runs.ts'

const runs = { atOnce: 1, memoryMb: 512, mostOpen: 100, mostValues: 1_000, mostAttempts: 2, leaseMs: 5_000, silenceMs: 60_000 }

describe.skipIf(!hasPython)('a run that is cancelled', () => {
  const site = useGatedSite(runs)
  const start = (parameters: Readonly<Record<string, unknown>> = {}, more: Readonly<Record<string, unknown>> = {}): Promise<string> => started(site.app, site.request(parameters, more))
  /** Resolves when the program of the run that is started last has come so far. */
  const came = async (did: Deed['did'], begin: () => Promise<string>): Promise<{ readonly id: string; readonly deed: Deed }> => {
    const before = (await site.engine.deeds()).filter((deed) => deed.did === did).length
    return { id: await begin(), deed: await site.engine.noted(did, before + 1) }
  }
  const goneAndNextWorks = async ({ pid, parent }: Deed): Promise<void> => {
    await expect.poll(() => [pid, parent].some(isRunning), { timeout: 5_000 }).toBe(false)
    const next = await start()
    expect((await ended(site.app, next)).state).toBe('SUCCEEDED')
    expect(await levelsOf(site.app, next)).toEqual(levels())
  }

  it('while it waits is so at once, and is never begun', async () => {
    const { id: first } = await came('wait', () => start({ gate: 'queue' }))
    const waiting = await start({ gain: 77 })
    expect(await changeRun(site.app, 'cancelRun', waiting)).toMatchObject({ run: { state: 'CANCELLED' } })
    await site.engine.open('queue')
    expect((await ended(site.app, first)).state).toBe('SUCCEEDED')
    expect(await ended(site.app, waiting)).toMatchObject({ state: 'CANCELLED', attempts: 0, values: 0 })
    expect((await ended(site.app, await start({ gain: 78 }))).state).toBe('SUCCEEDED') // it would have come before
    expect((await site.engine.deeds()).filter(({ gain }) => gain === 77)).toEqual([])
  })

  it('while its engine is still opening its model ends within moments, and its process with it', async () => {
    const { id, deed } = await came('open', () => start({ openGate: 'never' }))
    expect((await ended(site.app, id, ['BINDING'])).state).toBe('BINDING')
    const before = performance.now()
    await changeRun(site.app, 'cancelRun', id)
    expect(await ended(site.app, id)).toMatchObject({ state: 'CANCELLED', failure: null })
    expect(performance.now() - before).toBeLessThan(4_000)
    await goneAndNextWorks(deed)
  })

  it('while it computes ends within moments, and what it stored stays', async () => {
    const { id, deed } = await came('wait', () => start({ gate: 'never' }))
    expect((await ended(site.app, id, ['RUNNING'])).state).toBe('RUNNING')
    const before = performance.now()
    await changeRun(site.app, 'cancelRun', id)
    expect(await ended(site.app, id)).toMatchObject({ state: 'CANCELLED', failure: null })
    expect(performance.now() - before).toBeLessThan(4_000)
    const stored = await levelsOf(site.app, id)
    expect(stored).toEqual(levels().slice(0, stored.length))
    await goneAndNextWorks(deed)
  })

  it('twice, at once, is cancelled once, and is told to have ended after that', async () => {
    const { id } = await came('wait', () => start({ gate: 'never' }))
    const answers = await Promise.all([changeRun(site.app, 'cancelRun', id), changeRun(site.app, 'cancelRun', id)])
    for (const { __typename, code } of answers) expect([__typename, code]).toEqual(__typename === 'Conflict' ? ['Conflict', 'RUN_ENDED'] : ['CancelRunSuccess', undefined])
    expect((await ended(site.app, id)).state).toBe('CANCELLED')
    expect(await changeRun(site.app, 'cancelRun', id)).toMatchObject({ __typename: 'Conflict', code: 'RUN_ENDED' })
  })

  it('while it waits for its next attempt is not tried again', async () => {
    const { id, deed } = await came('wait', () => start({ gate: 'never' }))
    process.kill(deed.pid, 'SIGKILL')
    await ended(site.app, id, ['QUEUED'])
    await changeRun(site.app, 'cancelRun', id)
    expect(await ended(site.app, id)).toMatchObject({ state: 'CANCELLED', attempts: 1 })
  })

  it('as it ends is cancelled or has succeeded, and is whole if it has', async () => {
    const states: string[] = []
    for (let turn = 0; turn < 8; turn++) {
      const gate = `end-${turn}`
      const { id } = await came('wait', () => start({ gate }))
      const opening = site.engine.open(gate)
      if (turn % 2 === 0) await site.engine.noted('end', (await site.engine.deeds()).filter(({ did }) => did === 'end').length + 1)
      await changeRun(site.app, 'cancelRun', id)
      await opening
      const { state } = await ended(site.app, id)
      if (state === 'SUCCEEDED') expect(await levelsOf(site.app, id)).toEqual(levels())
      states.push(state as string)
    }
    for (const state of states) expect(['SUCCEEDED', 'CANCELLED']).toContain(state)
  })
})
