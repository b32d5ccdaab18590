import { columnOfFeature, featureNames, hourly, isWhole } from './features.ts'
import { idle, junctions, type Link, links, type Rule, rules, tanks } from './instruments.ts'

/**
 * What the detector looks at: 24 residuals against the simulation, each given the other 23; the mass balances of 7 tanks; the 10 control rules; and 2 pumps that nothing starts.
 * Residuals and balances are looked at in the hour and in the mean of six: the greater counts. Each check is 1 in the worst hour of the clean year. The score is the greatest of them.
 */
export interface Detector {
  /** Checks that are sums: `|hour · weights + bias|`. */
  readonly linear: readonly LinearCheck[]
  /** Of the first of them the same over the window; 0 while that is not whole. */
  readonly windowed: readonly LinearCheck[]
  /** Metres beyond a switching level that are 1, in the order of `rules`. */
  readonly ruleScale: readonly number[]
}

export interface LinearCheck {
  /** The feature that it stands for. */
  readonly of: string
  /** One for each feature of the hour, or of the window. */
  readonly weights: readonly number[]
  readonly bias: number
}

export const residualNames = [...links.map(featureNames.flowResidual), ...junctions.map(featureNames.pressureResidual)]
export const levelNames = tanks.map(featureNames.level)
export const idleNames = idle.map((link: Link) => featureNames.state(link))

/** A link that is as its rule would not have it. */
export const ruleFeature = ({ link }: Rule): string => featureNames.state(link)

/** The features whose columns the rule reads. */
export const ruleColumns = ({ link, tank }: Rule): { readonly level: number; readonly levelBefore: number; readonly state: number; readonly stateBefore: number } => ({
  level: columnOfFeature(featureNames.level(tank)), levelBefore: columnOfFeature(featureNames.before(featureNames.level(tank))),
  state: columnOfFeature(featureNames.state(link)), stateBefore: columnOfFeature(featureNames.before(featureNames.state(link))),
})

/**
 * Metres by which a rule was not kept: shut below the level at which it starts, open above the one at which it stops, or switched in an hour that neither
 * began nor ended beyond the level at which it would have been.
 */
export function ruleViolation(rule: Rule, row: ArrayLike<number>): number {
  const at = ruleColumns(rule)
  const [level = NaN, before = NaN, state = NaN, stateBefore = NaN] = [at.level, at.levelBefore, at.state, at.stateBefore].map((column) => row[column])
  const [start, stop] = [Math.max(0, state - stateBefore), Math.max(0, stateBefore - state)]
  return Math.max(0, (1 - state) * (rule.startBelow - level), state * (level - rule.stopAbove), start * (Math.min(level, before) - rule.startBelow), stop * (rule.stopAbove - Math.max(level, before)))
}

/** All checks of a row, as the model computes them: linear ones, then rules. */
export function checksOf({ linear, windowed, ruleScale }: Detector, row: ArrayLike<number>): readonly number[] {
  const overWindow = isWhole(row) ? windowed.map((check) => Math.abs(sumOf(check, row, hourly.length))) : []
  return [
    ...linear.map((check, index) => Math.max(Math.abs(sumOf(check, row)), overWindow[index] ?? 0)),
    ...rules.map((rule, index) => ruleViolation(rule, row) / (ruleScale[index] ?? NaN)),
  ]
}

/** `start`: of the columns that are summed. */
export function sumOf({ weights, bias }: LinearCheck, row: ArrayLike<number>, start = 0): number {
  let sum = bias
  for (let column = 0; column < weights.length; column++) sum += (weights[column] ?? NaN) * (row[start + column] ?? NaN)
  return sum
}

export const scoreOfRow = (detector: Detector, row: ArrayLike<number>): number => Math.max(...checksOf(detector, row))

/** What each check stands for, in their order. */
export const checkNames = ({ linear }: Pick<Detector, 'linear'>): readonly string[] => [...linear.map(({ of }) => of), ...rules.map(ruleFeature)]
