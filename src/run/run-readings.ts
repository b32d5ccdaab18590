import type { Vantage } from '../domain/vantage.ts'
import type { RunWindow } from '../simulation/engine.ts'
import type { CalibrationProblem } from '../simulation/engine-host.ts'
import { EngineError, type InputSeries } from '../simulation/engine-program.ts'
import type { Microseconds, SeriesKey } from '../telemetry/reading.ts'
import type { SeenReading, SeriesReads } from '../telemetry/series-reads.ts'
import type { RunInputs } from './run-inputs.ts'

export interface RunReadingsConfig {
  readonly reads: Pick<SeriesReads, 'readings' | 'latestBefore'>
  readonly window: RunWindow
  readonly signal: AbortSignal
}

/** A run holds what it reads in memory. */
const mostReadings = 10_000_000
const [inOnePage, seriesAtOnce] = [20_000, 16]

/** What a run reads of telemetry over its window: numbers, those that are BAD apart. */
export async function readInputSeries(series: RunInputs['series'], config: RunReadingsConfig): Promise<readonly InputSeries[]> {
  const { reads, window: { from }, signal } = config
  const found = await readAll(series.map(({ key }) => key), config)
  const before = await lastUsable(reads, series.map(({ key, withBefore }) => (withBefore ? key : undefined)), from, signal)
  return found.map((columns, index) => {
    const [first, { at, values }] = [before[index], columns.series()]
    return first ? { at: behind(from, at), values: behind(Number(first.value), values) } : { at, values }
  })
}

function behind(first: number, rest: Float64Array): Float64Array {
  const all = new Float64Array(rest.length + 1)
  all[0] = first
  all.set(rest, 1)
  return all
}

/** A sensor that is broken for longer than so many readings has none. */
const mostUnusable = 500

/** The last reading before an instant that can be trusted, of each series that is given. */
export async function lastUsable(reads: Pick<SeriesReads, 'latestBefore'>, series: readonly (SeriesKey | undefined)[], before: Microseconds, signal: AbortSignal | undefined): Promise<readonly (SeenReading | undefined)[]> {
  const found: (SeenReading | undefined)[] = series.map(() => undefined)
  let left = series.flatMap((key, index) => (key ? [{ key, index, before }] : []))
  for (let tries = 0; left.length > 0 && tries <= mostUnusable; tries++) {
    const next: typeof left = []
    for (const [instant, some] of Map.groupBy(left, (each) => each.before)) {
      const readings = await reads.latestBefore(some.map(({ key }) => key), instant, { signal })
      for (const [place, each] of some.entries()) {
        const reading = readings[place]
        if (reading && isUsable(reading)) found[each.index] = reading
        else if (reading) next.push({ ...each, before: reading.at })
      }
    }
    left = next
  }
  return found
}

/** What a calibration is to agree with, in the engine's units and microseconds since the window's start. */
export async function readTargets({ task, outputs }: RunInputs, config: RunReadingsConfig): Promise<CalibrationProblem['targets']> {
  if (task.kind !== 'calibrate') return []
  const found = await readAll(task.targets.map(({ key }) => key), config)
  const targets = task.targets.map(({ output, sigma }, index) => {
    const { scale = 1, shift = 0 } = outputs[output]?.affine ?? {}
    const { at: instants, values } = found[index]?.series() ?? { at: new Float64Array(), values: new Float64Array() }
    const at = instants.map((instant) => instant - config.window.from)
    const own = values.map((value) => (value - shift) / scale)
    return { output, name: `${outputs[output]?.name ?? ''} of ${outputs[output]?.twin ?? ''}`, at, values: own, sigma: sigma === undefined ? usualSigma(own) : Math.abs(sigma / scale) }
  })
  const empty = targets.findIndex(({ at }) => at.length === 0)
  if (empty >= 0) {
    const key = task.targets[empty]?.key
    throw new EngineError('NO_READINGS', `${String(key?.name)} of ${String(key?.twin)} has no reading in the simulated time, so that there is nothing to agree with.`, { twin: key?.twin })
  }
  return targets
}

/** One hundredth of the spread; where all are equal, of the size; at last 1. */
function usualSigma(values: Float64Array): number {
  const [least, most] = values.reduce<readonly [number, number]>(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity])
  return (most - least) / 100 || Math.abs(most) / 100 || 1
}

/** Of each series the numbers of the window, page by page: objects of so many readings would fill the memory. */
async function readAll(keys: readonly SeriesKey[], { reads, window: { from, horizon }, signal }: RunReadingsConfig): Promise<readonly Columns[]> {
  const found = keys.map(() => createColumns())
  const range = { from, to: from + horizon + 1 }
  let sum = 0
  for (let start = 0; start < keys.length; start += seriesAtOnce) {
    const some = keys.slice(start, start + seriesAtOnce)
    const pages = await reads.readings(some, range, { first: inOnePage, signal })
    for (const [offset, page] of pages.entries()) {
      const key = keys[start + offset] as SeriesKey
      for (let more: readonly SeenReading[] = page; more.length > 0;) {
        for (const reading of more) if (isUsable(reading)) found[start + offset]?.add(reading.at, Number(reading.value))
        sum += more.length
        if (sum > mostReadings) throw new EngineError('INPUTS_TOO_LARGE', `The run reads more than ${mostReadings.toLocaleString('en')} readings. Take a shorter time or fewer series.`)
        more = more.length < inOnePage ? [] : (await reads.readings([key], range, { first: inOnePage, after: more.at(-1)?.at, signal }))[0] ?? []
      }
    }
  }
  return found
}

const isUsable = ({ quality, value }: SeenReading): boolean => quality !== 'BAD' && Number.isFinite(Number(value))

/** Columns that grow. */
interface Columns {
  add(at: Microseconds, value: number): void
  /** Of their own. */
  series(): InputSeries
}

function createColumns(): Columns {
  let [at, values, length] = [new Float64Array(64), new Float64Array(64), 0]
  return {
    add(instant, value) {
      if (length === at.length) {
        const [wider, taller] = [new Float64Array(2 * length), new Float64Array(2 * length)]
        wider.set(at)
        taller.set(values)
        at = wider
        values = taller
      }
      at[length] = instant
      values[length++] = value
    },
    series: () => ({ at: at.slice(0, length), values: values.slice(0, length) }),
  }
}

/** From where a run reads: its scenario, and what was known when it was made. */
export const vantageOfRun = (vantage: Vantage, watermark: number): Vantage => ({ ...vantage, knownUntil: watermark })
