import { type AlarmSettings, alarmSettings, flagsOf } from './alarm.ts'
import { scoreOfRow } from './checks.ts'
import { fitDetector, fitSettings, type Rows } from './fit.ts'
import { type Score, scoreOf } from './score.ts'

/** The worst hour of each quarter of the clean year, by detectors of the other three: what an alarm's threshold has to be above, so that it is silent where nothing happens. */
export function worstUnseen(clean: Rows, quarters = 4): readonly number[] {
  const size = Math.floor(clean.length / quarters)
  return Array.from({ length: quarters }, (_, quarter) => {
    const [from, to] = [quarter * size, quarter === quarters - 1 ? clean.length : (quarter + 1) * size]
    const detector = fitDetector([...clean.slice(0, from), ...clean.slice(to)], { ...fitSettings, fitted: 1 })
    return Math.max(...clean.slice(from, to).map((row) => scoreOfRow(detector, row)))
  })
}

/** The lowest threshold, in steps of 0.05, at which no hour of any quarter is an alarm. */
export const silentThreshold = (worst: readonly number[]): number => (Math.floor(Math.max(...worst) / 0.05) + 1) * 5 / 100

export interface Tried {
  readonly settings: AlarmSettings
  readonly score: Score
}

/** How the score of training set 2 depends on the settings: what is chosen should lie on a plateau, not on a peak. */
export function tryAlarms(scores: ArrayLike<number>, isAttack: readonly boolean[]): readonly Tried[] {
  const settings = [1.2, alarmSettings.threshold, 1.5, 2].flatMap((threshold) => [6, 8, 10, alarmSettings.holdHours, 14, 16, 24].map((holdHours) => ({ threshold, holdHours })))
  return settings.map((each) => ({ settings: each, score: scoreOf(flagsOf(scores, each), isAttack) }))
}
