import type { CalibrationProblem } from '../engine-host.ts'
import { EngineError } from '../engine-program.ts'
import { t95 } from '../statistics/t-interval.ts'
import type { Calibrated, NullableMatrix } from './calibrated.ts'
import { diagnoseResiduals } from './diagnose-residuals.ts'
import { differentiate, type Jacobian, runsForJacobian } from './finite-differences.ts'
import { judgeVariables } from './judge-variables.ts'
import { type Found, levenbergMarquardt, type SearchOptions } from './levenberg-marquardt.ts'
import { nelderMead } from './nelder-mead.ts'
import { createTrials, type Evaluate, type Trial, type Trials } from './trials.ts'
import { triangularize } from './triangle.ts'
import { uncertaintyOf } from './uncertainty.ts'

export interface FitOptions {
  readonly signal: AbortSignal
  onIteration?(progress: FitProgress): void
}

export interface FitProgress {
  readonly iteration: number
  readonly runs: number
  readonly cost: number
  readonly numbers: readonly number[]
}

/**
 * The numbers that bring the simulation nearest to what was measured, least squares of residuals over their sigmas, and how well they are known.
 * `evaluate` is never asked for numbers outside the bounds, and at most `mostRuns` times. Simulations that throw an `EngineError` which is not retryable, or give
 * no number, are steps that are not taken. Throws EngineError NOTHING_TO_FIT, BAD_PROBLEM, and START_FAILED where the simulation fails with the numbers it starts from.
 */
export async function fit(problem: CalibrationProblem, evaluate: Evaluate, { signal, onIteration }: FitOptions): Promise<Calibrated> {
  checkProblem(problem)
  const trials = createTrials(problem, evaluate, signal)
  const start = await trials.at(problem.variables.map(({ start, min, max }) => Math.min(max, Math.max(min, start))))
  if (!start) throw startFailed(trials)
  const options: SearchOptions = {
    variables: problem.variables, trials,
    reserve: 0,
    onIteration: (iteration, best) => onIteration?.({ iteration, runs: trials.used(), cost: best.cost, numbers: best.numbers }),
  }
  const { found, method } = await search(problem.method, start, options)
  const jacobian = found.jacobian ?? await finalJacobian(found.best, options)
  return describeFit({ problem, trials, start, found, method, jacobian })
}

interface Searched {
  readonly found: Found
  readonly method: Calibrated['method']
}

/** Residuals are more than twice their sigmas: something else than noise keeps them apart. */
const poor = 4

async function search(method: CalibrationProblem['method'], start: Trial, options: SearchOptions): Promise<Searched> {
  const { trials, variables } = options
  const share = (runs: number): number => Math.min(runs, Math.floor(trials.left() / 2))
  if (method === 'NELDER_MEAD') return { found: await nelderMead(start, { ...options, reserve: share(2 * variables.length) }), method }
  const first = await levenbergMarquardt(start, { ...options, reserve: share(variables.length) })
  const isPoor = first.best.cost > poor * (first.best.residuals.length - variables.length)
  const mayGoOn = first.ending === 'stuck' || (first.ending === 'converged' && isPoor)
  return method === 'LEVENBERG_MARQUARDT' || !mayGoOn ? { found: first, method: 'LEVENBERG_MARQUARDT' } : await lookElsewhere(first, options)
}

/**
 * Where a pump starts a step earlier, residuals jump, and slopes lead no further than to the jump, into what looks like a minimum. A simplex looks across;
 * what it finds, slopes make exact.
 */
async function lookElsewhere(first: Found, options: SearchOptions): Promise<Searched> {
  const after = (found: Found): SearchOptions['onIteration'] => (iteration, best) => { options.onIteration(found.iterations + iteration, best) }
  const second = await nelderMead(first.best, { ...options, reserve: Math.floor(options.trials.left() / 4), onIteration: after(first) })
  const both = { ...second, iterations: first.iterations + second.iterations }
  if (second.best.cost > first.best.cost * (1 - leastGain)) return { found: { ...both, best: first.best, jacobian: first.jacobian }, method: 'LEVENBERG_MARQUARDT' }
  const third = await levenbergMarquardt(second.best, { ...options, reserve: Math.min(options.variables.length, Math.floor(options.trials.left() / 2)), onIteration: after(both) })
  const { ending, why } = third.ending === 'stuck' ? second : third
  return { found: { ...third, ending, why, iterations: both.iterations + third.iterations }, method: 'NELDER_MEAD' }
}

/** Part of the cost, less than which is no reason to go elsewhere. */
const leastGain = 1e-3

