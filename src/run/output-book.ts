import type { ArtifactStore } from '../artifact/artifact-store.ts'
import { decodeInputs, type RunOutput } from './run-inputs.ts'

/** Finds what runs compute, by the artifact of their inputs. Remembers those it looked at last. */
export interface OutputBook {
  /** By `JSON.stringify([twin, name])`; empty where the artifact is not kept any more. */
  find(inputs: string): Promise<ReadonlyMap<string, RunOutput>>
}

const mostKept = 20

export function createOutputBook({ read }: Pick<ArtifactStore, 'read'>): OutputBook {
  const known = new Map<string, Promise<ReadonlyMap<string, RunOutput>>>()
  const load = async (inputs: string): Promise<ReadonlyMap<string, RunOutput>> => {
    const bytes = await read(inputs)
    return new Map((bytes ? decodeInputs(bytes).outputs : []).map((output) => [JSON.stringify([output.twin, output.name]), output]))
  }
  return {
    async find(inputs) {
      const found = known.get(inputs) ?? load(inputs)
      known.delete(inputs) // the last one asked for is the last one forgotten
      known.set(inputs, found)
      const [oldest] = known.keys()
      if (known.size > mostKept && oldest !== undefined) known.delete(oldest)
      return await found.catch((error: unknown) => {
        known.delete(inputs)
        throw error
      })
    },
  }
}
