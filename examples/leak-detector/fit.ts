import { inverse, Matrix, solve } from 'ml-matrix'
import { type Detector, idleNames, type LinearCheck, levelNames, residualNames, ruleViolation, sumOf } from './checks.ts'
import { columnOfFeature, featureNames, hourly, isWhole } from './features.ts'
import { links, rules, tanks } from './instruments.ts'

/** Rows of features, in the order of `features`. */
export type Rows = readonly ArrayLike<number>[]

/** Set by training set 2, where they hardly matter; see the README. */
export interface FitSettings {
  /** Share of the clean year, from its start, that weights are fitted on. Scales are of all of it. */
  readonly fitted: number
  /** Standard deviation that no residual falls below (L/s, m): readings have two decimals. */
  readonly floor: number
  /** … of the flow of a link that hardly ever runs: what was not seen running has no spread, and must not be called exact. */
  readonly rareFloor: number
  readonly rareShare: number
  /** Of the regressions, which are of columns in units of their spread. */
  readonly ridge: number
  /** What counts as 1 at least: standard deviations of a residual; metres of a mass balance; metres beyond a switching level, also of an idle pump's state; of a mean over the window, which is in worst hours. */
  readonly leastScale: { readonly residual: number; readonly balance: number; readonly rule: number; readonly windowed: number }
}

export const fitSettings: FitSettings = { fitted: 0.75, floor: 0.02, rareFloor: 0.3, rareShare: 0.01, ridge: 1, leastScale: { residual: 4, balance: 0.1, rule: 0.15, windowed: 0.12 } }

/** The detector of a clean year. Equal rows give equal numbers. */
export function fitDetector(clean: Rows, settings: FitSettings = fitSettings): Detector {
  const fitted = clean.slice(0, Math.floor(clean.length * settings.fitted))
  const { residual, balance, rule, windowed } = settings.leastScale
  const byHour = [
    ...fitResiduals(fitted, settings).map((check) => scaled(check, clean, residual)),
    ...tanks.map((_, tank) => scaled(fitBalance(fitted, tank, settings), clean, balance)),
  ]
  const whole = clean.filter(isWhole)
  return {
    linear: [...byHour, ...idleNames.map((of) => scaled({ of, weights: unit(columnOfFeature(of)), bias: 0 }, clean, rule))],
    windowed: byHour.map((check) => scaled(centred(check, fitted.filter(isWhole)), whole, windowed, hourly.length)),
    ruleScale: rules.map((each) => clean.reduce((most, row) => Math.max(most, ruleViolation(each, row)), rule)),
  }
}

/** So that the worst row is 1. */
function scaled(check: LinearCheck, rows: Rows, least: number, start = 0): LinearCheck {
  const worst = rows.reduce((most, row) => Math.max(most, Math.abs(sumOf(check, row, start))), least)
  return { of: check.of, weights: check.weights.map((weight) => weight / worst), bias: check.bias / worst }
}

/** So that its mean over windows is 0. */
const centred = (check: LinearCheck, rows: Rows): LinearCheck => ({ ...check, bias: check.bias - rows.reduce((sum, row) => sum + sumOf(check, row, hourly.length), 0) / rows.length })

/**
 * Each residual less what the others let expect, in standard deviations of what is left: rows of the inverse covariance P, by the root of its diagonal. It is what Mahalanobis'
 * distance (PCA's T² of all components) is made of, by sensor: demand that is other than the file's patterns moves all residuals together, and is no news.
 */
function fitResiduals(rows: Rows, { floor, rareFloor, rareShare }: FitSettings): readonly LinearCheck[] {
  const columns = residualNames.map(columnOfFeature)
  const mean = columns.map((column) => meanOf(rows, column))
  const floors = columns.map((_, index) => {
    const link = links[index]
    return link !== undefined && meanOf(rows, columnOfFeature(featureNames.state(link))) < rareShare ? rareFloor : floor
  })
  const deviations = new Matrix(rows.map((row) => columns.map((column, index) => (row[column] ?? NaN) - (mean[index] ?? NaN))))
  const covariance = deviations.transpose().mmul(deviations).div(rows.length - 1)
  const precision = inverse(Matrix.add(covariance, Matrix.diag(floors.map((each) => each * each))))
  return residualNames.map((of, index) => {
    const row = precision.getRow(index).map((each) => each / Math.sqrt(precision.get(index, index)))
    const weights = hourly.map(() => 0)
    for (const [place, column] of columns.entries()) weights[column] = row[place] ?? NaN
    return { of, weights, bias: -row.reduce((sum, weight, place) => sum + weight * (mean[place] ?? NaN), 0) }
  })
}

/** The rise of a level in an hour, less what flows (as simulated at both ends of the hour) and which links were open let expect: ridge regression. */
function fitBalance(rows: Rows, tank: number, { ridge }: FitSettings): LinearCheck {
  const of = levelNames[tank] ?? ''
  const [now, before] = [columnOfFeature(of), columnOfFeature(featureNames.before(of))]
  const columns = [
    ...tanks.flatMap((each) => both(featureNames.inflow(each))), ...links.flatMap((link) => [...both(featureNames.state(link)), ...both(featureNames.flow(link))]),
    ...levelNames.map((name) => columnOfFeature(featureNames.before(name))),
  ]
  const spread = columns.map((column) => 0.3 + deviationOf(rows, column)) // what hardly varies counts for little
  const x = new Matrix(rows.map((row) => [...columns.map((column, index) => (row[column] ?? NaN) / (spread[index] ?? NaN)), 1]))
  const y = Matrix.columnVector(rows.map((row) => (row[now] ?? NaN) - (row[before] ?? NaN)))
  const transposed = x.transpose()
  const fitted = solve(Matrix.add(transposed.mmul(x), Matrix.eye(x.columns).mul(ridge)), transposed.mmul(y)).getColumn(0)
  const weights = hourly.map((_, column): number => (column === now ? 1 : column === before ? -1 : 0))
  for (const [index, column] of columns.entries()) weights[column] = (weights[column] ?? 0) - (fitted[index] ?? NaN) / (spread[index] ?? NaN)
  return { of, weights, bias: -(fitted.at(-1) ?? NaN) }
}

const both = (name: string): readonly number[] => [columnOfFeature(name), columnOfFeature(featureNames.before(name))]
const unit = (column: number): number[] => hourly.map((_, index) => (index === column ? 1 : 0))
const meanOf = (rows: Rows, column: number): number => rows.reduce((sum, row) => sum + (row[column] ?? NaN), 0) / rows.length

function deviationOf(rows: Rows, column: number): number {
  const mean = meanOf(rows, column)
  return Math.sqrt(rows.reduce((sum, row) => sum + ((row[column] ?? NaN) - mean) ** 2, 0) / rows.length)
}
