import { sep } from 'node:path'
import koffi, { type LibraryHandle } from 'koffi'
import { EngineError } from '../../simulation/engine-program.ts'
import type { FmuType } from '../../simulation/fmi/model-description.ts'
import { createVerdicts, type FmuInstance, type FmuLibrary, type InstanceRequest, type NativeFunction } from './fmu-instance.ts'
import { createValueGroup, type NativeValues, put, type TypeAccess } from './value-group.ts'

/** `void logMessage(instanceEnvironment, status, category, message)` */
const logger = koffi.pointer(koffi.proto('void', ['void *', 'int', 'str', 'str']))

type Family = 'Float64' | 'Float32' | 'Int8' | 'UInt8' | 'Int16' | 'UInt16' | 'Int32' | 'UInt32' | 'Int64' | 'UInt64' | 'Boolean'
const makers: Readonly<Record<Family, (length: number) => NativeValues>> = {
  Float64: (length) => new Float64Array(length), Float32: (length) => new Float32Array(length),
  Int8: (length) => new Int8Array(length), UInt8: (length) => new Uint8Array(length), Int16: (length) => new Int16Array(length), UInt16: (length) => new Uint16Array(length),
  Int32: (length) => new Int32Array(length), UInt32: (length) => new Uint32Array(length), Int64: (length) => new BigInt64Array(length), UInt64: (length) => new BigUint64Array(length),
  Boolean: (length) => new Uint8Array(length), // C's bool
}
const familyOf = (type: FmuType): Family | undefined => (type === 'Enumeration' ? 'Int64' : type === 'String' || type === 'Binary' || type === 'Clock' ? undefined : type)

/** FMI 3.0 for co-simulation, without its event mode. */
export function loadFmi3(path: string): FmuLibrary {
  const library = koffi.load(path)
  const functions = functionsOf(library)
  return { instantiate: (request) => createInstance(functions, request), unload: () => { library.unload() } }
}

/** All arrays are passed as pointers to their bytes. Functions for values are looked up when the first of their type is needed: FMUs lack those that they do not. */
function functionsOf(library: LibraryHandle) {
  const access = new Map<Family, { readonly get: NativeFunction; readonly set: NativeFunction }>()
  return {
    instantiate: library.func('fmi3InstantiateCoSimulation', 'void *', ['str', 'str', 'str', 'bool', 'bool', 'bool', 'bool', 'void *', 'size_t', 'void *', logger, 'void *']),
    enterInitialization: library.func('fmi3EnterInitializationMode', 'int', ['void *', 'bool', 'double', 'double', 'bool', 'double']),
    exitInitialization: library.func('fmi3ExitInitializationMode', 'int', ['void *']),
    doStep: library.func('fmi3DoStep', 'int', ['void *', 'double', 'double', 'bool', 'void *', 'void *', 'void *', 'void *']),
    terminate: library.func('fmi3Terminate', 'int', ['void *']),
    reset: library.func('fmi3Reset', 'int', ['void *']),
    free: library.func('fmi3FreeInstance', 'void', ['void *']),
    setString: library.func('fmi3SetString', 'int', ['void *', 'void *', 'size_t', 'str *', 'size_t']),
    of(family: Family) {
      const found = access.get(family) ?? {
        get: library.func(`fmi3Get${family}`, 'int', ['void *', 'void *', 'size_t', 'void *', 'size_t']),
        set: library.func(`fmi3Set${family}`, 'int', ['void *', 'void *', 'size_t', 'void *', 'size_t']),
      }
      access.set(family, found)
      return found
    },
  }
}

function createInstance(functions: ReturnType<typeof functionsOf>, request: InstanceRequest): FmuInstance {
  const verdicts = createVerdicts(request)
  const log = koffi.register((_environment: unknown, status: number, _category: string, message: string | null) => { verdicts.logged(status, message ?? '') }, logger)
  const component: unknown = functions.instantiate(request.name, request.token, request.resources + sep, false, false, false, false, null, 0, null, log, null)
  if (component === null) {
    koffi.unregister(log)
    throw new EngineError('FMU_REFUSED', `The FMU of ${request.name} gives no instance of itself. It may be of another build than its modelDescription.xml, or miss a file or licence.`, { twin: request.twin })
  }
  const { check } = verdicts
  const call = (native: NativeFunction, doing: string, ...more: readonly unknown[]): void => { check(native(component, ...more) as number, doing) }
  const accessOf = (type: FmuType): TypeAccess => {
    const family = familyOf(type)
    if (!family) throw new TypeError(`FMI 3.0 has no numbers of the type ${type}`)
    const native = functions.of(family)
    return {
      make: makers[family],
      get: (references, values) => { call(native.get, 'tell its values', references, references.length, values, values.length) },
      set: (references, values) => { call(native.set, 'take its values', references, references.length, values, values.length) },
    }
  }
  const [eventNeeded, isEnding, isEarly, lastTime] = [new Uint8Array(1), new Uint8Array(1), new Uint8Array(1), new Float64Array(1)]
  return {
    set(type, reference, value) {
      const references = Uint32Array.of(reference)
      if (typeof value === 'string') call(functions.setString, 'take its values', references, 1, [value], 1)
      else {
        const access = accessOf(type)
        const values = access.make(1)
        put(values, 0, Number(value))
        access.set(references, values)
      }
    },
    group: (ports) => createValueGroup(ports, accessOf),
    enterInitialization: ({ stopTime, tolerance }) => { call(functions.enterInitialization, 'be initialised', tolerance !== null, tolerance ?? 0, 0, true, stopTime) },
    exitInitialization: () => { call(functions.exitInitialization, 'be initialised') },
    step(time, size) {
      call(functions.doStep, `make the step from ${time} s`, time, size, true, eventNeeded, isEnding, isEarly, lastTime)
      if (isEnding[0] !== 0) throw new EngineError('FMU_ENDED', `The FMU of ${request.name} ended the simulation at ${lastTime[0] ?? time} s, before its horizon. Give a shorter one.`, { twin: request.twin })
    },
    terminate: () => { call(functions.terminate, 'end') },
    reset: () => { call(functions.reset, 'be reset') },
    free() {
      if (!verdicts.isFatal) functions.free(component)
      koffi.unregister(log)
    },
  }
}
