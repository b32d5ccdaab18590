import type { Microseconds, NewReading, SeriesKey } from '../telemetry/reading.ts'
import type { TelemetryStore } from '../telemetry/telemetry-store.ts'
import type { OutputSeries } from './engine.ts'
import type { Frames } from './engine-host.ts'
import { EngineError } from './engine-program.ts'
import { memberRun, resultKey } from './result-series.ts'
import { toSeriesNumber } from './series-number.ts'

/** Where a run's results go as they come. */
export interface ResultSink {
  /** Resolves when they are durable; whoever gives them waits for that. Rejects with the store's failures, and with an `EngineError` RESULTS_TOO_LARGE or BAD_RESULT. */
  take(frames: Frames): Promise<void>
  /** Stored so far, those of former attempts apart. */
  readonly values: number
}

export interface ResultSinkConfig {
  readonly store: Pick<TelemetryStore, 'append'>
  readonly run: string
  readonly outputs: readonly OutputSeries[]
  /** The window's start. */
  readonly from: Microseconds
  /** Beyond so many the run ends. */
  readonly mostValues: number
}

/** Readings in one batch: the thread that answers queries does other things in between. */
const inOneBatch = 10_000

/** Results as readings of the run, in the series' units. Done again, a run's results replace themselves. */
export function createResultSink({ store, run, outputs, from, mostValues }: ResultSinkConfig): ResultSink {
  const keysOf = new Map<number | undefined, readonly SeriesKey[]>()
  const keys = (member: number | undefined): readonly SeriesKey[] => {
    const known = keysOf.get(member) ?? outputs.map((output) => resultKey(output, memberRun(run, member)))
    if (keysOf.size > 1_000) keysOf.clear() // members come one after the other
    keysOf.set(member, known)
    return known
  }
  let values = 0
  return {
    get values() {
      return values
    },
    async take({ member, at, values: numbers }) {
      const series = keys(member)
      let readings: NewReading[] = []
      const flush = async (): Promise<void> => {
        if (readings.length === 0) return
        values += readings.length
        if (values > mostValues) throw new EngineError('RESULTS_TOO_LARGE', `The run gives more than ${mostValues.toLocaleString('en')} values. Take a longer step, a shorter time, or fewer outputs.`)
        const batch = readings
        readings = []
        await store.append(batch)
      }
      for (let frame = 0; frame < at.length; frame++) {
        const time = from + Math.round(at[frame] ?? 0)
        for (let index = 0; index < outputs.length; index++) {
          const number = numbers[frame * outputs.length + index] ?? NaN
          if (!Number.isNaN(number)) readings.push({ series: series[index] as SeriesKey, at: time, value: toValue(outputs[index] as OutputSeries, number), quality: 'GOOD', origin: null, sequence: null })
          if (readings.length === inOneBatch) await flush()
        }
      }
      await flush()
    },
  }
}

function toValue(output: OutputSeries, number: number): number | bigint | boolean {
  const value = toSeriesNumber(output, number)
  if (!Number.isFinite(value)) throw new EngineError('BAD_RESULT', `${output.name} of ${output.twin} came out as ${value}, which no series can hold.`, { twin: output.twin })
  if (output.kind === 'float') return value
  return output.kind === 'boolean' ? value !== 0 : BigInt(value)
}
