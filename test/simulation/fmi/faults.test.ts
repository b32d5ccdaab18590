import { describe, expect, it } from 'vitest'
import { createProcessHost } from '../../../src/adapters/process/engine-host.ts'
import type { FmiVersion } from '../../../src/simulation/fmi/model-description.ts'
import { binaryPath } from '../../../src/simulation/fmi/platform.ts'
import { listen } from '../host/work.ts'
import { second, twin } from './binding.ts'
import { buildFmu, compiler, describe as describeFmu, models, zipFmu } from './fmus.ts'
import { run, type RunSpec } from './runs.ts'

const versions: readonly FmiVersion[] = ['2.0', '3.0']

/** An FMU that does something bad after three seconds. */
function faulty(fault: string, version: FmiVersion, more = ''): RunSpec {
  const fmu = buildFmu({ ...models.faulty, version, more })
  return { twins: [twin('thing-1', 'Thing')], fmus: [fmu], parameters: { components: [{ name: 'rotten', fmu: fmu.sha256, twin: 'thing-1', start: { fault }, outputs: { x: 'x' } }] } }
}

describe.skipIf(compiler === undefined).each(versions)('An FMU of FMI %s', (version) => {
  it('that crashes fails its run, and nothing else', async () => {
    await using host = createProcessHost({ atOnce: 2, memoryMb: 256 })
    const [crashed, fine] = await Promise.allSettled([run(host, faulty('crash', version)), run(host, faulty('work', version))])
    expect(crashed).toMatchObject({ status: 'rejected', reason: { code: 'ENGINE_CRASHED' } })
    expect(fine).toMatchObject({ status: 'fulfilled', value: { outcome: { kpis: { communicationSteps: 10 } } } })
    expect((await run(host, faulty('work', version))).rows).toHaveLength(11)
  })

  it('that hangs is ended: when it gives no sign of life, and when its run is cancelled', async () => {
    await using host = createProcessHost({ atOnce: 2, memoryMb: 256, silenceMs: 1_500 })
    const cancelled = new AbortController()
    const heard = listen()
    const cancelling = run(host, { ...faulty('hang', version), signal: cancelled.signal, heard })
    const silent = expect(run(host, faulty('hang', version))).rejects.toMatchObject({ code: 'ENGINE_SILENT' })
    const ended = expect(cancelling).rejects.toThrow('no longer wanted')
    await until(() => heard.bounds === 1)
    cancelled.abort(new Error('no longer wanted'))
    await Promise.all([silent, ended])
  })

  it.each([['fail', 'FMU_ERROR', 'The solver does not converge.'], ['discard', 'FMU_DISCARD', 'The step is too long for it.'], ['die', 'FMU_FATAL', 'it does not say why']])('that says %s fails its run with %s, in its own words', async (fault, code, words) => {
    await using host = createProcessHost({ atOnce: 1, memoryMb: 256 })
    await expect(run(host, faulty(fault, version))).rejects.toMatchObject({ code, twin: 'thing-1', message: expect.stringMatching(new RegExp(`rotten cannot make the step from 2 s.*${words}`)) as unknown })
  })

  it('that has doubts is heard, once a kind, and goes on', async () => {
    await using host = createProcessHost({ atOnce: 1, memoryMb: 256 })
    const rattling = await run(host, faulty('warn', version))
    expect([...rattling.heard.warnings.values()]).toMatchObject([{ code: 'FMU_WARNING', twin: 'thing-1', count: 8, message: 'The FMU of rotten says: It rattles.' }])
    const diverging = await run(host, faulty('diverge', version))
    expect([...diverging.heard.warnings.values()]).toMatchObject([{ code: 'NOT_A_NUMBER', twin: 'thing-1', count: 8, at: expect.any(Number) as unknown }])
    expect(diverging.rows.map(([x]) => x)).toEqual([0, 1, 2, ...Array.from({ length: 8 }, () => Number.NaN)])
  })

  it('that is cancelled ends between two steps', async () => {
    await using host = createProcessHost({ atOnce: 1, memoryMb: 256, graceMs: 10_000 })
    const cancelled = new AbortController()
    const heard = listen()
    const running = expect(run(host, { ...faulty('work', version), window: { from: 0, horizon: 4_000_000 * second, step: 10 * second }, parameters: { ...faulty('work', version).parameters as object, stepSize: 0.1 }, signal: cancelled.signal, heard })).rejects.toThrow('no longer wanted')
    await heard.running
    const cancelledAt = performance.now()
    cancelled.abort(new Error('no longer wanted'))
    await running
    expect(performance.now() - cancelledAt).toBeLessThan(2_000) // long before the grace is over: it was asked, not killed
  })

  it('that can be instantiated only once in a process is reset between runs', async () => {
    await using host = createProcessHost({ atOnce: 1, memoryMb: 256 })
    const spec = faulty('warn', version, 'canBeInstantiatedOnlyOncePerProcess="true"')
    const members = [3, 5, 3].map((at, index) => ({ index, seed: 1, settings: [{ variable: { kind: 'parameter', name: 'rotten.at' } as const, value: at }] }))
    const { heard } = await run(host, { ...spec, task: { kind: 'sweep', members, keep: true, statistics: [] } })
    expect(heard.members.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined])
    expect(heard.members[2]?.resultHash).toBe(heard.members[0]?.resultHash)
  })

  it('whose binary is of another model, or no library at all, is refused before it runs', async () => {
    await using host = createProcessHost({ atOnce: 1, memoryMb: 256 })
    const other = buildFmu({ ...models.faulty, version, token: 'another build' })
    const spec = faulty('work', version)
    await expect(run(host, { ...spec, fmus: [other], parameters: { components: [{ name: 'rotten', fmu: other.sha256, twin: 'thing-1', outputs: { x: 'x' } }] } })).rejects.toMatchObject({ code: 'FMU_REFUSED', twin: 'thing-1' })
    const broken = zipFmu({ 'modelDescription.xml': describeFmu({ ...models.faulty, version }), [binaryPath(version, 'faulty', process) ?? '']: 'no library' })
    await expect(run(host, { ...spec, fmus: [broken], parameters: { components: [{ name: 'rotten', fmu: broken.sha256, twin: 'thing-1', outputs: { x: 'x' } }] } })).rejects.toMatchObject({ code: 'FMU_REFUSED', message: expect.stringMatching(/binaries.*cannot be loaded/) as unknown })
  })
})

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 10_000, interval: 5 }).toBe(true)
}
