import { access } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bound } from '../../../src/simulation/engine.ts'
import { createProcessHost } from '../../../src/adapters/process/engine-host.ts'
import type { EngineError } from '../../../src/simulation/engine-program.ts'
import { listen, never } from '../host/work.ts'
import { isRunning } from '../host/is-running.ts'
import { type Bench, hasPython, openBench } from './support.ts'

describe.skipIf(!hasPython)('Programs as engines, which python3 is needed for', () => {
  let bench: Bench
  beforeAll(async () => { bench = await openBench() })
  afterAll(() => bench[Symbol.asyncDispose]())

  test('a program gets what was bound, and its frames and KPIs become those of the run', async () => {
    const heard = listen()
    const outcome = await bench.host.compute(bench.work({ gain: 3 }), heard, never)
    expect(outcome.kpis).toMatchObject({ gain: 3, readings: 10_000, firstAt: 0, firstValue: 0.5 / 3.6 })
    expect(heard.all.flatMap(({ at }) => [...at])).toEqual(Array.from({ length: 11 }, (_, i) => i * 1e6))
    expect([...heard.all[0]?.values ?? []].slice(0, 6)).toEqual([0, 0, NaN, NaN, 6, 6]) // of twins a and b; null is none
    const again = await bench.host.compute(bench.work({ gain: 3 }), listen(), never)
    expect(again.resultHash).toBe(outcome.resultHash)
  })

  test('members of a sweep are runs of one program that stays open', async () => {
    const members = [1, 2, 3].map((value, index) => ({ index, seed: index, settings: [{ variable: { kind: 'parameter', name: 'gain' } as const, value }] }))
    const heard = listen()
    await bench.host.compute(bench.work({}, { task: { kind: 'sweep', members, keep: false, statistics: [{ output: 0, reducer: 'MAX', kpi: 'a.level.MAX' }] } }), heard, never)
    expect(heard.members.map(({ kpis }) => kpis?.['a.level.MAX'])).toEqual([1_000, 2_000, 3_000]) // centimetres, as the model has them; the program tells metres
    expect(new Set(heard.members.map(({ kpis }) => kpis?.['pid'])).size).toBe(1)
  })

  test('a setting of a property is in the unit of the twin, and reaches the program in the program\'s', async () => {
    const { input, outputs } = bench.bind({}, { contentOf: (_twin, name) => ({ content: name === 'diameter' ? 'Property' : 'Telemetry', kind: 'float', unit: name === 'diameter' ? 'centimetre' : undefined }) }) as Bound
    const settings = [{ variable: { kind: 'property', twin: 'a', name: 'diameter' } as const, value: 250 }]
    const { kpis } = await bench.host.compute(bench.work({}, { input, outputs, task: { kind: 'simulate', settings, seed: 1 } }), listen(), never)
    expect(kpis['diameter']).toBeCloseTo(2.5, 12)
  })

  test('a program may take as long to open as its own limits let it, whatever silence its host would bear', async () => {
    await using host = createProcessHost({ atOnce: 1, memoryMb: 256, silenceMs: 2_500, environmentOf: bench.external.environmentOf })
    expect((await host.compute(bench.work({ fault: 'opensSlowly' }), listen(), never)).kpis).toMatchObject({ gain: 2 })
    await using limited = await openBench({ limits: { silenceMs: 1_000 } })
    await expect(limited.host.compute(limited.work({ fault: 'opensSlowly' }), listen(), never)).rejects.toMatchObject({ code: 'ENGINE_SILENT' })
  })

  test('an error that a program tells fails the run as told, and the program goes on with the next member', async () => {
    await expect(bench.host.compute(bench.work({ fault: 'error' }), listen(), never)).rejects.toMatchObject({ code: 'NO_CONVERGENCE', twin: 'a' })
    await expect(bench.host.compute(bench.work({ fault: 'errorEarly' }), listen(), never)).rejects.toMatchObject({ code: 'BAD_MODEL' })
    const members = [0, 1].map((index) => ({ index, seed: index, settings: [] }))
    const heard = listen()
    await bench.host.compute(bench.work({ fault: 'error' }, { task: { kind: 'sweep', members, keep: false, statistics: [] } }), heard, never)
    expect(heard.members.map(({ failure }) => failure?.code)).toEqual(['NO_CONVERGENCE', 'NO_CONVERGENCE'])
  })

  test('what a program tells of its failure is cut to what a run may keep, and names only twins that it was opened with', async () => {
    const heard = listen()
    const failure = await bench.host.compute(bench.work({ fault: 'babbles' }), heard, never).catch((error: unknown) => error as EngineError)
    expect(failure).toMatchObject({ code: 'A'.repeat(64), twin: undefined, message: `${'x'.repeat(1_999)}…` })
    expect([...heard.warnings]).toEqual([['BABBLE ', expect.objectContaining({ twin: undefined, message: `${'w'.repeat(999)}…` })]])
  })

  test.for([
    ['crash', 'ENGINE_CRASHED', 'the valve of pump-3 has no curve'],
    ['crashEarly', 'ENGINE_CRASHED', 'it cannot be opened'],
    ['segfault', 'ENGINE_CRASHED', 'SIGSEGV'],
    ['exit', 'ENGINE_CRASHED', 'exit code 0'],
    ['garbage', 'PROTOCOL_ERROR', 'Loading model ... done'],
    ['nan', 'PROTOCOL_ERROR', 'null'],
    ['stranger', 'PROTOCOL_ERROR', '"colour" of twin "a"'],
    ['kpi', 'PROTOCOL_ERROR', '"joy"'],
    ['hugeLine', 'RESULTS_TOO_LARGE', 'line'],
    ['memoryAtOnce', 'OUT_OF_MEMORY', 'MemoryError'],
  ] as const)('a program with the fault "%s" fails its run with %s, and says what happened', async ([fault, code, message]) => {
    await expect(bench.host.compute(bench.work({ fault }), listen(), never)).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
    expect((await bench.host.compute(bench.work(), listen(), never)).kpis['gain']).toBe(2)
  })

  test.for([
    ['hang', { timeMs: 1_000 }, 'TIME_LIMIT'],
    ['sleep', { timeMs: 60_000, silenceMs: 3_000 }, 'ENGINE_SILENT'],
    ['flood', { outputBytes: 200_000 }, 'RESULTS_TOO_LARGE'],
    ['memory', { memoryMb: 64 }, 'OUT_OF_MEMORY'],
  ] as const)('the limits of a program end it: %s', async ([fault, limits, code]) => {
    await using limited = await openBench({ limits })
    await expect(limited.host.compute(limited.work({ fault }), listen(), never)).rejects.toMatchObject({ code })
    expect((await limited.host.compute(limited.work(), listen(), never)).kpis['gain']).toBe(2)
  })

  test('a cancelled program is asked to end, is ended if it does not, and nothing that it has started lives on', async () => {
    for (const fault of ['ignoresCancel', 'children', 'sleep']) {
      const abort = new AbortController()
      const reason = new Error('cancelled')
      const heard = listen({ bound: async () => void setTimeout(() => { abort.abort(reason) }, 400) })
      let abortedAt = 0
      abort.signal.addEventListener('abort', () => { abortedAt = performance.now() })
      await expect(bench.host.compute(bench.work({ fault }), heard, abort.signal), fault).rejects.toBe(reason)
      expect(performance.now() - abortedAt, fault).toBeLessThan(1_000)
      const pids = heard.warnings.get('CHILDREN ')?.message.split(' ').map(Number) ?? []
      expect(pids).toHaveLength(fault === 'children' ? 4 : 0)
      for (const pid of pids) await expect.poll(() => isRunning(pid)).toBe(false)
    }
  })

  test.skipIf(process.platform !== 'linux')('what a program has started and let go, in a session of its own, ends with the process of the run', async () => {
    const heard = listen()
    const other = await openBench()
    await other.host.compute(other.work({ fault: 'escapes' }), heard, never)
    const pid = Number(heard.warnings.get('STRAY ')?.message)
    expect(isRunning(pid)).toBe(true)
    await other[Symbol.asyncDispose]()
    await expect.poll(() => isRunning(pid)).toBe(false)
  })

  test('a program has an environment and a folder of its own: nothing of the server\'s but what the engines file names', async () => {
    const server = { PATH: process.env['PATH'] ?? '', NEO4J_PASSWORD: 'secret', ACME_LICENCE: 'abc' }
    await using other = await openBench({ environment: { LICENCE: 'key=${ACME_LICENCE}' } }, server)
    const heard = listen()
    await other.host.compute(other.work({ fault: 'environment' }), heard, never)
    const { names, ...environment } = JSON.parse(heard.warnings.get('ENVIRONMENT ')?.message ?? '{}') as Record<string, string> & { names: readonly string[] }
    const folder = heard.warnings.get('FOLDER a')?.message ?? ''
    expect(environment).toEqual({ LICENCE: 'key=abc', HOME: folder, TMPDIR: folder })
    const ofShells = /^(PWD|OLDPWD|SHLVL|_|LC_CTYPE|_?PYENV_.*)$/ // what /bin/sh, and a python3 that is a script, add
    expect(names.filter((name) => !ofShells.test(name)).sort()).toEqual(['HOME', 'LANG', 'LICENCE', 'PATH', 'TMPDIR', 'TZ'])
    await other[Symbol.asyncDispose]()
    await expect(access(folder)).rejects.toThrow('ENOENT')
  })

  test('a command that does not exist is told as such', async () => {
    await using broken = await openBench({ command: ['no-such-solver', '--fast'] })
    await expect(broken.host.compute(broken.work(), listen(), never)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining('no-such-solver') })
  })
})
