import { describe, expect, it } from 'vitest'
import { isRunning } from '../simulation/host/is-running.ts'
import { hasPython, levels, levelsOf, useGatedSite } from '../support/gated-engine.ts'
import { changeRun, ended, started, startSimulation } from '../support/runs.ts'

const runs = { atOnce: 2, memoryMb: 512, mostOpen: 100, mostValues: 1_000, mostAttempts: 2, leaseMs: 5_000, silenceMs: 60_000 }

describe.skipIf(!hasPython)('a run whose engine fails', () => {
  const site = useGatedSite(runs, { silenceMs: 1_500 })
  const start = (parameters: Readonly<Record<string, unknown>> = {}, more: Readonly<Record<string, unknown>> = {}): Promise<string> => started(site.app, site.request(parameters, more))
  /** The program's last deed in a run that waits at the gate. */
  const waitingAt = async (gate: string, parameters: Readonly<Record<string, unknown>> = {}) => {
    const before = (await site.engine.deeds()).filter(({ did }) => did === 'wait').length
    const id = await start({ gate, ...parameters })
    return { id, deed: await site.engine.noted('wait', before + 1), before }
  }
  const works = async (): Promise<void> => {
    const id = await start()
    expect(await ended(site.app, id)).toMatchObject({ state: 'SUCCEEDED' })
    expect(await levelsOf(site.app, id)).toEqual(levels())
  }

  it.each(['pid', 'parent'] as const)('whose process is killed (its %s) is tried again, and succeeds as if nothing had been', async (which) => {
    const { id, deed, before } = await waitingAt(`killed-${which}`)
    process.kill(deed[which], 'SIGKILL')
    await site.engine.noted('wait', before + 2)
    await site.engine.open(`killed-${which}`)
    const run = await ended(site.app, id)
    expect(run).toMatchObject({ state: 'SUCCEEDED', attempts: 2, failure: null, problems: [] })
    const again = await changeRun(site.app, 'rerun', id)
    expect((await ended(site.app, String(again['run'].id))).resultHash).toBe(run.resultHash)
    expect(await levelsOf(site.app, id)).toEqual(levels())
  })

  it('is one of a sweep, whose others are done all the same', async () => {
    const input = { simulation: site.request({ fault: 'crash', faultAt: 3 }), design: 'GRID', variables: [{ variable: { parameter: 'gain' }, values: Array.from({ length: 40 }, (_, index) => index) }] }
    const { startSweep } = await site.app.data('mutation ($input: StartSweepInput!) { startSweep(input: $input) { ... on StartSweepSuccess { run { id } } ... on Problem { message } } }', { input })
    expect(await ended(site.app, String(startSweep.run.id))).toMatchObject({ state: 'SUCCEEDED', attempts: 1 })
    const { run } = await site.app.data('query ($id: ID!) { run(id: $id) { members { edges { node { index kpis failure { code } } } } } }', { id: startSweep.run.id })
    const members = run.members.edges.map(({ node }: { node: { index: number; failure: { code: string } | null } }) => [node.index, node.failure?.code]) as readonly unknown[]
    expect(members).toEqual(Array.from({ length: 40 }, (_, index) => [index, index === 3 ? 'ENGINE_CRASHED' : undefined]))
    await works()
  })

  it('that is killed each time fails with what became of it, after as many attempts as there are', async () => {
    const id = await start({ fault: 'crash' })
    expect(await ended(site.app, id)).toMatchObject({ state: 'FAILED', attempts: 2, failure: { code: 'ENGINE_CRASHED', retryable: true, message: expect.stringContaining('SIGKILL') as string } })
    await works()
  })

  it('that fails by itself is not tried again', async () => {
    const id = await start({ fault: 'error' })
    expect(await ended(site.app, id)).toMatchObject({ state: 'FAILED', attempts: 1, failure: { code: 'ENGINE_CRASHED', retryable: false } })
  })

  it('that hangs is timed out by its deadline, its process gone, and the next run works', async () => {
    const before = (await site.engine.deeds()).length
    const id = await start({ gate: 'never', heldFrom: 0 }, { deadline: 'PT2S' })
    const run = await ended(site.app, id)
    expect(run).toMatchObject({ state: 'TIMED_OUT', failure: null })
    const [deed] = (await site.engine.deeds()).slice(before)
    await expect.poll(() => deed && [deed.pid, deed.parent].some(isRunning), { timeout: 5_000 }).toBe(false)
    await works()
  })

  it.each(['silent', 'hang'] as const)('that says nothing (%s) is ended, tried again, and fails', async (fault) => {
    if (fault === 'silent') await site.engine.noted('run', 0)
    const id = await start({ fault, ...(fault === 'silent' && { gate: 'never' }) })
    expect(await ended(site.app, id)).toMatchObject({ state: 'FAILED', attempts: 2, failure: { code: 'ENGINE_SILENT', retryable: true } })
    const [last] = (await site.engine.deeds()).slice(-1)
    await expect.poll(() => last && isRunning(last.pid), { timeout: 5_000 }).toBe(false)
    await works()
  })

  it('that gives more results than its steps tell, and than it may, fails, and what was stored until then can be read', async () => {
    expect(await startSimulation(site.app, site.engine.request({}, { horizon: 'PT30M' }))).toMatchObject({ problems: [{ code: 'OUT_OF_BOUNDS' }] })
    const id = await start({ perStep: 200 })
    expect(await ended(site.app, id)).toMatchObject({ state: 'FAILED', attempts: 1, failure: { code: 'RESULTS_TOO_LARGE', retryable: false } })
    const stored = await levelsOf(site.app, id)
    expect(stored.length).toBeLessThanOrEqual(runs.mostValues)
    expect(stored).toEqual(levels(1_800).slice(0, stored.length))
    await works()
  })
})
