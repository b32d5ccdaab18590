import { tmpdir } from 'node:os'
import type { EngineHost, EngineListener, EngineOutcome, EngineWork } from '../../simulation/engine-host.ts'
import { EngineError } from '../../simulation/engine-program.ts'
import { converse } from '../../simulation/worker/converse.ts'
import { engineHostDefaults, type EngineHostConfig } from '../../simulation/worker/engine-hosts.ts'
import { createSlots } from '../../simulation/worker/slots.ts'
import { type EngineChild, startEngineChild } from './engine-child.ts'

export interface ProcessHostConfig extends EngineHostConfig {
  /** The whole environment of the processes of an engine; by default none. */
  readonly environmentOf?: (engine: string) => Readonly<Record<string, string>>
}

/** How long the process of a run waits for more work of that run. */
const idleMs = 5_000

/** Engines in processes of their own, one a run, so that whatever an engine does to its process is gone with its run. */
export function createProcessHost({ atOnce, memoryMb, graceMs = engineHostDefaults.graceMs, silenceMs = engineHostDefaults.silenceMs, folder = tmpdir(), environmentOf = () => ({}) }: ProcessHostConfig): EngineHost {
  const slots = createSlots(atOnce)
  const idle = new Map<EngineChild, NodeJS.Timeout>()
  const alive = new Set<EngineChild>()

  const end = async (child: EngineChild): Promise<void> => {
    clearTimeout(idle.get(child))
    idle.delete(child)
    await child.end()
    alive.delete(child)
  }
  const rest = (child: EngineChild): void => {
    idle.set(child, setTimeout(() => void end(child), idleMs).unref())
  }
  const idleOf = (run: string): EngineChild | undefined => {
    const known = [...idle.keys()].find((child) => child.run === run && child.isAlive)
    if (!known) return undefined
    clearTimeout(idle.get(known))
    idle.delete(known)
    return known
  }
  const freshFor = async ({ run, engine }: EngineWork): Promise<EngineChild> => {
    const [other] = idle.keys()
    if (other && alive.size >= atOnce) await end(other)
    const child = await startEngineChild({ run, memoryMb, environment: environmentOf(engine.id), folder })
    alive.add(child)
    return child
  }
  const computeIn = async (child: EngineChild, work: EngineWork, listener: EngineListener, signal: AbortSignal): Promise<EngineOutcome> => {
    try {
      const outcome = await converse(child.work(work), listener, { signal, graceMs: work.engine.cancel === 'KILL' ? 0 : graceMs, silenceMs })
      rest(child)
      return outcome
    } catch (error) {
      await end(child)
      throw error
    }
  }
  /** In the process that waits for more work of the run, unless it turns out that it waits no more. */
  const computeAgain = async (child: EngineChild, work: EngineWork, listener: EngineListener, signal: AbortSignal): Promise<EngineOutcome | undefined> => {
    let isBound = false
    const heard: EngineListener = {
      async bound() {
        isBound = true
        await listener.bound()
      },
      frames: (frames) => listener.frames(frames),
      progress: (progress) => { listener.progress(progress) },
      warning: (warning) => { listener.warning(warning) },
      member: (member) => { listener.member(member) },
    }
    try {
      return await computeIn(child, work, heard, signal)
    } catch (error) {
      if (!isBound && error instanceof EngineError && error.code === 'ENGINE_CRASHED') return undefined
      throw error
    }
  }
  return {
    atOnce,
    async compute(work, listener, signal) {
      const giveBack = await slots.take(signal)
      try {
        const known = idleOf(work.run)
        return (known && await computeAgain(known, work, listener, signal)) ?? await computeIn(await freshFor(work), work, listener, signal)
      } finally {
        giveBack()
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...alive].map(end))
    },
  }
}
