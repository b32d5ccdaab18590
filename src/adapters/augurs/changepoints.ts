import { scaledByMedian } from './scaled.ts'

export interface ChangepointOptions {
  /** As long as a run is expected to be, in values. */
  readonly runLength: number
  /** A value is judged when so many more are known, or as many as there are. */
  readonly after: number
}

/** Runs that are followed at once; the least likely are given up. */
const mostRuns = 400
const prior = { mean: 0, kappa: 0.1, alpha: 1, beta: 0.5 }

/**
 * For each value the probability that a run begins with it: that mean or variance are others than before. Bayesian online changepoint detection with a constant hazard and a
 * normal-gamma prior (Adams and MacKay, 2007, arXiv:0710.3742), on values scaled by their median and its deviation. The first value begins no other run.
 * `isChangepoint`: the likeliest of neighbours that together are at least as likely as not.
 */
export function findChangepoints(given: Float64Array, { runLength, after }: ChangepointOptions): { readonly probability: Float64Array; readonly isChangepoint: Float64Array } {
  const values = scaledByMedian(given)
  const { length } = values
  const probability = new Float64Array(length)
  let runs: readonly Run[] = []
  for (let at = 0; at < length; at++) {
    runs = goOn(runs, values[at] ?? 0, at, runLength)
    const judged = at === length - 1 ? Array.from({ length: Math.min(after, at) + 1 }, (_, index) => at - index) : [at - after]
    for (const start of judged) if (start > 0) probability[start] = runs.find((run) => run.start === start)?.probability ?? 0
  }
  const around = (at: number): number => (probability[at - 1] ?? 0) + (probability[at] ?? 0) + (probability[at + 1] ?? 0)
  const isLikeliest = (at: number): boolean => (probability[at] ?? 0) > (probability[at - 1] ?? 0) && (probability[at] ?? 0) >= (probability[at + 1] ?? 0)
  return { probability, isChangepoint: probability.map((_, at) => (isLikeliest(at) && around(at) >= 0.5 ? 1 : 0)) }
}

/** A run that has gone on since `start`, and what its values so far make of the prior. */
interface Run {
  readonly start: number
  readonly probability: number
  readonly mean: number
  readonly kappa: number
  readonly alpha: number
  readonly beta: number
}

/** Every run goes on with the value, or ends before it and a new one begins. */
function goOn(runs: readonly Run[], value: number, at: number, runLength: number): readonly Run[] {
  const hazard = 1 / runLength
  const grown = runs.map((run) => learn({ ...run, probability: run.probability * predictive(run, value) * (1 - hazard) }, value))
  const ended = runs.length === 0 ? 1 : runs.reduce((sum, { probability }) => sum + probability, 0) * hazard
  const all = [...grown, learn({ start: at, probability: ended * predictive(prior, value), ...prior }, value)]
  const kept = all.length > mostRuns ? all.toSorted((one, other) => other.probability - one.probability).slice(0, mostRuns) : all
  const total = kept.reduce((sum, { probability }) => sum + probability, 0)
  return total > 0 ? kept.map((run) => ({ ...run, probability: run.probability / total })) : [learn({ start: at, probability: 1, ...prior }, value)]
}

function learn(run: Run, value: number): Run {
  const { mean, kappa, alpha, beta } = run
  return { ...run, mean: (kappa * mean + value) / (kappa + 1), kappa: kappa + 1, alpha: alpha + 0.5, beta: beta + (kappa * (value - mean) ** 2) / (2 * (kappa + 1)) }
}

/** Student's t: its density at the value. */
function predictive({ mean, kappa, alpha, beta }: Omit<Run, 'start' | 'probability'>, value: number): number {
  const freedom = 2 * alpha
  const scale = (beta * (kappa + 1)) / (alpha * kappa)
  return Math.exp(logGammaRatio(alpha) - 0.5 * Math.log(freedom * Math.PI * scale) - (alpha + 0.5) * Math.log1p((value - mean) ** 2 / (freedom * scale)))
}

/** log Γ(a + 1/2) - log Γ(a), by Stirling's series after 10 steps of the recurrence. */
function logGammaRatio(alpha: number): number {
  let [shift, at] = [0, alpha]
  while (at < 10) {
    shift += Math.log(at / (at + 0.5))
    at++
  }
  return shift + logGamma(at + 0.5) - logGamma(at)
}

/** From 10 on, to 1e-12. */
const logGamma = (at: number): number => (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * at) - 1 / (360 * at ** 3) + 1 / (1_260 * at ** 5) - 1 / (1_680 * at ** 7)
