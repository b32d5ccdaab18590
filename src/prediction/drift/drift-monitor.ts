import { setImmediate } from 'node:timers/promises'
import type { NewReading } from '../../telemetry/reading.ts'
import type { TelemetryStore } from '../../telemetry/telemetry-store.ts'
import { monotonicMs } from '../../util/clock.ts'
import type { FeatureSpec } from '../feature.ts'
import type { FeatureRows } from '../features/bound-features.ts'
import type { Predictor } from '../predictor.ts'
import { type DriftMeasure, driftKey, driftMeasures } from '../prediction-series.ts'
import { createReferences, measureDrift, type References, type Stretch } from './feature-drift.ts'
import { createFeatureMeans, type FeatureMeans, sumsOf } from './feature-means.ts'
import { createRangeRows } from './range-rows.ts'
import { createRecentRows, type RecentRows } from './recent-rows.ts'
import { createRowChoice } from './row-choice.ts'

/**
 * Compares what predictors are told with what they were trained on, and keeps it as series (`driftKey`). What runs and streams tell of the present is looked at together:
 * the last thousand rows or so of a predictor in this process, of streams every five minutes. A run over a range of time is looked at by itself, by the day, at its end.
 */
export interface DriftMonitor {
  /** For the rows of one run. `kind`: as of its instants. Nothing is watched where the card has no reference, or where what is predicted is none of the base (`isOfBase`). */
  begin(watched: Watched): DriftWatch
}

export interface Watched {
  readonly predictor: Pick<Predictor, 'id' | 'card'>
  /** Of the rows, in their order. */
  readonly specs: readonly FeatureSpec[]
  readonly kind: 'at' | 'range' | 'stream'
  /** How many there will be, of which an even share is looked at where they are many; undefined: nobody knows. */
  readonly rows: number | undefined
  readonly isOfBase: boolean
}

export interface DriftWatch {
  /** Counts them; now and then of a stream, readings are stored. What is stored fails as `append` does. */
  observe(rows: FeatureRows): Promise<void>
  /** No more come: what was not stored is. */
  end(): Promise<void>
}

export interface DriftMonitorConfig {
  readonly readings: Pick<TelemetryStore, 'append'>
  now?(): number
  /** Of a stream: from one measurement to the next. */
  readonly everyMs?: number
}

/** Predictors whose last rows are remembered: those that predicted last. */
const mostWatched = 100
/** Readings in one append, and numbers that are counted in one go. */
const [inOneAppend, numbersInOneTurn] = [10_000, 20_000]

export function createDriftMonitor({ readings, now = monotonicMs, everyMs = 300_000 }: DriftMonitorConfig): DriftMonitor {
  const known = new Map<string, Present>()
  const presentOf = ({ predictor, specs }: Watched): Present => {
    const found = known.get(predictor.id) ?? createPresent(createReferences(specs, predictor.card.reference))
    known.delete(predictor.id)
    known.set(predictor.id, found)
    for (const oldest of known.keys()) {
      if (known.size <= mostWatched) break
      known.delete(oldest)
    }
    return found
  }
  const store = async (all: readonly NewReading[]): Promise<void> => {
    for (let start = 0; start < all.length; start += inOneAppend) await readings.append(all.slice(start, start + inOneAppend))
  }
  return {
    begin(watched) {
      if (!watched.isOfBase || Object.keys(watched.predictor.card.reference).length === 0) return unwatched
      return watched.kind === 'range' ? watchRange(watched, store) : watchPresent(watched, presentOf(watched), { store, now, everyMs })
    },
  }
}

const unwatched: DriftWatch = { observe: () => Promise.resolve(), end: () => Promise.resolve() }

type Store = (readings: readonly NewReading[]) => Promise<void>

function watchRange({ predictor: { id, card }, specs, rows: expected }: Watched, store: Store): DriftWatch {
  const references = createReferences(specs, card.reference)
  const rows = createRangeRows(references)
  const choose = createRowChoice(expected, numbersOf(references))
  return {
    observe: (more) => inSlices(choose(more.twins.length), references, (chosen) => { rows.add(more, chosen) }),
    async end() {
      const means = createFeatureMeans(references)
      const found: NewReading[] = []
      for (const { own, trailing } of rows.stretches()) {
        means.add(own.tallies)
        found.push(...toReadings(id, references, trailing, means))
        await setImmediate() // who answers queries has a turn
      }
      await store(found)
    },
  }
}

/** What is remembered of a predictor. */
interface Present {
  readonly references: References
  readonly rows: RecentRows
  readonly means: FeatureMeans
  isNew: boolean
  measuredMs: number
}

const createPresent = (references: References): Present => ({ references, rows: createRecentRows(references), means: createFeatureMeans(references), isNew: false, measuredMs: -Infinity })

interface Measuring extends Required<Pick<DriftMonitorConfig, 'now' | 'everyMs'>> {
  readonly store: Store
}

function watchPresent({ predictor: { id }, kind, rows: expected }: Watched, present: Present, { store, now, everyMs }: Measuring): DriftWatch {
  const { references, rows, means } = present
  const choose = createRowChoice(expected, numbersOf(references))
  const measure = async (): Promise<void> => {
    const whole = rows.whole()
    if (!present.isNew || !whole) return
    present.measuredMs = now()
    await store(toReadings(id, references, whole, means))
    present.isNew = false // not where it could not be stored, and is tried again
  }
  return {
    async observe(more) {
      await inSlices(choose(more.twins.length), references, (chosen) => {
        rows.add(more, chosen)
        means.add(sumsOf(references, more, chosen))
        present.isNew = true
      })
      if (kind === 'stream' && now() - present.measuredMs >= everyMs) await measure()
    },
    end: measure,
  }
}

/** Who answers queries has a turn after so many numbers. */
async function inSlices(chosen: readonly number[], references: References, take: (some: readonly number[]) => void): Promise<void> {
  const size = Math.max(1, Math.floor(numbersInOneTurn / Math.max(1, numbersOf(references))))
  for (let start = 0; start < chosen.length; start += size) {
    if (start > 0) await setImmediate()
    take(chosen.slice(start, start + size))
  }
}

const numbersOf = ({ features }: References): number => features.reduce((sum, { from, to }) => sum + to - from, 0)

/** At the instant of the newest row; of features with enough numbers. */
function toReadings(predictor: string, references: References, stretch: Stretch, means: FeatureMeans): readonly NewReading[] {
  return measureDrift(references, stretch).flatMap(({ feature, index, psi, ks, ksProbability, numbers }) => {
    const values: Readonly<Record<DriftMeasure, number>> = { psi, ks, 'ks-p': ksProbability, 'page-hinkley': means.excursion(index), numbers }
    return driftMeasures.map((measure): NewReading => ({ series: driftKey(predictor, measure, feature), at: stretch.at, value: values[measure], quality: 'GOOD', origin: null, sequence: null }))
  })
}
