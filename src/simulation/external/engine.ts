import type { Engine, EngineRole } from '../engine.ts'
import { bindExternal } from './bind.ts'
import type { ExternalEngine } from './definition.ts'

/** The describing half of a program that is an engine. `program`: the module that starts it; `build`: SHA-256 of the definition and of the files it is made of, as they are now. */
export function createExternalEngine(definition: ExternalEngine, { program, build }: { readonly program: URL; readonly build: () => string }): Engine {
  const { id, name, version, description, parameters, kpis, over, determinism } = definition
  const roles = definition.roles.map(({ role, properties, inputs, outputs }): EngineRole => ({
    role,
    inputs,
    outputs,
    properties: properties.map((property) => ({ name: property.name, unit: property.unit, isRequired: property.isRequired, description: property.description })),
  }))
  return {
    describe: () => ({ id, name, version, build: build(), description, parameters, roles, kpis, over, determinism, isolation: 'PROCESS', cancel: 'COOPERATIVE' }),
    bind: (request) => bindExternal(definition, request),
    program,
  }
}
