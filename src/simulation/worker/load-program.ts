import type { EngineProgram } from '../engine-program.ts'
import { EngineError } from '../engine-program.ts'

/** Imports an engine's computing half. Only workers do. */
export async function loadProgram(program: string): Promise<EngineProgram> {
  const module = await import(program) as { readonly program?: EngineProgram }
  if (typeof module.program?.open !== 'function') throw new EngineError('ENGINE_FAILED', 'The module of the engine has no export "program" with an "open".')
  return module.program
}
