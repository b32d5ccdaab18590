import { join } from 'node:path'
import { EngineError, type EngineProgram, type OpenModel, type OpenRequest } from '../../simulation/engine-program.ts'
import type { FmiInput, InputFmu } from '../../simulation/fmi/program-input.ts'
import { createCoSimulation } from './co-simulation.ts'
import { loadFmi2 } from './fmi2.ts'
import { loadFmi3 } from './fmi3.ts'
import type { FmuLibrary } from './fmu-instance.ts'
import { unpack } from './unpack.ts'

/** An FMU that is unpacked and loaded. */
export interface LoadedFmu {
  readonly fmu: InputFmu
  readonly library: FmuLibrary
  readonly resources: string
}

/** Runs FMUs: in a process of its own, as they are native code that can do to it whatever it likes. */
export const program: EngineProgram = {
  async open({ input, artifacts, series, window, folder, signal, pulse }: OpenRequest): Promise<OpenModel> {
    const given = input as unknown as FmiInput // `bind` made it, and nobody else
    const loaded: LoadedFmu[] = []
    for (const [index, fmu] of given.fmus.entries()) {
      signal.throwIfAborted()
      loaded.push(await load(fmu, artifacts, join(folder, String(index)), pulse))
    }
    const simulation = createCoSimulation(given, loaded, series, window)
    return {
      run: simulation.run,
      close() {
        simulation.close()
        for (const { library } of loaded) library.unload()
      },
    }
  },
}

async function load(fmu: InputFmu, artifacts: ReadonlyMap<string, string>, folder: string, pulse: () => void): Promise<LoadedFmu> {
  const file = artifacts.get(fmu.sha256)
  if (file === undefined) throw new EngineError('BAD_ARTIFACT', `The FMU ${fmu.sha256} is not there.`)
  await unpack(file, folder, fmu.binary, pulse)
  pulse()
  const path = join(folder, fmu.binary)
  try {
    return { fmu, library: fmu.version === '2.0' ? loadFmi2(path) : loadFmi3(path), resources: join(folder, 'resources') }
  } catch (cause) {
    throw new EngineError('FMU_REFUSED', `The binary ${fmu.binary} of the FMU ${fmu.modelName} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
