import type { RunOutput } from '../../run/run-inputs.ts'
import type { RunTracker } from '../../run/run-tracker.ts'
import { formatInstant } from '../../telemetry/instant.ts'
import type { BoundFeatures } from '../features/bound-features.ts'
import type { MissingFeature } from '../features/to-tensors.ts'
import { PredictorError } from '../runtime.ts'

/** Counts what rows lacked, and says it with the run: a row that is not predicted is never left out in silence. */
export interface MissingBook {
  lacking(missing: readonly MissingFeature[]): void
  noNumber(output: RunOutput, at: number): void
  /** Why not one row could be predicted. */
  nothing(): PredictorError
}

/** `boundNow`: the places of twins are those of the features that rows were read of. */
export function createMissingBook(boundNow: () => Pick<BoundFeatures, 'twins' | 'specs'>, tracker: Pick<RunTracker, 'onWarning'>): MissingBook {
  const counts = new Map<string, number>()
  let first: string | undefined
  const warn = (code: string, twin: string, what: string, message: string, count: number): void => {
    const key = JSON.stringify([code, twin, what])
    const sum = (counts.get(key) ?? 0) + count
    counts.set(key, sum)
    tracker.onWarning(hash(key), { code, message, twin, count: sum, at: undefined })
  }
  return {
    lacking(missing) {
      const { specs, twins } = boundNow()
      for (const { feature, twin: place, count, at, wrong } of missing) {
        const [name, twin] = [specs[feature]?.name ?? '', twins[place]?.twin ?? '']
        const [of, then] = [`The feature ${name} of ${JSON.stringify(twin)}`, formatInstant(at)]
        const message = wrong === undefined ? `${of} has no value at ${then}: that row is not predicted. Give the feature a \`fill\`, or see why nothing was measured.`
          : `${of} at ${then} ${wrong}: that row is not predicted. See what was measured, or register the predictor with inputs that take such numbers.`
        first ??= message
        warn('MISSING_FEATURE', twin, wrong === undefined ? name : `${name} wrong`, message, count)
      }
    },
    noNumber({ twin, name }, at) { warn('NO_NUMBER', twin, name, `The model gave no finite number for ${name} of ${JSON.stringify(twin)} at ${formatInstant(at)}: nothing is stored there.`, 1) },
    nothing: () => new PredictorError('MISSING_FEATURE', `Not one row had all its features. ${first ?? 'No row was asked for.'}`),
  }
}

/** Warnings of one code and twin add up over features: each is a piece of its own. FNV-1a. */
const hash = (text: string): number => Array.from(text).reduce((sum, character) => Math.imul(sum ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0, 0x811c9dc5)
