import { setImmediate } from 'node:timers/promises'
import type { Microseconds, NewReading } from '../../telemetry/reading.ts'
import type { TelemetryStore } from '../../telemetry/telemetry-store.ts'
import { monotonicMs, nowMicroseconds } from '../../util/clock.ts'
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
 * the last thousand rows or so of a predictor in this process, of streams every five minutes. A run over a range of time is looked at by itself, by the day, at its end; runs of an
 * instant longer than a day ago are not looked at. A process that begins goes on with the excursions of the Page-Hinkley test that are stored; of several processes that predict by
 * one predictor at a time each looks at its own rows, and the last word is what is stored.
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
  /** Counts them; now and then of a stream, readings are stored. What is read and stored fails as `latest` and `append` do. */
  observe(rows: FeatureRows): Promise<void>
  /** No more come: what was not stored is. */
  end(): Promise<void>
}

export interface DriftMonitorConfig {
  readonly readings: Pick<TelemetryStore, 'append' | 'latest'>
  now?(): number
  /** Which instants are near. */
  clock?(): Microseconds
  /** Of a stream: from one measurement to the next. */
  readonly everyMs?: number
}

const day = 86_400_000_000
/** Predictors whose last rows are remembered: those that predicted last. */
const mostWatched = 100
/** Readings in one append, and numbers that are counted in one go. */
const [inOneAppend, numbersInOneTurn] = [10_000, 20_000]

export function createDriftMonitor({ readings, now = monotonicMs, clock = nowMicroseconds, everyMs = 300_000 }: DriftMonitorConfig): DriftMonitor {
  const known = new Map<string, Present>()
  const presentOf = ({ predictor, specs }: Watched): Present => {
    const found = known.get(predictor.id) ?? createPresent(predictor.id, createReferences(specs, predictor.card.reference), readings)
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
      return watched.kind === 'range' ? watchRange(watched, store) : watchPresent(watched, presentOf(watched), { store, now, clock, everyMs })
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
  means(): Promise<FeatureMeans>
  /** Portions of rows that were added, and how many of them what is stored was measured on. */
  added: number
  measured: number
  measuredMs: number
}

function createPresent(predictor: string, references: References, readings: Pick<TelemetryStore, 'latest'>): Present {
  let means: Promise<FeatureMeans> | undefined
  const begin = async (): Promise<FeatureMeans> => {
    const stored = await readings.latest(references.features.map(({ name }) => driftKey(predictor, 'page-hinkley', name)))
    return createFeatureMeans(references, stored.map((reading) => Number(reading?.value ?? 0)))
  }
  return {
    references, rows: createRecentRows(references), added: 0, measured: 0, measuredMs: -Infinity,
    means: () => means ??= begin().catch((error: unknown) => {
      means = undefined // asked again
      throw error
    }),
  }
}

interface Measuring extends Required<Pick<DriftMonitorConfig, 'now' | 'clock' | 'everyMs'>> {
  readonly store: Store
}

function watchPresent({ predictor: { id }, kind, rows: expected }: Watched, present: Present, { store, now, clock, everyMs }: Measuring): DriftWatch {
  const { references, rows } = present
  const choose = createRowChoice(expected, numbersOf(references))
  const measure = async (): Promise<void> => {
    const means = await present.means()
    const [whole, { added }] = [rows.whole(), present]
    if (present.measured >= added || !whole) return
    present.measuredMs = now()
    await store(toReadings(id, references, whole, means))
    present.measured = Math.max(present.measured, added) // not where it could not be stored, and is tried again; nor are rows measured that came meanwhile
  }
  return {
    async observe(more) {
      const oldest = kind === 'at' ? clock() - day : -Infinity
      const near = choose(more.twins.length).filter((row) => (more.at[row] ?? NaN) >= oldest)
      if (near.length === 0) return
      const means = await present.means()
      await inSlices(near, references, (chosen) => {
        rows.add(more, chosen)
        means.add(sumsOf(references, more, chosen))
        present.added++
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
