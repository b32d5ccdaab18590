import type { CalibrationVariable } from '../engine-host.ts'
import { boundedStep } from './bounded-step.ts'
import { type Accuracy, differentiate, type Jacobian, runsForJacobian, sizeOf } from './finite-differences.ts'
import { columnNorms, predictedGain, type Triangle, triangularize } from './triangle.ts'
import type { Trial, Trials } from './trials.ts'

/** Where a search ended. */
export interface Found {
  readonly best: Trial
  /** At the best trial; undefined where it is not known there. */
  readonly jacobian: Jacobian | undefined
  readonly iterations: number
  readonly ending: Ending
  readonly why: string
}

/** `stuck`: it is not at a minimum, yet no step helps, or the slope cannot be found; another method may go on. */
export type Ending = 'converged' | 'spent' | 'stuck'

export interface SearchOptions {
  readonly variables: readonly CalibrationVariable[]
  readonly trials: Trials
  /** Simulations that are to be left over. */
  readonly reserve: number
  onIteration(iteration: number, best: Trial): void
}

/** What a step would gain, in units of the reduced chi-square, is the square of the way to go in standard errors. */
const tiny = 1e-16
const aTenthOfAnError = 1e-2
/** Of a variable's size. */
const smallestStep = 1e-10
const firstDamping: Damping = { by: 1e-3, growth: 2 }
/** Rough slopes are not worth as many refusals as good ones. */
const greatestDamping = { first: 1e3, second: 1e12 } as const

/**
 * Levenberg-Marquardt within bounds: Gauss-Newton steps over the triangle of the Jacobian, damped as Nielsen does (H. B. Nielsen, Damping Parameter in
 * Marquardt's Method, IMM-REP-1999-05), scaled by the greatest column norms so far (J. J. Moré, 1978). First-order differences until nothing is to be had by
 * them any more, second-order ones after that.
 */
export async function levenbergMarquardt(start: Trial, { variables, trials, reserve, onIteration }: SearchOptions): Promise<Found> {
  let best = start
  let iterations = 0
  let accuracy: Accuracy = 'first'
  let damping = firstDamping
  let scale: readonly number[] = variables.map(() => 0)
  for (;;) {
    const end = (ending: Ending, why: string, jacobian?: Jacobian): Found => ({ best, jacobian, iterations, ending, why })
    if (trials.left() - reserve < runsForJacobian(variables, accuracy) + 1) return end('spent', usedUp)
    const jacobian = await differentiate(variables, trials, best, accuracy)
    if (!jacobian) return end('stuck', 'How the simulation changes with its variables could not be found out: simulations beside the best numbers fail.')
    const triangle = triangularize(jacobian.columns, best.residuals)
    scale = columnNorms(triangle).map((norm, i) => Math.max(norm, scale[i] ?? 0))
    const around = { variables, best, triangle, scale }
    const promise = promiseOf(around)
    const lower = promise <= tiny ? 'none' : await findLower(around, trials, reserve, damping, greatestDamping[accuracy])
    if (lower === 'spent') return end('spent', usedUp, jacobian)
    if (lower !== 'none') {
      [best, damping] = [lower.trial, lower.damping]
      onIteration(++iterations, best)
    } else if (accuracy === 'first') {
      [accuracy, damping] = ['second', firstDamping]
    } else if (promise <= tiny) {
      return end('converged', 'No step makes the difference to what was measured any smaller.', jacobian)
    } else if (promise <= aTenthOfAnError) {
      return end('converged', 'What is still to be gained is far less than the noise of what was measured.', jacobian)
    } else {
      return end('stuck', 'No step helps, though the slope says that one should: the simulation may jump, or be too coarse.', jacobian)
    }
  }
}

const usedUp = 'The simulations that were allowed are used up.'

interface Damping {
  readonly by: number
  /** What it is multiplied by when a step is refused. */
  readonly growth: number
}

/** Shorter and shorter steps until one makes the cost lower; `none` where they become too short before. */
async function findLower(around: Around, trials: Trials, reserve: number, { by, growth }: Damping, greatest: number): Promise<{ readonly trial: Trial; readonly damping: Damping } | 'none' | 'spent'> {
  for (let damping = { by, growth }; damping.by <= greatest; damping = { by: damping.by * damping.growth, growth: damping.growth * 2 }) {
    const delta = step(around, damping.by)
    if (isSmall(around, delta)) return 'none'
    if (trials.left() <= reserve) return 'spent'
    const trial = await trials.at(taken(around, delta))
    const gain = around.best.cost - (trial?.cost ?? Infinity)
    if (!trial || !(gain > 0)) continue
    const ratio = gain / Math.max(predictedGain(around.triangle, delta), Number.MIN_VALUE)
    return { trial, damping: { by: Math.max(1e-15, damping.by * Math.max(1 / 3, 1 - (2 * Math.min(ratio, 1) - 1) ** 3)), growth: 2 } }
  }
  return 'none'
}

interface Around {
  readonly variables: readonly CalibrationVariable[]
  readonly best: Trial
  readonly triangle: Triangle
  readonly scale: readonly number[]
}

function step({ variables, best, triangle, scale }: Around, damping: number): readonly number[] {
  const room = variables.map(({ min, max }, i) => ({ down: (best.numbers[i] ?? 0) - min, up: max - (best.numbers[i] ?? 0) }))
  return boundedStep(triangle, { scale: scale.map((norm) => norm || 1), damping, room })
}

/** What the whole Gauss-Newton step would gain, in units of the reduced chi-square; 0 where it is no step at all. */
function promiseOf(around: Around): number {
  const whole = step(around, 0)
  if (isSmall(around, whole)) return 0
  const freedom = Math.max(1, around.best.residuals.length - whole.length)
  return Math.max(0, predictedGain(around.triangle, whole)) / (around.best.cost / freedom)
}

const isSmall = ({ variables, best }: Around, delta: readonly number[]): boolean =>
  variables.every((variable, i) => Math.abs(delta[i] ?? 0) <= smallestStep * sizeOf(variable, best.numbers[i] ?? 0))

/** Rounding leaves no bound either. */
const taken = ({ variables, best }: Around, delta: readonly number[]): readonly number[] =>
  variables.map(({ min, max }, i) => Math.min(max, Math.max(min, (best.numbers[i] ?? 0) + (delta[i] ?? 0))))
