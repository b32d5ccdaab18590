import type { Vantage } from '../../domain/vantage.ts'
import type { SeriesKey } from '../../telemetry/reading.ts'
import type { SeriesReads } from '../../telemetry/series-reads.ts'

type Reads = Pick<SeriesReads, 'readings' | 'latestBefore'>

/**
 * Readings as features read them from a vantage. What a run says was received by nobody: the results of a simulation that is named count whenever they were stored, as what
 * was measured counts from its receipt.
 */
export function featureReads(from: (vantage: Vantage) => Reads, vantage: Vantage): Reads {
  const received = from(vantage)
  if (vantage.knownUntil === undefined) return received
  const said = from({ ...vantage, knownUntil: undefined })
  return {
    readings: (series, range, options) => bySource(series, (some, isSaid) => (isSaid ? said : received).readings(some, range, options)),
    latestBefore: (series, before, options) => bySource(series, (some, isSaid) => (isSaid ? said : received).latestBefore(some, before, options)),
  }
}

/** Asks for the series of runs and for the others, and puts the answers into the order of the series. */
async function bySource<Answer>(series: readonly SeriesKey[], ask: (some: readonly SeriesKey[], isSaid: boolean) => Promise<readonly Answer[]>): Promise<readonly Answer[]> {
  const of = (isSaid: boolean): readonly SeriesKey[] => series.filter(({ run }) => (run !== null) === isSaid)
  const answers = await Promise.all([false, true].map(async (isSaid) => (of(isSaid).length === 0 ? [] : await ask(of(isSaid), isSaid))))
  const [received, said] = answers.map((each) => each[Symbol.iterator]())
  return series.map(({ run }) => (run === null ? received : said)?.next().value as Answer)
}
