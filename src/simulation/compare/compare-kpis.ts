import type { Kpis } from '../engine-program.ts'
import { createMoments, type Moments } from '../statistics/moments.ts'
import { meanInterval95 } from '../statistics/t-interval.ts'
import type { CandidateComparison, KpiDifference } from './comparison.ts'

export interface KpiPairs {
  add(baseline: Kpis, candidate: Kpis): void
  result(): Pick<CandidateComparison, 'kpis' | 'unpairedKpis'>
}

interface Kpi {
  readonly baseline: Moments
  readonly candidate: Moments
  readonly difference: Moments
}

/** Compares KPIs pair by pair: one pair of runs, or the members of two sweeps that have the same index and settings, so that what members have in common does not blur the difference. */
export function compareKpis(): KpiPairs {
  const kpis = new Map<string, Kpi>()
  const unpaired = { baseline: new Set<string>(), candidate: new Set<string>() }
  return {
    add(baseline, candidate) {
      for (const [name, before] of Object.entries(baseline)) {
        const after = candidate[name]
        if (!Object.hasOwn(candidate, name) || after === undefined) {
          unpaired.baseline.add(name)
          continue
        }
        const kpi = kpis.get(name) ?? { baseline: createMoments(), candidate: createMoments(), difference: createMoments() }
        kpis.set(name, kpi)
        kpi.baseline.add(before)
        kpi.candidate.add(after)
        kpi.difference.add(after - before)
      }
      for (const name of Object.keys(candidate)) if (!Object.hasOwn(baseline, name)) unpaired.candidate.add(name)
    },
    result: () => ({
      kpis: Array.from(kpis, ([name, kpi]) => toDifference(name, kpi)),
      unpairedKpis: { baseline: alone(unpaired.baseline, kpis), candidate: alone(unpaired.candidate, kpis) },
    }),
  }
}

const alone = (names: ReadonlySet<string>, paired: ReadonlyMap<string, Kpi>): readonly string[] => [...names].filter((name) => !paired.has(name))

function toDifference(name: string, { baseline, candidate, difference }: Kpi): KpiDifference {
  const { n, mean, standardError } = difference
  return {
    name, n, baseline: baseline.mean, candidate: candidate.mean, difference: mean,
    relative: baseline.mean === 0 ? null : mean / Math.abs(baseline.mean),
    standardError, interval95: meanInterval95(mean, standardError, n),
  }
}
