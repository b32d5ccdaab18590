import { createProcessHost } from '../../../../src/adapters/process/engine-host.ts'
import { listen, never, workFor } from '../work.ts'

/** A server that has two engines compute, and says which processes do: one that never returns, and one whose event loop turns. */
const host = createProcessHost({ atOnce: 2, memoryMb: 256 })
const pids = await Promise.all(['busy', 'waiting'].map(async (run) => (await host.compute(workFor('oscillator', 'PROCESS', { run }), listen(), never)).kpis['pid']))
const computing = [host.compute(workFor('faulty', 'PROCESS', { run: 'busy', input: 'hang' }), listen(), never), host.compute(workFor('faulty', 'PROCESS', { run: 'waiting', input: 'silent' }), listen({ bound: async () => void process.stdout.write(`${pids.join(' ')}\n`) }), never)]
await Promise.all(computing)
