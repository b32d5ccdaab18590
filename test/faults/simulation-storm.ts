import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'vitest'
import type { GatedEngine } from '../support/gated-engine.ts'
import { startSimulation } from '../support/runs.ts'
import type { ServerProcess } from '../support/server-process.ts'

export interface StormConfig {
  readonly engine: GatedEngine
  readonly forMs: number
  /** Each a server, started anew when it was ended. */
  readonly places: readonly (() => Promise<ServerProcess>)[]
}

export interface StormReport {
  readonly started: readonly Started[]
  readonly kills: number
  readonly stops: number
  readonly programsKilled: number
  readonly cancelled: number
  /** The servers as the storm left them. */
  readonly servers: readonly ServerProcess[]
}

export interface Started {
  readonly id: string
  /** Runs of one kind are of one configuration. */
  readonly kind: string
}

const between = (least: number, most: number): number => least + Math.random() * (most - least)
const oneOf = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T // none of those that are asked is empty

/** Runs are started and cancelled, and servers and programs ended, each at moments by chance, until the time is over. */
export async function stormOfRuns({ engine, forMs, places }: StormConfig): Promise<StormReport> {
  const until = performance.now() + forMs
  const started: Started[] = []
  const counts = { kills: 0, stops: 0, programsKilled: 0, cancelled: 0 }
  const servers = await Promise.all(places.map((start) => start()))
  const repeatedly = async (least: number, most: number, deed: () => Promise<void>): Promise<void> => {
    while (performance.now() < until) {
      await wait(between(least, most))
      await deed()
    }
  }
  const start = async (): Promise<void> => {
    const { kind, ask } = oneOf(kinds)
    const id = await ask(oneOf(servers), engine).catch(ended)
    if (id !== undefined) started.push({ id, kind })
  }
  const cancel = async (): Promise<void> => {
    const { id } = started[started.length - 1 - Math.floor(Math.random() * 3)] ?? {}
    if (id === undefined) return
    const answer = await oneOf(servers).data('mutation ($id: ID!) { cancelRun(id: $id) { __typename } }', { id }).catch(ended)
    if (answer?.['cancelRun'].__typename === 'CancelRunSuccess') counts.cancelled++
  }
  const killProgram = async (): Promise<void> => {
    const { pid, parent } = (await engine.deeds()).at(-1) ?? {}
    if (pid === undefined || parent === undefined) return
    if (killIfThere(oneOf([pid, parent]))) counts.programsKilled++
  }
  const endServer = async (): Promise<void> => {
    const place = Math.floor(Math.random() * places.length)
    const signal = oneOf(['SIGKILL', 'SIGTERM'] as const)
    await servers[place]?.kill(signal)
    counts[signal === 'SIGKILL' ? 'kills' : 'stops']++
    const again = await places[place]?.()
    if (again) servers[place] = again
  }
  await Promise.all([repeatedly(50, 600, start), repeatedly(1_000, 3_000, cancel), repeatedly(500, 2_500, killProgram), repeatedly(3_000, 6_000, endServer)])
  return { started, ...counts, servers }
}

/** What a request to a server that ends may come to; anything else is not taken. */
function ended(error: unknown): undefined {
  expect(String(error) + String((error as Error).cause ?? '')).toMatch(/fetch failed|ECONNREFUSED|ECONNRESET|socket|terminated|SHUTTING_DOWN|JSON/)
}

function killIfThere(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false // it has ended by itself
  }
}

interface Kind {
  readonly kind: string
  ask(server: ServerProcess, engine: GatedEngine): Promise<string | undefined>
}

const simulation = (kind: string, more: Readonly<Record<string, unknown>>, parameters: Readonly<Record<string, unknown>> = {}): Kind => ({
  kind,
  async ask(server, engine) {
    const answer = await startSimulation(server, engine.request(parameters, { force: true, ...more }))
    return answer['run']?.id as string | undefined
  },
})

const sweep = (kind: string, gains: readonly number[], more: Readonly<Record<string, unknown>>): Kind => ({
  kind,
  async ask(server, engine) {
    const input = { simulation: engine.request({}, { force: true, ...more }), design: 'GRID', variables: [{ variable: { parameter: 'gain' }, values: gains }], keepSeries: true }
    const { startSweep } = await server.data('mutation ($input: StartSweepInput!) { startSweep(input: $input) { ... on StartSweepSuccess { run { id } } ... on Problem { message } } }', { input })
    return startSweep.run?.id as string | undefined
  },
})

const kinds: readonly Kind[] = [
  simulation('short', {}), simulation('long', { horizon: 'PT30M' }), simulation('first', { priority: 50, horizon: 'PT1M' }),
  simulation('slow', { horizon: 'PT2M' }, { frameMs: 15 }), sweep('sweep', Array.from({ length: 24 }, (_, index) => index + 1), { horizon: 'PT1M' }),
]

/** How many steps the simulations of a kind have. */
export const stepsOf: ReadonlyMap<string, number> = new Map([['short', 10], ['long', 1_800], ['first', 60], ['slow', 120]])
