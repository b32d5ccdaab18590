/**
 * How detections are judged: "The Battle of the Attack Detection Algorithms", Taormina et al. 2018, https://doi.org/10.1061/(ASCE)WR.1943-5452.0000969.
 * S = 0.5 · S_TTD + 0.5 · S_CLF. S_TTD = 1 − the mean over attacks of (hours until it was detected / hours it took), an attack that nobody detects counting as 1.
 * S_CLF = (share of attacked hours that are flagged + share of other hours that are not) / 2. 1 is perfect; no detection at all is 0.25.
 */
export interface Score {
  readonly s: number
  readonly timeToDetection: number
  readonly classification: number
  /** Of attacked hours, and of the others. */
  readonly truePositives: number
  readonly trueNegatives: number
  /** Hours from the start of each attack to its detection; undefined: it was not detected. */
  readonly detectedAfter: readonly (number | undefined)[]
}

export function scoreOf(flags: readonly boolean[], isAttack: readonly boolean[]): Score {
  if (flags.length !== isAttack.length) throw new RangeError(`${flags.length} flags for ${isAttack.length} hours.`)
  const attacks = intervalsOf(isAttack)
  if (attacks.length === 0) throw new RangeError('There is no attack: nothing can be detected.')
  const detectedAfter = attacks.map(({ from, to }) => {
    const hour = flags.indexOf(true, from)
    return hour >= 0 && hour < to ? hour - from : undefined
  })
  const late = attacks.map(({ from, to }, index) => (detectedAfter[index] ?? to - from) / (to - from))
  const timeToDetection = 1 - late.reduce((sum, each) => sum + each, 0) / attacks.length
  const shareOf = (attacked: boolean): number => {
    const hours = isAttack.flatMap((each, hour) => (each === attacked ? [hour] : []))
    return hours.length === 0 ? 1 : hours.filter((hour) => flags[hour] === attacked).length / hours.length
  }
  const [truePositives, trueNegatives] = [shareOf(true), shareOf(false)]
  const classification = (truePositives + trueNegatives) / 2
  return { s: (timeToDetection + classification) / 2, timeToDetection, classification, truePositives, trueNegatives, detectedAfter }
}

export interface Interval {
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

/** Where it is true, as long as it lasts. */
export function intervalsOf(flags: readonly boolean[]): readonly Interval[] {
  const starts = flags.flatMap((flag, index) => (flag && !flags[index - 1] ? [index] : []))
  return starts.map((from) => ({ from, to: flags.indexOf(false, from) < 0 ? flags.length : flags.indexOf(false, from) }))
}
