import type { LibraryHandle } from 'koffi'
import { EngineError } from '../../simulation/engine-program.ts'
import type { FmuType } from '../../simulation/fmi/model-description.ts'
import type { ValueGroup } from './value-group.ts'

/** One FMU's library, of either version of FMI. */
export interface FmuLibrary {
  /** Throws EngineError FMU_REFUSED where it gives no instance. */
  instantiate(request: InstanceRequest): FmuInstance
  unload(): void
}

export interface InstanceRequest {
  readonly name: string
  readonly twin: string | undefined
  readonly token: string
  /** The folder `resources` of the FMU. */
  readonly resources: string
  /** Doubts of the FMU: what it logs with the status Warning, and where a call returns it. */
  readonly warn: (message: string) => void
}

/** A slave of co-simulation. Every call throws EngineError FMU_DISCARD, FMU_ERROR or FMU_FATAL with what the FMU logged about it; after FMU_FATAL it is not to be called again. */
export interface FmuInstance {
  set(type: FmuType, reference: number, value: number | boolean | string): void
  group(ports: readonly Port[]): ValueGroup
  enterInitialization(experiment: { readonly stopTime: number; readonly tolerance: number | null }): void
  exitInitialization(): void
  /** Seconds. */
  step(time: number, size: number): void
  terminate(): void
  reset(): void
  free(): void
}

/** A function of the library: koffi converts what it is given, and gives back what the prototype says. */
export type NativeFunction = ReturnType<LibraryHandle['func']>

export interface Port {
  readonly type: FmuType
  readonly reference: number
}

/** Status codes that both versions have in common. */
const [ok, warning, discard, error] = [0, 1, 2, 3]

/** What an instance said and how its calls ended. */
export interface Verdicts {
  /** From its logger. */
  logged(status: number, message: string): void
  /** Throws where the status says that a call failed. */
  check(status: number, doing: string): void
  readonly isFatal: boolean
}

const mostCharacters = 1_000

export function createVerdicts({ name, twin, warn }: Pick<InstanceRequest, 'name' | 'twin' | 'warn'>): Verdicts {
  let lastLogged: string | undefined
  let isFatal = false
  return {
    get isFatal() {
      return isFatal
    },
    logged(status, message) {
      const text = message.trim().slice(0, mostCharacters)
      if (status >= discard) lastLogged = text
      else if (status === warning) warn(text)
    },
    check(status, doing) {
      if (status === ok) return
      if (status === warning) {
        warn(`It could ${doing}, with a doubt.`)
        return
      }
      isFatal = status > error
      const code = status === discard ? 'FMU_DISCARD' : status === error ? 'FMU_ERROR' : 'FMU_FATAL'
      const why = lastLogged === undefined ? 'it does not say why.' : `it says: ${lastLogged}`
      lastLogged = undefined
      throw new EngineError(code, `The FMU of ${name} cannot ${doing}; ${why}`, { twin })
    },
  }
}
