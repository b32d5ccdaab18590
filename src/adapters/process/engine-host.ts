import type { EngineHost, EngineWork } from '../../simulation/engine-host.ts'
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
export function createProcessHost({ atOnce, memoryMb, graceMs = engineHostDefaults.graceMs, silenceMs = engineHostDefaults.silenceMs, environmentOf = () => ({}) }: ProcessHostConfig): EngineHost {
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
  const childFor = async ({ run, engine }: EngineWork): Promise<EngineChild> => {
    const known = [...idle.keys()].find((child) => child.run === run && child.isAlive)
    if (known) {
      clearTimeout(idle.get(known))
      idle.delete(known)
      return known
    }
    const [other] = idle.keys()
    if (other && alive.size >= atOnce) await end(other)
    const child = await startEngineChild({ run, memoryMb, environment: environmentOf(engine.id) })
    alive.add(child)
    return child
  }
  return {
    atOnce,
    async compute(work, listener, signal) {
      const giveBack = await slots.take(signal)
      try {
        const child = await childFor(work)
        try {
          const outcome = await converse(child.work(work), listener, { signal, graceMs: work.engine.cancel === 'KILL' ? 0 : graceMs, silenceMs })
          rest(child)
          return outcome
        } catch (error) {
          await end(child)
          throw error
        }
      } finally {
        giveBack()
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...alive].map(end))
    },
  }
}
