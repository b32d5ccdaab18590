import type { CalibrationProblem } from '../engine-host.ts'
import { EngineError } from '../engine-program.ts'

/** The simulated values at every target's times, targets one after the other. */
export type Evaluate = (numbers: readonly number[]) => Promise<Float64Array>

/** A simulation that gave numbers. */
export interface Trial {
  readonly numbers: readonly number[]
  /** (simulated - measured) / sigma. */
  readonly residuals: Float64Array
  /** The sum of their squares. */
  readonly cost: number
}

/** Simulations for a calibration, so many and no more. */
export interface Trials {
  /** Undefined where the simulation fails or gives no number: such numbers are not to be taken. Rejects with the signal's reason, and with whatever is no fault of the numbers. */
  at(numbers: readonly number[]): Promise<Trial | undefined>
  left(): number
  used(): number
  failed(): number
  /** Why the last one that failed did. */
  lastFailure(): EngineError | undefined
}

export function createTrials(problem: CalibrationProblem, evaluate: Evaluate, signal: AbortSignal): Trials {
  const count = problem.targets.reduce((sum, { values }) => sum + values.length, 0)
  let used = 0
  let failed = 0
  let lastFailure: EngineError | undefined
  const refuse = (error: EngineError): undefined => {
    failed++
    lastFailure = error
  }
  return {
    async at(numbers) {
      signal.throwIfAborted()
      used++
      try {
        const simulated = await evaluate(numbers)
        if (simulated.length !== count) throw new RangeError(`A simulation gave ${simulated.length} values for ${count} measurements.`)
        const trial = toTrial(problem, numbers, simulated)
        return trial instanceof EngineError ? refuse(trial) : trial
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof EngineError && !error.isRetryable) return refuse(error)
        throw error
      }
    },
    left: () => problem.mostRuns - used,
    used: () => used,
    failed: () => failed,
    lastFailure: () => lastFailure,
  }
}

/** Beyond it, squares and products of what is made of it would be no numbers any more. */
const greatestCost = 1e100

function toTrial(problem: CalibrationProblem, numbers: readonly number[], simulated: Float64Array): Trial | EngineError {
  const residuals = new Float64Array(simulated.length)
  let cost = 0
  let i = 0
  for (const { output, name = `output ${output}`, sigma, at, values } of problem.targets) {
    for (const [j, measured] of values.entries()) {
      const residual = ((simulated[i] ?? NaN) - measured) / sigma
      if (!Number.isFinite(residual)) return new EngineError('NO_VALUE', `The simulation gives no number for ${name} at ${(at[j] ?? 0) / 1e6} s, where one was measured.`)
      residuals[i++] = residual
      cost += residual * residual
    }
  }
  return cost < greatestCost ? { numbers, residuals, cost } : new EngineError('NO_VALUE', 'The simulation is so far from what was measured that the difference is no number.')
}
