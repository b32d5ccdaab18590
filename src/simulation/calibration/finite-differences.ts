import type { CalibrationVariable } from '../engine-host.ts'
import type { Trial, Trials } from './trials.ts'

/** How the residuals change with each variable: a column a variable. */
export interface Jacobian {
  readonly columns: readonly Float64Array[]
  readonly accuracy: Accuracy
}

/** `first`: a simulation a variable, an error like the step's size; `second`: two, and its square. */
export type Accuracy = 'first' | 'second'

/** Of the value: large beside the tolerance of iterative solvers (EPANET's is 1e-3 of the flows), small enough that second-order differences are right to about 1e-6. */
const relativeStep = 1e-3

/** The size that a change of the variable is measured by. */
export function sizeOf({ start, min, max }: CalibrationVariable, number: number): number {
  const size = Math.max(Math.abs(number), Math.abs(start))
  return size > (max - min) * 1e-6 ? size : (max - min) * 1e-2
}

export const runsForJacobian = (variables: readonly CalibrationVariable[], accuracy: Accuracy): number => variables.length * (accuracy === 'first' ? 1 : 2)

/** Slopes whose squares are still numbers. */
const steepest = 1e100

/** Never leaves the bounds. Undefined where simulations on both sides fail, or what changes has no slope that numbers can tell. */
export async function differentiate(variables: readonly CalibrationVariable[], trials: Trials, at: Trial, accuracy: Accuracy): Promise<Jacobian | undefined> {
  const columns: Float64Array[] = []
  for (const [index, variable] of variables.entries()) {
    const column = await differentiateBy(index, variable, trials, at, accuracy)
    if (!column?.every((slope) => Math.abs(slope) < steepest)) return undefined
    columns.push(column)
  }
  return { columns, accuracy }
}

async function differentiateBy(index: number, variable: CalibrationVariable, trials: Trials, at: Trial, accuracy: Accuracy): Promise<Float64Array | undefined> {
  const number = at.numbers[index] ?? variable.start
  const room = { up: variable.max - number, down: number - variable.min }
  const step = Math.min(relativeStep * sizeOf(variable, number), Math.max(room.up, room.down) / 2)
  if (!(step > 0)) return new Float64Array(at.residuals.length) // its bounds leave one number only
  const away = async (by: number): Promise<Away | undefined> => {
    if (trials.left() < 1) return undefined
    const there = number + by
    const trial = await trials.at(at.numbers.with(index, there))
    return trial && { by: there - number, residuals: trial.residuals } // what is really added, after rounding
  }
  const sign = room.up >= step ? 1 : -1
  const near = await away(sign * step)
  if (accuracy === 'first' || !near) return oneSided(at.residuals, near ?? (room.up >= step && room.down >= step ? await away(-sign * step) : undefined))
  const far = await away(room.up >= step && room.down >= step ? -step : sign * 2 * step)
  return far ? threePoints(at.residuals, near, far) : oneSided(at.residuals, near)
}

interface Away {
  readonly by: number
  readonly residuals: Float64Array
}

function oneSided(here: Float64Array, away: Away | undefined): Float64Array | undefined {
  return away && here.map((value, i) => ((away.residuals[i] ?? 0) - value) / away.by)
}

/** The slope at 0 of the parabola through 0, a and b: `(f(a) - f(0)) b/(a (b - a)) - (f(b) - f(0)) a/(b (b - a))`; central differences where b = -a. */
function threePoints(here: Float64Array, a: Away, b: Away): Float64Array {
  const ofA = b.by / (a.by * (b.by - a.by))
  const ofB = -a.by / (b.by * (b.by - a.by))
  return here.map((value, i) => ((a.residuals[i] ?? 0) - value) * ofA + ((b.residuals[i] ?? 0) - value) * ofB)
}
