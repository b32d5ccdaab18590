import { pathToFileURL } from 'node:url'
import koffi, { type LibraryHandle } from 'koffi'
import { EngineError } from '../../simulation/engine-program.ts'
import type { FmuType } from '../../simulation/fmi/model-description.ts'
import { createVerdicts, type FmuInstance, type FmuLibrary, type InstanceRequest, type NativeFunction } from './fmu-instance.ts'
import { createValueGroup, put, type TypeAccess } from './value-group.ts'

/**
 * `void logger(environment, instanceName, status, category, message, ...)`. It is variadic; the arguments after the message are for its format and are not
 * taken. The five before it come as if there were no others, in all calling conventions of x86-64 and ARM64.
 */
const logger = koffi.pointer(koffi.proto('void', ['void *', 'str', 'int', 'str', 'str']))
/** fmi2CallbackFunctions: logger, allocateMemory, freeMemory, stepFinished, componentEnvironment. */
const callbackCount = 5
const coSimulation = 1

const families: Readonly<Partial<Record<FmuType, { readonly name: string; readonly make: (length: number) => Float64Array | Int32Array }>>> = {
  Float64: { name: 'Real', make: (length) => new Float64Array(length) },
  Int32: { name: 'Integer', make: (length) => new Int32Array(length) },
  Enumeration: { name: 'Integer', make: (length) => new Int32Array(length) },
  Boolean: { name: 'Boolean', make: (length) => new Int32Array(length) },
}

/** FMI 2.0.5 for co-simulation. */
export function loadFmi2(path: string): FmuLibrary {
  const library = koffi.load(path)
  const functions = functionsOf(library)
  const allocation = standardAllocation()
  return { instantiate: (request) => createInstance(functions, allocation, request), unload: () => { library.unload() } }
}

/** All arrays are passed as pointers to their bytes. */
const functionsOf = (library: LibraryHandle) => ({
  instantiate: library.func('fmi2Instantiate', 'void *', ['str', 'int', 'str', 'str', 'void *', 'int', 'int']),
  setupExperiment: library.func('fmi2SetupExperiment', 'int', ['void *', 'int', 'double', 'double', 'int', 'double']),
  enterInitialization: library.func('fmi2EnterInitializationMode', 'int', ['void *']),
  exitInitialization: library.func('fmi2ExitInitializationMode', 'int', ['void *']),
  doStep: library.func('fmi2DoStep', 'int', ['void *', 'double', 'double', 'int']),
  terminate: library.func('fmi2Terminate', 'int', ['void *']),
  reset: library.func('fmi2Reset', 'int', ['void *']),
  free: library.func('fmi2FreeInstance', 'void', ['void *']),
  setString: library.func('fmi2SetString', 'int', ['void *', 'void *', 'size_t', 'str *']),
  access: new Map(['Real', 'Integer', 'Boolean'].map((name) => [name, {
    get: library.func(`fmi2Get${name}`, 'int', ['void *', 'void *', 'size_t', 'void *']),
    set: library.func(`fmi2Set${name}`, 'int', ['void *', 'void *', 'size_t', 'void *']),
  }] as const)),
})

/** `calloc` and `free` of the C library, which an FMU may use for its own memory. */
function standardAllocation(): { readonly calloc: bigint; readonly free: bigint } {
  const standard = process.platform === 'win32' ? koffi.load('ucrtbase.dll') : koffi.load(null)
  return { calloc: standard.symbol('calloc') as bigint, free: standard.symbol('free') as bigint } // pointers are BigInts
}

function createInstance(functions: ReturnType<typeof functionsOf>, allocation: ReturnType<typeof standardAllocation>, request: InstanceRequest): FmuInstance {
  const verdicts = createVerdicts(request)
  const log = koffi.register((_environment: unknown, _name: string, status: number, _category: string, message: string | null) => { verdicts.logged(status, message ?? '') }, logger)
  const callbacks: unknown = koffi.alloc('void *', callbackCount) // as long as the instance: it keeps the pointer
  koffi.encode(callbacks, koffi.array('void *', callbackCount), [log, allocation.calloc, allocation.free, null, null])
  const release = (): void => {
    koffi.free(callbacks)
    koffi.unregister(log)
  }
  const component: unknown = functions.instantiate(request.name, coSimulation, request.token, pathToFileURL(request.resources).href, callbacks, 0, 0)
  if (component === null) {
    release()
    throw new EngineError('FMU_REFUSED', `The FMU of ${request.name} gives no instance of itself. It may be of another build than its modelDescription.xml, or miss a file or licence.`, { twin: request.twin })
  }
  const { check } = verdicts
  const call = (native: NativeFunction, doing: string, ...more: readonly unknown[]): void => { check(native(component, ...more) as number, doing) }
  const accessOf = (type: FmuType): TypeAccess => {
    const family = families[type]
    const native = functions.access.get(family?.name ?? '')
    if (!family || !native) throw new TypeError(`FMI 2.0 has no numbers of the type ${type}`)
    return {
      make: family.make,
      get: (references, values) => { call(native.get, 'tell its values', references, references.length, values) },
      set: (references, values) => { call(native.set, 'take its values', references, references.length, values) },
    }
  }
  return {
    set(type, reference, value) {
      const references = Uint32Array.of(reference)
      if (typeof value === 'string') call(functions.setString, 'take its values', references, 1, [value])
      else {
        const access = accessOf(type)
        const values = access.make(1)
        put(values, 0, Number(value))
        access.set(references, values)
      }
    },
    group: (ports) => createValueGroup(ports, accessOf),
    enterInitialization({ stopTime, tolerance }) {
      call(functions.setupExperiment, 'be set up', tolerance === null ? 0 : 1, tolerance ?? 0, 0, 1, stopTime)
      call(functions.enterInitialization, 'be initialised')
    },
    exitInitialization: () => { call(functions.exitInitialization, 'be initialised') },
    step: (time, size) => { call(functions.doStep, `make the step from ${time} s`, time, size, 1) },
    terminate: () => { call(functions.terminate, 'end') },
    reset: () => { call(functions.reset, 'be reset') },
    free() {
      if (!verdicts.isFatal) functions.free(component)
      release()
    },
  }
}