async function finalJacobian(best: Trial, { variables, trials }: SearchOptions): Promise<Jacobian | undefined> {
  const accuracy = (['second', 'first'] as const).find((each) => trials.left() >= runsForJacobian(variables, each))
  return accuracy && await differentiate(variables, trials, best, accuracy)
}

function describeFit({ problem, trials, start, found, method, jacobian }: Searched & { readonly problem: CalibrationProblem; readonly trials: Trials; readonly start: Trial; readonly jacobian: Jacobian | undefined }): Calibrated {
  const { variables } = problem
  const { best } = found
  const uncertainty = jacobian && uncertaintyOf(variables, best.numbers, triangularize(jacobian.columns, best.residuals))
  const count = best.residuals.length
  const freedom = count - (uncertainty ? uncertainty.standing.filter(({ kind }) => kind === 'determined' || kind === 'combined').length : variables.length)
  const reducedChiSquare = freedom > 0 ? best.cost / freedom : null
  const matrix = (of: (i: number, j: number) => number | undefined): NullableMatrix => variables.map((_, i) => variables.map((__, j) => of(i, j) ?? null))
  const covariance = matrix((i, j) => {
    const unscaled = uncertainty?.covariance(i, j)
    return unscaled === undefined || reducedChiSquare === null ? undefined : unscaled * reducedChiSquare
  })
  const correlation = matrix((i, j) => correlationOf(uncertainty?.covariance(i, j), uncertainty?.covariance(i, i), uncertainty?.covariance(j, j)))
  const targets = diagnoseResiduals(problem, best)
  return {
    variables: judgeVariables({
      variables, numbers: best.numbers, standing: uncertainty?.standing, correlation,
      standardErrors: covariance.map((row, i) => (row[i] === null || row[i] === undefined ? null : Math.sqrt(row[i]))),
      t: freedom > 0 ? t95(freedom) : undefined,
    }),
    covariance, correlation,
    cost: { before: start.cost, after: best.cost },
    rmse: { before: Math.sqrt(start.cost / count), after: Math.sqrt(best.cost / count) },
    reducedChiSquare, degreesOfFreedom: freedom, method,
    runs: trials.used(), failedRuns: trials.failed(), iterations: found.iterations,
    converged: found.ending === 'converged', why: found.why,
    warnings: toWarnings(targets, reducedChiSquare, problem),
    targets,
  }
}

function toWarnings(targets: Calibrated['targets'], reducedChiSquare: number | null, problem: CalibrationProblem): readonly string[] {
  const alike = targets.flatMap(({ lag1, n, output }, index) => (lag1 !== null && lag1 > 0.3 && n >= 10
    ? [`Residuals of ${problem.targets[index]?.name ?? `output ${output}`} hang together (correlation ${lag1.toFixed(2)} from one to the next): the standard errors are too small, by about ${Math.sqrt((1 + lag1) / Math.max(1e-3, 1 - lag1)).toFixed(1)} times.`]
    : []))
  if (reducedChiSquare === null || reducedChiSquare <= poor) return alike
  return [`Residuals are ${Math.sqrt(reducedChiSquare).toFixed(1)} times as large as their sigmas: the model lacks something that matters, the sigmas are too small, or there are better numbers elsewhere; look at the worst residuals.`, ...alike]
}

const correlationOf = (both: number | undefined, one: number | undefined, other: number | undefined): number | undefined =>
  both === undefined || !one || !other ? undefined : Math.max(-1, Math.min(1, both / Math.sqrt(one * other)))

function checkProblem({ variables, targets, mostRuns }: CalibrationProblem): void {
  if (variables.length === 0) throw new EngineError('NOTHING_TO_FIT', 'There is no variable to fit; name one at least.')
  if (targets.every(({ values }) => values.length === 0)) throw new EngineError('NOTHING_TO_FIT', 'Nothing was measured in the window; choose another, or other targets.')
  const numbers = variables.flatMap(({ start, min, max }) => [start, min, max])
  if (!numbers.every(Number.isFinite) || variables.some(({ min, max }) => min > max)) throw new EngineError('BAD_PROBLEM', 'Every variable needs a start and bounds that are numbers, the least first.')
  if (!targets.every(({ sigma }) => sigma > 0 && Number.isFinite(sigma))) throw new EngineError('BAD_PROBLEM', 'Every target needs a sigma above 0.')
  if (!(mostRuns >= 1)) throw new EngineError('BAD_PROBLEM', 'One simulation at least must be allowed.')
}

function startFailed(trials: Trials): EngineError {
  const cause = trials.lastFailure()
  return new EngineError('START_FAILED', `The simulation fails with the numbers that the calibration starts from: ${cause?.message ?? 'it gives no numbers.'} Start from others.`, { twin: cause?.twin, cause })
}
