/** Set by the score of training set 2; see the README. */
export interface AlarmSettings {
  /** Raised above it. 1 is the worst hour of the clean year. */
  readonly threshold: number
  /** Resolved after so many hours that are not above it. */
  readonly holdHours: number
}

export const alarmSettings: AlarmSettings = { threshold: 1.35, holdHours: 12 }

/** Which hours are in alarm. NaN: no score, which neither raises nor resolves. */
export function flagsOf(scores: ArrayLike<number>, { threshold, holdHours }: AlarmSettings): readonly boolean[] {
  let left = 0
  return Array.from(scores, (score) => {
    const isAbove = score > threshold
    if (isAbove) left = holdHours + 1
    else if (!Number.isNaN(score)) left = Math.max(0, left - 1)
    return left > 0
  })
}
