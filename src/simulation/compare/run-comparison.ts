import { failure } from '../../errors.ts'
import type { Run } from '../../run/run.ts'
import type { RunStore } from '../../run/run-store.ts'
import type { TelemetryStore } from '../../telemetry/telemetry-store.ts'
import type { SeriesName } from '../engine.ts'
import { compareKpis } from './compare-kpis.ts'
import { compareMembers } from './compare-members.ts'
import type { CandidateComparison, Comparison } from './comparison.ts'
import { type ComparedOutput, comparePairs, pairSeries, type RunSide, type SeriesPairs } from './series-pairs.ts'

export interface RunComparisonConfig {
  readonly runs: Pick<RunStore, 'find' | 'members'>
  readonly telemetry: Pick<TelemetryStore, 'readings'>
  /** What a run writes. */
  outputs(run: Run): Promise<readonly ComparedOutput[]>
  /** Values that one comparison may read, both sides and all candidates together. */
  readonly mostValues?: number
}

export interface CompareOptions {
  /** Only series of these twins; components count as their twin's. Absent: of all. */
  readonly twins?: readonly string[] | undefined
  /** Only series of these names, such as `pressure`. Absent: all. */
  readonly names?: readonly string[] | undefined
  /** Series of each candidate, from 0 to 1,000. */
  readonly first: number
  /** So many series of each candidate are skipped. */
  readonly after?: number | undefined
}

export interface RunComparison {
  /**
   * Runs that succeeded, of one kind, beside one of them. Throws BAD_USER_INPUT where there is no such run, it has no results, kinds differ, or
   * more would have to be read than is allowed; and whatever the stores throw.
   */
  compare(baseline: string, candidates: readonly string[], options: CompareOptions, signal: AbortSignal): Promise<Comparison>
}

const [mostCandidates, mostSeriesOnPage] = [20, 1_000]

export function createRunComparison({ runs, telemetry, outputs, mostValues = 5_000_000 }: RunComparisonConfig): RunComparison {
  const toSide = async (run: Run): Promise<RunSide> => ({ id: run.id, window: run.window, outputs: run.kind === 'SIMULATION' ? await outputs(run) : [] })

  return {
    async compare(baselineId, candidateIds, options, signal) {
      checkOptions(candidateIds, options)
      const [baseline, ...candidates] = toComparable([baselineId, ...candidateIds], await runs.find([baselineId, ...candidateIds]))
      const side = await toSide(baseline)
      const wanted = toFilter(options)
      const plans: { readonly run: Run; readonly side: RunSide; readonly series: SeriesPairs }[] = []
      for (const run of candidates) {
        signal.throwIfAborted()
        const other = await toSide(run)
        plans.push({ run, side: other, series: pairSeries(side, other, wanted) })
      }
      checkSize(plans.reduce((sum, plan) => sum + plan.series.pairs.length * (valuesOf(side) + valuesOf(plan.side)), 0), mostValues)
      const compared: CandidateComparison[] = []
      for (const { run, side: other, series } of plans) {
        const scores = baseline.kind === 'SWEEP' ? await compareMembers(runs, baseline.id, run.id, signal) : { ...toKpis(baseline, run), members: null }
        const differences = await comparePairs(telemetry, series, rangeOf([side, other]), signal)
        const after = options.after ?? 0
        compared.push({ run: run.id, ...scores, series: differences.slice(after, after + options.first), seriesCount: differences.length, unpairedSeries: series.unpaired })
      }
      return { baseline: baseline.id, candidates: compared }
    },
  }
}

function toKpis(baseline: Run, candidate: Run): Pick<CandidateComparison, 'kpis' | 'unpairedKpis'> {
  const pairs = compareKpis()
  pairs.add(baseline.results?.kpis ?? {}, candidate.results?.kpis ?? {})
  return pairs.result()
}

/** The runs, the baseline first. */
function toComparable(ids: readonly string[], found: readonly (Run | undefined)[]): readonly [Run, ...Run[]] {
  const [baseline, ...candidates] = ids.map((id, index) => {
    const run = found[index]
    if (!run) throw refusal(`There is no run ${JSON.stringify(id)}.`)
    if (run.phase.kind !== 'SUCCEEDED') throw refusal(`The run ${JSON.stringify(id)} is ${run.phase.kind}; runs are compared that have SUCCEEDED.`)
    if (run.kind === 'CALIBRATION') throw refusal(`The run ${JSON.stringify(id)} is a calibration, which has no results to be compared; simulate with what it proposes, and compare that.`)
    return run
  })
  if (!baseline) throw new TypeError('A comparison begins with its baseline.')
  const other = candidates.find(({ kind }) => kind !== baseline.kind)
  if (other) throw refusal(`The run ${JSON.stringify(other.id)} is a ${other.kind}, the baseline a ${baseline.kind}: compare runs of one kind.`)
  return [baseline, ...candidates]
}

/** Components are named by their telemetry, so that the twin is always the twin itself. */
function toFilter({ twins, names }: CompareOptions): (series: SeriesName) => boolean {
  const [ofTwins, ofNames] = [twins && new Set(twins), names && new Set(names)]
  return ({ twin, name }) => (ofTwins?.has(twin) ?? true) && (ofNames?.has(name) ?? true)
}

const valuesOf = ({ window }: RunSide): number => Math.floor(window.horizon / window.step) + 1

/** Both windows, ends included. */
const rangeOf = (sides: readonly RunSide[]): { readonly from: number; readonly to: number } => ({
  from: Math.min(...sides.map(({ window }) => window.from)),
  to: Math.max(...sides.map(({ window }) => window.from + window.horizon)) + 1,
})

function checkOptions(candidates: readonly string[], { first, after = 0 }: CompareOptions): void {
  if (candidates.length < 1 || candidates.length > mostCandidates) throw refusal(`From 1 to ${mostCandidates} candidates are compared at once, not ${candidates.length}.`)
  if (!Number.isInteger(first) || first < 0 || first > mostSeriesOnPage) throw refusal(`first is from 0 to ${mostSeriesOnPage}, not ${first}.`)
  if (!Number.isInteger(after) || after < 0) throw refusal(`after is a number of series to skip, from 0, not ${after}.`)
}

function checkSize(values: number, most: number): void {
  if (values > most) throw refusal(`Comparing these runs means to read ${values} values; at most ${most} are. Name the twins or the telemetry that matter, or compare fewer candidates at once.`)
}

const refusal = (message: string): Error => failure('BAD_USER_INPUT', { message })
