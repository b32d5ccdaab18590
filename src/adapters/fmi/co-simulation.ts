import { EngineError, type InputSeries, type Kpis, type OpenModel, type RunContext, type Setting } from '../../simulation/engine-program.ts'
import { knobKey, type RunWindow } from '../../simulation/engine.ts'
import type { FmiInput, InputPort } from '../../simulation/fmi/program-input.ts'
import { createExchange, type Exchange } from './exchange.ts'
import type { FmuInstance } from './fmu-instance.ts'
import type { LoadedFmu } from './program.ts'

const microseconds = 1_000_000

/**
 * The orchestrator of a co-simulation with a fixed communication step (FMI 3.0.2, section 4.1.1). JACOBI: all instances step from the same instant on what the
 * others were then; GAUSS_SEIDEL: one after the other, each on what those before it have become.
 */
export function createCoSimulation(input: FmiInput, loaded: readonly LoadedFmu[], series: readonly InputSeries[], window: RunWindow): Pick<OpenModel, 'run'> & { close(): void } {
  /** Instances of FMUs that give only one: they are reset, not made anew. */
  const kept = new Map<number, FmuInstance>()
  const knobs = new Map(input.knobs.map(({ key, targets }) => [key, targets]))

  const acquire = (index: number, warn: (index: number, message: string) => void): FmuInstance => {
    const instance = input.instances[index]
    const model = loaded[instance?.fmu ?? -1]
    if (!instance || !model) throw new TypeError(`No instance ${index}`)
    const old = kept.get(index)
    if (old) {
      old.reset()
      return old
    }
    const made = model.library.instantiate({ name: instance.name, twin: instance.twin ?? undefined, token: model.fmu.token, resources: model.resources, warn: (message) => { warn(index, message) } })
    if (model.fmu.isOncePerProcess) kept.set(index, made)
    return made
  }

  const run = async (settings: readonly Setting[], context: RunContext): Promise<Kpis> => {
    const instances: FmuInstance[] = []
    const warn = (index: number, message: string): void => {
      const { name, twin } = input.instances[index] ?? { name: '', twin: null }
      context.warn({ code: 'FMU_WARNING', message: `The FMU of ${name} says: ${message}`, twin: twin ?? undefined })
    }
    try {
      for (const index of input.instances.keys()) {
        instances.push(acquire(index, warn))
        const wait = context.progress(0) // an FMU may take its time
        if (wait) await wait
      }
      start(instances, settings)
      return await steps(instances, context)
    } catch (error) {
      if (error instanceof EngineError && error.code === 'FMU_FATAL') kept.clear() // not to be called again
      throw error
    } finally {
      for (const [index, instance] of instances.entries()) if (!kept.has(index)) instance.free()
    }
  }

  const start = (instances: readonly FmuInstance[], settings: readonly Setting[]): void => {
    const set = ({ instance, type, reference }: InputPort, value: number | boolean | string): void => { instances[instance]?.set(type, reference, value) }
    for (const [index, { sets }] of input.instances.entries()) for (const { type, reference, value } of sets) set({ instance: index, type, reference }, value)
    for (const { variable, value } of settings) {
      const targets = knobs.get(knobKey(variable))
      if (!targets) throw new TypeError(`${knobKey(variable)} cannot be set`)
      for (const target of targets) set(target, value * target.scale + target.shift)
    }
  }

  const steps = async (instances: readonly FmuInstance[], context: RunContext): Promise<Kpis> => {
    const exchange = createExchange(input, instances, series, window.from)
    const { stepSize, stepsPerFrame, steps: last } = input
    const stopTime = last * stepSize
    for (const instance of instances) instance.enterInitialization({ stopTime, tolerance: input.tolerance })
    if (!exchange.settle()) context.warn({ code: 'ALGEBRAIC_LOOP', message: 'Instances that are wired in a circle do not agree at the start; each goes on from the last value it was given.' })
    for (const instance of instances) instance.exitInitialization()
    await context.emit(0, checked(exchange.outputs(), context))
    for (let step = 0; step < last; step++) {
      context.signal.throwIfAborted()
      advance(instances, exchange, step * stepSize)
      const done = step + 1
      const isFrame = done % stepsPerFrame === 0 || done === last
      const wait = isFrame ? context.emit(done === last ? window.horizon : (done / stepsPerFrame) * window.step, checked(exchange.outputs(), context)) : context.progress(Math.floor(done * stepSize * microseconds))
      if (wait) await wait
    }
    context.signal.throwIfAborted()
    for (const instance of instances) instance.terminate()
    return { communicationSteps: last }
  }

  const checked = (values: Float64Array, context: RunContext): Float64Array => {
    for (let output = 0; output < values.length; output++) {
      if (Number.isFinite(values[output])) continue
      const { name, twin } = input.instances[input.outputs[output]?.instance ?? -1] ?? { name: '', twin: null }
      context.warn({ code: 'NOT_A_NUMBER', message: `The FMU of ${name} gives ${String(values[output])}, which is left out of its series.`, twin: twin ?? undefined })
      values[output] = Number.NaN
    }
    return values
  }

  const advance = (instances: readonly FmuInstance[], exchange: Exchange, time: number): void => {
    exchange.feed(time)
    if (input.algorithm === 'JACOBI') exchange.transfer()
    for (const index of input.order) {
      if (input.algorithm === 'GAUSS_SEIDEL') exchange.transferTo(index)
      instances[index]?.step(time, input.stepSize)
    }
  }
  return {
    run,
    close() {
      for (const instance of kept.values()) instance.free()
      kept.clear()
    },
  }
}
