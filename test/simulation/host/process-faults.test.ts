import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { createProcessHost } from '../../../src/adapters/process/engine-host.ts'
import { createThreadHost } from '../../../src/adapters/thread/thread-host.ts'
import { createEngineHosts } from '../../../src/simulation/worker/engine-hosts.ts'
import { isRunning } from './is-running.ts'
import { listen, never, workFor } from './work.ts'

test('a process that is killed from outside fails its run at once, retryably', async () => {
  await using host = createProcessHost({ atOnce: 1, memoryMb: 256 })
  const first = await host.compute(workFor('oscillator', 'PROCESS', { run: 'killed' }), listen(), never)
  const heard = listen()
  const computing = host.compute(workFor('faulty', 'PROCESS', { run: 'killed', input: 'cooperative' }), heard, never)
  await heard.running
  const killedAt = performance.now()
  process.kill(first.kpis['pid'] ?? 0, 'SIGKILL')
  await expect(computing).rejects.toMatchObject({ code: 'ENGINE_CRASHED', message: expect.stringContaining('SIGKILL'), isRetryable: true })
  expect(performance.now() - killedAt).toBeLessThan(1_000)
  expect((await host.compute(workFor('oscillator', 'PROCESS', { run: 'killed' }), listen(), never)).kpis['pid']).not.toBe(first.kpis['pid'])
})

test('a process that is killed while it waits for more work of its run is replaced', async () => {
  await using host = createProcessHost({ atOnce: 1, memoryMb: 256 })
  const { kpis } = await host.compute(workFor('oscillator', 'PROCESS', { run: 'again' }), listen(), never)
  process.kill(kpis['pid'] ?? 0, 'SIGKILL')
  await expect.poll(() => isRunning(kpis['pid'] ?? 0)).toBe(false)
  expect((await host.compute(workFor('oscillator', 'PROCESS', { run: 'again' }), listen(), never)).kpis['amplitude']).toBe(1)
})

test('engines compute where their isolation says, and nothing is left of them: no process, no folder', async () => {
  const hosts = createEngineHosts({ thread: createThreadHost({ atOnce: 1, memoryMb: 256 }), process: createProcessHost({ atOnce: 2, memoryMb: 256 }) })
  const heard = listen()
  const input = { period: 1_000_000, noise: 0, tellFolder: true }
  const [thread, one, other] = await Promise.all([
    hosts.compute(workFor('oscillator', 'THREAD', { input }), heard, never),
    hosts.compute(workFor('oscillator', 'PROCESS', { input }), heard, never),
    hosts.compute(workFor('oscillator', 'PROCESS', { input }), heard, never),
  ])
  const folders = [...heard.warnings.values()].map(({ message }) => message)
  expect(new Set(folders).size).toBe(3)
  expect(thread.kpis['pid']).toBe(process.pid)
  expect(new Set([process.pid, one.kpis['pid'], other.kpis['pid']]).size).toBe(3)
  await hosts[Symbol.asyncDispose]()
  expect([one, other].map(({ kpis }) => isRunning(kpis['pid'] ?? 0))).toEqual([false, false])
  for (const folder of folders) await expect(access(folder)).rejects.toThrow('ENOENT')
})

test('when the server is killed, the processes of its engines end, also one that never returns', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'twinfold-abandoned-')) // what a server that is killed leaves there is for the system to remove
  onTestFinished(() => rm(folder, { recursive: true }))
  const server = spawn(process.execPath, [fileURLToPath(new URL('./programs/abandoned.ts', import.meta.url))], { stdio: ['ignore', 'pipe', 'inherit'], env: { TMPDIR: folder } })
  const [line] = await once(server.stdout, 'data') as [Buffer]
  const pids = line.toString().trim().split(' ').map(Number)
  expect(pids.map(isRunning)).toEqual([true, true])
  server.kill('SIGKILL')
  await expect.poll(() => pids.map(isRunning), { timeout: 10_000 }).toEqual([false, false])
})
