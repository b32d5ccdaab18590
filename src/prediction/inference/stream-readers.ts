import type { RunOutput } from '../../run/run-inputs.ts'
import { type Microseconds, type SeriesKey, seriesKeyText } from '../../telemetry/reading.ts'
import type { Received } from '../../telemetry/telemetry-store.ts'
import { predictedKey } from '../prediction-series.ts'
import type { WantedRows } from './group-rows.ts'
import type { InferenceTask } from './inference-task.ts'

/** Which twins are predicted when something of a series arrives: their places in the bound features, of whom a feature reads it. */
export type ReadersOf = (series: SeriesKey) => readonly number[]

/** A stream is not fed by what it says itself, though features may read that. */
export function findReaders({ features: { twins, series } }: Pick<InferenceTask, 'features'>, outputs: readonly Pick<RunOutput, 'twin' | 'name'>[]): ReadersOf {
  const own = new Set(outputs.map(({ twin, name }) => placeOf(predictedKey(twin, name, null))))
  const readers = new Map<string, number[]>()
  for (const [place, { features }] of twins.entries()) {
    const read = new Set(features.flatMap((feature) => (feature.kind === 'telemetry' ? [...feature.series, ...feature.minus] : [])))
    for (const text of new Set([...read].flatMap((index) => { const key = series[index]?.key; return key ? [key] : [] }).filter((key) => !own.has(placeOf(key))).map(seriesKeyText))) {
      const known = readers.get(text) ?? []
      known.push(place)
      readers.set(text, known)
    }
  }
  return (key) => readers.get(seriesKeyText(key)) ?? []
}

/** Whatever kind its values are of. */
const placeOf = ({ twin, name, source, run }: SeriesKey): string => JSON.stringify([twin, name, source, run])

/** The rows that readings ask for, in their order, so many at a time or a few more: one reading may be read by very many twins. */
export function* wantedRows(readings: readonly Received[], readersOf: ReadersOf, most: number): Generator<WantedRows> {
  let [rows, count] = [new Map<number, Set<Microseconds>>(), 0]
  const take = (): WantedRows => new Map([...rows].map(([twin, instants]) => [twin, [...instants].sort((a, b) => a - b)]))
  for (const { series, at } of readings) {
    for (const twin of readersOf(series)) {
      const instants = rows.get(twin) ?? new Set()
      rows.set(twin, instants)
      if (!instants.has(at)) count++
      instants.add(at)
    }
    if (count >= most) {
      yield take()
      ;[rows, count] = [new Map<number, Set<Microseconds>>(), 0]
    }
  }
  if (count > 0) yield take()
}
