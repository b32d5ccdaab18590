import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, vi } from 'vitest'
import { createCuttingProxy } from '../support/cutting-proxy.ts'
import { sendFirst, sendReadings, storedReadings } from './live-gauges.ts'
import { answerOf, changesBehind, createChance, createSea, disturb, watched } from './live-town.ts'
import { createWatcher, type Watcher } from './live-watcher.ts'
import { createDataDirectory, type Server, startServer } from './server.ts'

export interface Storm {
  readonly mutations: number
  readonly changes: number
  readonly readings: number
  /** What was done, by name. */
  readonly faults: Readonly<Record<string, number>>
  readonly attempts: number
}

export interface StormConfig {
  readonly seconds: number
  readonly seed: number
  readonly watcherCount?: number
}

/** Mutations run, and everything between server and clients fails, the two among it; then it heals, and every client holds what is. */
export async function stormOfFaults({ seconds, seed, watcherCount = 6 }: StormConfig): Promise<Storm> {
  const random = createChance(seed)
  const data = await createDataDirectory()
  let server = await startServer({ data })
  const start = await createSea(server)
  const startOfReadings = await sendFirst(server)
  await using proxy = await createCuttingProxy({ target: portOf(server), random })
  const url = `http://127.0.0.1:${proxy.port}/graphql`
  const watchers = Array.from({ length: watcherCount }, (_, index) => createWatcher({ name: `watcher ${index}`, url, transport: index % 3 === 2 ? 'sse' : 'websocket', start, startOfReadings, random }))
  onTestFinished(async () => { await Promise.all(watchers.map((watcher) => watcher.close())) })
  const reader = startReader(url, join(data, 'told'), start)

  const calm = new AbortController()
  const sending = sendReadings(() => server.url, random, calm.signal)
  const disturbing = Promise.all([1, 2, 3].map(() => disturb(() => server.url, random, calm.signal)))
  const faults: Record<string, number> = {}
  const does: readonly (readonly [name: string, share: number, () => Promise<unknown>])[] = [
    ['cut', 0.3, async () => proxy.cut(0.4)],
    ['stall', 0.2, async () => proxy.stall(0.3)],
    ['delay', 0.2, async () => { proxy.delayMs = random() < 0.5 ? 0 : random() * 120 }],
    ['close', 0.1, async () => { proxy.isClosed = true; proxy.cut(1); await wait(300); proxy.isClosed = false }],
    ['kill a client', 0.08, async () => watchers[Math.floor(random() * watchers.length)]?.kill()],
    ['kill the reader', 0.07, () => reader.kill()],
    ['kill the server', 0.05, async () => {
      await server.kill()
      await wait(random() * 1_000)
      server = await startServer({ data })
      proxy.target = portOf(server)
    }],
  ]
  const until = performance.now() + seconds * 1_000
  while (performance.now() < until) {
    let chance = random()
    const [name, , act] = does.find(([, share]) => (chance -= share) < 0) ?? ['nothing', 0, async () => undefined]
    faults[name] = (faults[name] ?? 0) + 1
    await act()
    await wait(100 + random() * 900)
  }
  proxy.delayMs = 0 // what is stalled is left to the clients to notice
  calm.abort()
  const mutations = (await disturbing).reduce((sum, count) => sum + count, 0)
  await sending
  const [changes, readings] = [await changesBehind(server, start), await storedReadings(server)]
  for (const watcher of watchers) await expectTruth(watcher, server, changes, readings)
  await vi.waitFor(() => { expect(reader.told().length).toBeGreaterThanOrEqual(changes.length) }, { timeout: 30_000, interval: 50 })
  expect(reader.told(), 'what the process that was killed wrote').toEqual(changes)
  const attempts = watchers.reduce((sum, watcher) => sum + watcher.attempts, 0)
  await Promise.all([...watchers.map((watcher) => watcher.close()), reader.end()])
  await vi.waitFor(async () => { expect(await server.metric('twinfold_live_subscriptions')).toBe(0) }, { timeout: 60_000, interval: 100 })
  await server[Symbol.asyncDispose]()
  return { mutations, changes: changes.length, readings: readings.length, faults, attempts }
}

async function expectTruth(watcher: Watcher, server: Server, changes: readonly string[], readings: readonly string[]): Promise<void> {
  const { name, told, toldReadings, lives, replayed } = watcher
  await vi.waitFor(async () => {
    const answers = await Promise.all(watched.map((query) => answerOf(server, query))) // anew, since the latest values of readings come a moment later
    expect(watcher.faults, name).toEqual([])
    expect(lives.map(({ isCaughtUp }) => isCaughtUp), name).toEqual(lives.map(() => true))
    expect(lives.map(({ nodes }) => new Map(nodes)), `what ${name} holds`).toEqual(answers)
    expect(replayed, `what ${name} replayed`).toEqual(answers)
    expect(told.length, `changes that ${name} was told of`).toBeGreaterThanOrEqual(changes.length)
    expect(toldReadings.length, `readings that ${name} was told of`).toBeGreaterThanOrEqual(readings.length)
  }, { timeout: 30_000, interval: 100 })
  expect(told, name).toEqual(changes)
  expect([...toldReadings].sort(), name).toEqual([...readings].sort())
}

interface Reader {
  told(): readonly string[]
  /** SIGKILL, and another process. */
  kill(): Promise<void>
  end(): Promise<void>
}

function startReader(url: string, file: string, start: string): Reader {
  const run = (): ChildProcess => spawn(process.execPath, [join(import.meta.dirname, 'live-reader.ts'), url, file, start], { stdio: ['ignore', 'ignore', 'inherit'] })
  let child = run()
  const end = async (): Promise<void> => {
    if (child.exitCode !== null) throw new Error('The reader ended by itself.')
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  onTestFinished(() => { child.kill('SIGKILL') })
  return {
    told: () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []),
    end,
    async kill() {
      await end()
      child = run()
    },
  }
}

const portOf = ({ url }: Server): number => Number(new URL(url).port)
