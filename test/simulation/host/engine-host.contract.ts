import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EngineHost } from '../../../src/simulation/engine-host.ts'
import type { EngineHostConfig } from '../../../src/simulation/worker/engine-hosts.ts'
import { resultHasher } from '../../../src/simulation/result-hash.ts'
import { listen, never, workFor } from './work.ts'

/** Without KPIs that tell one worker from another. */
const quiet = { period: 1_000_000, noise: 1, isQuiet: true }

/** What every host must do. `crashes`: what a fault of the program ends in. */
export function engineHostContract(name: string, isolation: 'THREAD' | 'PROCESS', create: (config: EngineHostConfig) => EngineHost): void {
  const work = (program: string, rest: Parameters<typeof workFor>[2] = {}) => workFor(program, isolation, rest)
  const fault = (input: string) => work('faulty', { input })

  describe(name, () => {
    let host: EngineHost
    beforeAll(() => { host = create({ atOnce: 1, memoryMb: 256, graceMs: 150, silenceMs: 20_000 }) })
    afterAll(() => host[Symbol.asyncDispose]())
    const nextWorks = async (): Promise<void> => {
      expect((await host.compute(work('oscillator'), listen(), never)).kpis['amplitude']).toBe(1)
    }

    test('a run tells its frames in order, its progress, its warnings counted, its KPIs, and a hash of its results', async () => {
      const heard = listen()
      const settings = [{ variable: { kind: 'property', twin: 'spring-1', name: 'amplitude' }, value: 3 }] as const
      const series = [{ at: Float64Array.of(1, 2), values: Float64Array.of(3, 4) }]
      const outcome = await host.compute(work('oscillator', { series, task: { kind: 'simulate', settings, seed: 7 } }), heard, never)
      expect(outcome.kpis).toMatchObject({ amplitude: 3, readings: 2 })
      expect(heard.bounds).toBe(1)
      expect(heard.all.flatMap(({ at }) => [...at])).toEqual(Array.from({ length: 1_001 }, (_, i) => i * 1_000))
      expect(heard.all.flatMap(({ values }) => [...values].filter((_, i) => i % 2 === 0)).slice(0, 2)).toEqual([3, 3 * Math.cos(2 * Math.PI * 1e-3)])
      expect([...heard.warnings.values()]).toEqual([{ code: 'TOO_FAR', message: 'It swings by 3.', twin: 'spring-1', count: 1_001, at: 0 }])
      const hasher = resultHasher()
      for (const frames of heard.all) hasher.update(frames)
      expect(outcome.resultHash).toBe(hasher.digest(outcome.kpis))
    })

    test('a seed gives the same results again, to the bit, and another one gives others', async () => {
      const hashOf = async (seed: number): Promise<string> => (await host.compute(work('oscillator', { input: quiet, task: { kind: 'simulate', settings: [], seed } }), listen(), never)).resultHash
      const [first, again, other] = [await hashOf(1), await hashOf(1), await hashOf(2)]
      expect(again).toBe(first)
      expect(other).not.toBe(first)
    })

    test('work of a run finds its model open; work of another run gets its own', async () => {
      const openedBy = async (run: string) => (await host.compute(work('oscillator', { run }), listen(), never)).kpis
      const [first, second, third] = [await openedBy('same'), await openedBy('same'), await openedBy('another')]
      expect(second).toEqual(first)
      expect([third['opened'], third['pid']]).not.toEqual([first['opened'], first['pid']])
    })

    test('an error of the engine comes as the engine said it, and the next run works', async () => {
      await expect(host.compute(fault('throw'), listen(), never)).rejects.toMatchObject({ name: 'EngineError', code: 'NO_CONVERGENCE', twin: 'junction-7', isRetryable: false })
      await expect(host.compute(fault('retryable'), listen(), never)).rejects.toMatchObject({ code: 'LICENCE_BUSY', isRetryable: true })
      await expect(host.compute(fault('openThrows'), listen(), never)).rejects.toMatchObject({ code: 'BAD_MODEL' })
      await nextWorks()
    })

    test('an engine that breaks its promises fails its run, and says how', async () => {
      await expect(host.compute(work('oscillator', { input: { period: 1, noise: 0, failAt: 5_000 } }), listen(), never)).rejects.toMatchObject({ code: 'ENGINE_FAILED', message: expect.stringContaining('is not a function') })
      await expect(host.compute(fault('infinite'), listen(), never)).rejects.toMatchObject({ code: 'DIVERGED', twin: 'spring-1' })
      await expect(host.compute(fault('backwards'), listen(), never)).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
      await expect(host.compute(fault('impatient'), listen({ frames: () => new Promise<void>(() => undefined) }), never)).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
      await nextWorks()
    })

    test('a worker that exits, crashes or throws in a callback fails its run at once, retryably', async () => {
      for (const how of isolation === 'PROCESS' ? ['exit', 'abort', 'uncaught'] : ['exit', 'uncaught']) {
        const begun = performance.now()
        await expect(host.compute(fault(how), listen(), never), how).rejects.toMatchObject({ code: 'ENGINE_CRASHED', isRetryable: true })
        expect(performance.now() - begun).toBeLessThan(10_000)
      }
      await nextWorks()
    })

    test('an engine that looks at its signal, or awaits what it is given, is cancelled within 200 ms, and its worker goes on', async () => {
      for (const program of ['cooperative', 'deaf', 'hang', 'silent']) {
        const abort = new AbortController()
        const reason = new Error('cancelled')
        const heard = listen({ bound: async () => void setTimeout(() => { abort.abort(reason) }, 150) })
        let abortedAt = 0
        abort.signal.addEventListener('abort', () => { abortedAt = performance.now() })
        await expect(host.compute(fault(program), heard, abort.signal), program).rejects.toBe(reason)
        expect(performance.now() - abortedAt, program).toBeLessThan(program === 'cooperative' ? 200 : 1_000)
      }
      await nextWorks()
    })

    test('an engine that takes more memory than a run may have, in its heap or beside it, fails its run alone', async () => {
      await using small = create({ atOnce: 1, memoryMb: isolation === 'PROCESS' ? 128 : 32 })
      for (const how of isolation === 'PROCESS' ? ['memory', 'buffers', 'array'] : ['memory', 'buffers']) {
        await expect(small.compute(fault(how), listen(), never), how).rejects.toMatchObject({ code: 'OUT_OF_MEMORY', isRetryable: false })
        expect((await small.compute(work('oscillator'), listen(), never)).kpis['amplitude']).toBe(1)
      }
    })

    test('a run that is cancelled before it begins, or while it waits for its turn, does not begin', async () => {
      const [early, late] = [new AbortController(), new AbortController()]
      early.abort(new Error('too early'))
      const heard = listen()
      await expect(host.compute(work('oscillator'), heard, early.signal)).rejects.toThrow('too early')
      const first = new AbortController()
      const hanging = listen({ bound: async () => { late.abort(new Error('while it waits')) } })
      const busy = host.compute(fault('cooperative'), hanging, first.signal)
      await expect(host.compute(work('oscillator'), heard, late.signal)).rejects.toThrow('while it waits')
      first.abort(new Error('enough'))
      await expect(busy).rejects.toThrow('enough')
      expect(heard.bounds).toBe(0)
    })

    test('a listener that does not want it to begin, or cannot take its frames, stops it', async () => {
      const unwanted = listen({ bound: () => Promise.reject(new Error('cancelled while binding')) })
      await expect(host.compute(work('oscillator'), unwanted, never)).rejects.toThrow('cancelled while binding')
      expect(unwanted.all).toEqual([])
      const full = listen({ frames: () => Promise.reject(new Error('the disk is full')) })
      await expect(host.compute(work('oscillator'), full, never)).rejects.toThrow('the disk is full')
      await nextWorks()
    })

    test('one that takes results slowly holds the engine up: two batches at most are under way, and memory stays as it is', async () => {
      let [taken, most, underWay] = [0, 0, 0]
      const slow = listen({
        async frames({ values }) {
          underWay++
          most = Math.max(most, underWay)
          await new Promise<void>((resolve) => { setTimeout(resolve, 5) })
          taken += values.length
          underWay--
        },
      })
      const window = { from: 0, horizon: 1_000_000, step: 1 }
      const before = process.memoryUsage().rss
      const outcome = await host.compute(work('oscillator', { window }), slow, never)
      expect(taken).toBe(2 * 1_000_001)
      expect(most).toBe(1) // one after the other; the second waits behind it
      expect(outcome.resultHash).toMatch(/^[0-9a-f]{64}$/)
      expect(process.memoryUsage().rss - before).toBeLessThan(200e6) // all of it would be 24 MB a copy, were it not for what a thread costs
      expect(Math.max(...slow.fractions)).toBeLessThanOrEqual(1)
      expect(slow.fractions).toEqual([...slow.fractions].sort((a, b) => a - b))
    })

    test('a sweep runs its members on one model; one that fails does not end the others', async () => {
      const amplitudes = [1, -1, 2, 3]
      const members = amplitudes.map((value, index) => ({ index: index + 10, seed: index, settings: [{ variable: { kind: 'property', twin: 'spring-1', name: 'amplitude' } as const, value }] }))
      const statistics = [{ output: 0, reducer: 'MAX', kpi: 'spring-1.position.MAX' }, { output: 0, reducer: 'LAST', kpi: 'spring-1.position.LAST' }] as const
      const heard = listen()
      await host.compute(work('oscillator', { task: { kind: 'sweep', members, keep: true, statistics } }), heard, never)
      expect(heard.members.map(({ index, kpis, failure }) => [index, kpis?.['spring-1.position.MAX'], failure?.code])).toEqual([[10, 1, undefined], [11, undefined, 'NEGATIVE_AMPLITUDE'], [12, 2, undefined], [13, 3, undefined]])
      expect(new Set(heard.members.flatMap(({ kpis }) => kpis?.['opened'] ?? [])).size).toBe(1)
      expect([...new Set(heard.all.map(({ member }) => member))]).toEqual([10, 12, 13])
      const again = listen()
      await host.compute(work('oscillator', { input: quiet, task: { kind: 'sweep', members, keep: false, statistics } }), again, never)
      const alone = await host.compute(work('oscillator', { input: quiet, task: { kind: 'simulate', settings: members[2]?.settings ?? [], seed: 2 } }), listen(), never)
      expect(again.members[2]?.resultHash).toBe(alone.resultHash)
    })

    test('a calibration finds the number that the measurements were made with', async () => {
      const at = Float64Array.from({ length: 50 }, (_, i) => i * 20_500) // between frames, too
      const values = at.map((time) => 2.5 * Math.cos(2 * Math.PI * time / 1_000_000))
      const variable = { kind: 'property', twin: 'spring-1', name: 'amplitude' } as const
      const problem = { variables: [{ name: 'amplitude', sets: [{ variable, of: 1 }], start: 1, min: 0, max: 10 }], targets: [{ output: 0, sigma: 0.01, at: at.filter((time) => time <= 1_000_000), values: values.slice(0, at.filter((time) => time <= 1_000_000).length) }], method: 'AUTO', mostRuns: 50 } as const
      const outcome = await host.compute(work('oscillator', { task: { kind: 'calibrate', problem, seed: 1 } }), listen(), never)
      expect(outcome.detail).toMatchObject({ converged: true, variables: [{ name: 'amplitude', value: expect.closeTo(2.5, 4) }] })
    })

    test('an engine that gives no sign of life is ended; while the listener keeps it waiting, it is not the engine that is silent', async () => {
      await using impatient = create({ atOnce: 1, memoryMb: 256, graceMs: 100, silenceMs: 1_500 })
      await expect(impatient.compute(fault('hang'), listen(), never)).rejects.toMatchObject({ code: 'ENGINE_SILENT', isRetryable: true })
      const slow = listen({ frames: () => new Promise<void>((resolve) => { setTimeout(resolve, 2_000) }) })
      await expect(impatient.compute(work('oscillator'), slow, never)).resolves.toMatchObject({ kpis: { amplitude: 1 } })
    })
  })
}
