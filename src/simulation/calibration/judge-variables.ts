import type { CalibrationVariable } from '../engine-host.ts'
import type { CalibratedVariable } from './calibrated.ts'
import type { Standing } from './uncertainty.ts'

export interface Judged {
  readonly variables: readonly CalibrationVariable[]
  readonly numbers: readonly number[]
  /** Undefined where it could not be found out. */
  readonly standing: readonly Standing[] | undefined
  readonly standardErrors: readonly (number | null)[]
  readonly correlation: readonly (readonly (number | null)[])[]
  /** Student's t for the interval; undefined where there are no degrees of freedom. */
  readonly t: number | undefined
}

/** More than this of the value, and mostly told by another variable: not known. */
const hopelessError = 0.5
const hopelessCorrelation = 0.99

/** Of each variable, how well the measurements say what it is, told so that whoever promotes it knows. */
export function judgeVariables(judged: Judged): readonly CalibratedVariable[] {
  return judged.variables.map((variable, i) => {
    const value = judged.numbers[i] ?? variable.start
    const standing = judged.standing?.[i]
    const standardError = judged.standardErrors[i] ?? null
    const reach = standardError === null || judged.t === undefined ? undefined : judged.t * standardError
    const interval95 = reach === undefined ? null : [value - reach, value + reach] as const
    const verdict = standing ? judge(judged, i, standing, standardError, interval95) : { isIdentifiable: false, why: 'No simulations were left to find out how well it is known; allow more.' }
    return { name: variable.name, start: variable.start, value, standardError, interval95, atBound: standing?.kind === 'atBound' ? standing.bound : null, ...verdict }
  })
}

type Verdict = Pick<CalibratedVariable, 'isIdentifiable' | 'why'>

function judge({ variables, numbers, correlation }: Judged, index: number, standing: Standing, error: number | null, interval: readonly [number, number] | null): Verdict {
  const variable = variables[index]
  const not = (why: string): Verdict => ({ isIdentifiable: false, why })
  switch (standing.kind) {
    case 'fixed': return not('Its bounds leave one number only.')
    case 'flat': return not('Nothing that was measured changes with it.')
    case 'atBound': return not(`What was measured pushes it to its ${standing.bound === 'MIN' ? 'least' : 'greatest'} value; what it would be without that bound is not known.`)
    case 'combined': return not(`${standing.others.length === 0 ? 'It' : `Only a combination of it with ${standing.others.map(({ index: other }) => variables[other]?.name).join(', ')}`} is determined: ` +
      `1 more of it and ${standing.others.map(({ index: other, by }) => `${show(Math.abs(by))} ${by < 0 ? 'less' : 'more'} of ${variables[other]?.name}`).join(', ')} change nothing that was measured.`)
    case 'determined': break
  }
  if (!variable || error === null || !interval) return not('There are no more measurements than variables, so that nothing says how far off it may be.')
  const value = numbers[index] ?? variable.start
  const known = `Known to ± ${show((interval[1] - interval[0]) / 2)} (95 %)`
  if (interval[1] - interval[0] >= variable.max - variable.min) return not(`${known}, which is as wide as its bounds: the measurements leave it open.`)
  const [other, most] = strongest(correlation[index] ?? [], index)
  const alike = other === undefined ? '' : ` Its error goes with that of ${variables[other]?.name} (correlation ${most.toFixed(3)}).`
  if (Math.abs(most) > hopelessCorrelation && error > hopelessError * Math.abs(value)) return not(`${known}, no better than its value.${alike} Measure something that tells the two apart, or fix one.`)
  return { isIdentifiable: true, why: `${known}.${Math.abs(most) > hopelessCorrelation ? alike : ''}` }
}

function strongest(row: readonly (number | null)[], self: number): readonly [index: number | undefined, correlation: number] {
  let [index, most]: [number | undefined, number] = [undefined, 0]
  for (const [i, value] of row.entries()) if (i !== self && value !== null && Math.abs(value) > Math.abs(most)) [index, most] = [i, value]
  return [index, most]
}

const show = (number: number): string => String(Number(number.toPrecision(3)))
