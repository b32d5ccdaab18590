import { Workspace } from 'epanet-js'
import { EngineError } from '../../simulation/engine-program.ts'

/** Codes of the toolkit 2.3 that epanet-js 0.9 has no names for (OWA-EPANET 2.3, epanet2_enums.h). */
export const newer = { emitterFlow: 29, leakageFlow: 30, demandFlow: 31, leakArea: 26 } as const

let loaded: Promise<Workspace> | undefined

/** One a thread: models that are open at the same time have a project each in it. */
export function loadToolkit(): Promise<Workspace> {
  loaded ??= load()
  return loaded
}

/**
 * After an error in it: epanet-js 0.9 frees the words that it handed over twice then, and the toolkit may have lost more. Models that are open keep theirs, those opened from now on
 * have another. `close`: what is given back of it, if it still can be.
 */
export function abandon(close: () => void): void {
  loaded = undefined
  try {
    close()
  } catch {
    // it has crashed: it goes with all that it holds
  }
}

async function load(): Promise<Workspace> {
  const workspace = new Workspace()
  await workspace.loadModule()
  return workspace
}

/** The toolkit says its warnings to the console, and returns nothing: they are taken from there. */
export function hearing<T>(tell: (code: number) => void, call: () => T): T {
  const { warn } = console
  console.warn = (...said: unknown[]) => {
    const code = /^epanet-js \(Warning (\d+)\)/.exec(String(said[0]))
    if (code) tell(Number(code[1]))
    else warn(...said)
  }
  try {
    return call()
  } finally {
    console.warn = warn
  }
}

/** Codes of EPANET 2.2 User Manual, appendix D. `details`: what its report says. */
export function toEngineError(error: unknown, details = ''): unknown {
  if (!(error instanceof Error)) return error
  const match = /^EPANET Error (\d+): (?:Error \d+: )?(.*)$/s.exec(error.message)
  if (match) return new EngineError(`EPANET_${match[1]}`, `EPANET: ${(match[2] ?? '').trim()} (error ${match[1]}).${details}`, { cause: error })
  return error.name === 'RuntimeError' ? new EngineError('ENGINE_CRASHED', `EPANET crashed: ${error.message}.`, { isRetryable: true, cause: error }) : error
}
