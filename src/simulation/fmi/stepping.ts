import type { EngineIssue } from '../engine-issue.ts'
import type { RunWindow } from '../engine.ts'
import type { Instance } from './instances.ts'
import type { FmiParameters } from './parameters.ts'

/** How time goes on: communication steps in seconds, and how many of them make a step of the results, and the whole. */
export interface Stepping {
  readonly stepSize: number
  readonly stepsPerFrame: number
  readonly steps: number
  readonly tolerance: number | null
}

const mostSteps = 100_000_000
const microseconds = 1_000_000

/** The whole number that a quotient is, but for rounding. */
const whole = (dividend: number, divisor: number): number | undefined => {
  const quotient = Math.round(dividend / divisor)
  return quotient >= 1 && Math.abs(dividend / divisor - quotient) <= 1e-9 * quotient ? quotient : undefined
}

export function toStepping({ step, horizon }: RunWindow, parameters: FmiParameters, instances: readonly Instance[], issues: EngineIssue[]): Stepping {
  const [frame, length] = [step / microseconds, horizon / microseconds]
  const stepSize = parameters.stepSize ?? usualStep(frame, instances)
  const path = ['parameters', 'stepSize']
  const [stepsPerFrame, steps] = [whole(frame, stepSize), whole(length, stepSize)]
  if (stepsPerFrame === undefined) issues.push({ code: 'OUT_OF_BOUNDS', path, message: `The step of the run, ${frame} s, is no whole number of communication steps of ${stepSize} s.` })
  if (steps === undefined) issues.push({ code: 'OUT_OF_BOUNDS', path, message: `The horizon, ${length} s, is no whole number of communication steps of ${stepSize} s.` })
  if ((steps ?? 0) > mostSteps) issues.push({ code: 'OUT_OF_BOUNDS', path, message: `A run has at most ${mostSteps} communication steps, not ${steps ?? 0}: take a longer stepSize or a shorter horizon.` })
  for (const { name, fmu: { description } } of instances) {
    const fixed = description.capabilities.fixedInternalStep
    if (fixed !== undefined && whole(stepSize, fixed) === undefined) {
      issues.push({ code: 'OUT_OF_BOUNDS', path, message: `The FMU ${description.modelName} of ${name} steps by ${fixed} s, and ${stepSize} s is no whole number of these.` })
    }
  }
  const tolerances = instances.flatMap(({ fmu }) => fmu.description.experiment.tolerance ?? [])
  return { stepSize, stepsPerFrame: stepsPerFrame ?? 1, steps: steps ?? 1, tolerance: parameters.tolerance ?? (tolerances.length === 0 ? null : Math.min(...tolerances)) }
}

function usualStep(frame: number, instances: readonly Instance[]): number {
  const shortest = Math.min(...instances.map(({ fmu }) => fmu.description.experiment.stepSize ?? Infinity))
  const stepsPerFrame = whole(frame, shortest)
  return stepsPerFrame === undefined ? frame : stepsPerFrame === 1 ? frame : shortest
}
