import type { Frames, OutputStatistic } from '../engine-host.ts'
import type { OutputSeries } from '../engine.ts'
import type { Kpis } from '../engine-program.ts'
import { toSeriesNumber } from '../series-number.ts'

/** KPIs of a run made of its outputs, in the units of their series; instants without a value do not count, and an output without any has no KPI. */
export interface OutputStatistics {
  update(frames: Pick<Frames, 'at' | 'values'>): void
  kpis(): Kpis
}

export function createOutputStatistics(statistics: readonly OutputStatistic[], outputs: readonly OutputSeries[]): OutputStatistics {
  const tallies = statistics.map(() => ({ n: 0, sum: 0, min: Infinity, max: -Infinity, last: NaN }))
  return {
    update({ at, values }) {
      const width = values.length / at.length
      for (const [index, { output }] of statistics.entries()) {
        const [tally, series] = [tallies[index], outputs[output]]
        if (!tally || !series) continue
        for (let i = output; i < values.length; i += width) {
          const value = toSeriesNumber(series, values[i] ?? NaN)
          if (Number.isNaN(value)) continue
          tally.n++
          tally.sum += value
          tally.last = value
          if (value < tally.min) tally.min = value
          if (value > tally.max) tally.max = value
        }
      }
    },
    kpis: () => Object.fromEntries(statistics.flatMap(({ kpi, reducer }, index) => {
      const tally = tallies[index]
      return tally && tally.n > 0 ? [[kpi, reduced(tally, reducer)]] : []
    })),
  }
}

function reduced(tally: { readonly n: number; readonly sum: number; readonly min: number; readonly max: number; readonly last: number }, reducer: OutputStatistic['reducer']): number {
  switch (reducer) {
    case 'MEAN': return tally.sum / tally.n
    case 'MIN': return tally.min
    case 'MAX': return tally.max
    case 'LAST': return tally.last
  }
}
