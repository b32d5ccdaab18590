import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { presentVantage } from '../../../src/domain/vantage.ts'
import { featureReads } from '../../../src/prediction/inference/feature-reads.ts'
import type { SeriesKey } from '../../../src/telemetry/reading.ts'
import type { SeenReading } from '../../../src/telemetry/series-reads.ts'

const keyOf = (run: string | null, index: number): SeriesKey => ({ twin: `twin-${index}`, name: 'flow', kind: 'float', source: run === null ? 'MEASURED' : 'SIMULATED', run })
/** A store that answers with whose it is, and up to when it was known. */
const reading = ({ twin }: SeriesKey, knownUntil: number | undefined): SeenReading => ({ at: 0, value: 0, quality: 'GOOD', receivedAt: knownUntil ?? -1, origin: twin, sequence: null })
const from = ({ knownUntil }: { readonly knownUntil?: number | undefined }) => ({
  readings: (series: readonly SeriesKey[]) => Promise.resolve(series.map((key) => [reading(key, knownUntil)])),
  latestBefore: (series: readonly SeriesKey[]) => Promise.resolve(series.map((key) => reading(key, knownUntil))),
})

describe('what features read', () => {
  test('is bounded by its receipt, but for what runs say; in the order of the series', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.option(fc.constant('run-1')), { maxLength: 20 }), async (runs) => {
      const series = runs.map(keyOf)
      const reads = featureReads(from, { ...presentVantage, knownUntil: 7 })
      const expected = runs.map((run, index) => [`twin-${index}`, run === null ? 7 : -1])
      expect((await reads.latestBefore(series, 100)).map((each) => [each?.origin, each?.receivedAt])).toEqual(expected)
      expect((await reads.readings(series, { from: 0, to: 100 }, { first: 1 })).map(([each]) => [each?.origin, each?.receivedAt])).toEqual(expected)
    }))
  })
})
