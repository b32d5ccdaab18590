import { predictedKey } from '../prediction/prediction-series.ts'
import type { RunInputs } from '../run/run-inputs.ts'
import { type Microseconds, type SeriesKey, seriesKeyText } from '../telemetry/reading.ts'
import type { TelemetryStore } from '../telemetry/telemetry-store.ts'
import { type Contribution, mostContributions } from './alert.ts'

export interface ContributionsConfig {
  readonly store: Pick<TelemetryStore, 'readings'>
  /** Undefined: they are not kept any more. */
  readonly inputsOf: (run: string) => Promise<RunInputs | undefined>
}

/** What made most of a prediction that a run published, the greatest first. `at`: the instant that it is about. */
export type FindContributions = (key: SeriesKey, at: Microseconds, from: { readonly run: string; readonly knownUntil: Microseconds }) => Promise<readonly Contribution[]>

/** Runs whose contributions are remembered. */
const mostRuns = 16

/** Contributions to an output are series of the twins that its features read, some of them of several predicted twins: whose are whose, the run's inputs say. */
export function createContributions({ store, inputsOf }: ContributionsConfig): FindContributions {
  const known = new Map<string, ReadonlyMap<string, readonly SeriesKey[]>>()
  const ofRun = async (run: string): Promise<ReadonlyMap<string, readonly SeriesKey[]>> => {
    const found = known.get(run)
    if (found) return found
    const inputs = await inputsOf(run)
    const fresh = inputs ? contributorsOf(inputs) : new Map<string, readonly SeriesKey[]>()
    known.set(run, fresh)
    for (const [oldest] of known) if (known.size > mostRuns) known.delete(oldest)
    return fresh
  }
  return async (key, at, { run, knownUntil }) => {
    const keys = (await ofRun(run)).get(nameOf(key)) ?? []
    if (keys.length === 0) return []
    const found = await store.readings(keys, { from: at, to: at + 1 }, { first: 1, knownUntil })
    return found.flatMap(([reading], index) => {
      const of = keys[index]
      return reading && of && typeof reading.value === 'number' ? [{ twin: of.twin, series: of.name.slice(0, of.name.indexOf('~')), value: reading.value }] : []
    }).toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, mostContributions)
  }
}

const nameOf = ({ twin, name }: Pick<SeriesKey, 'twin' | 'name'>): string => JSON.stringify([twin, name])

/** Series of the contributions to each series of a value, by `nameOf`: those of the same row, to the same output. */
export function contributorsOf({ task, outputs }: Pick<RunInputs, 'task' | 'outputs'>): ReadonlyMap<string, readonly SeriesKey[]> {
  if (task.kind !== 'infer') return new Map()
  const found = new Map<string, Map<string, SeriesKey>>()
  const keyOf = (output: number): SeriesKey | undefined => {
    const spec = outputs[output]
    return spec && predictedKey(spec.twin, spec.name, null)
  }
  for (const columns of task.results) {
    const contributions = Map.groupBy(columns.filter(({ part }) => part === 'contribution'), ({ of }) => of)
    for (const { part, of, output } of columns) {
      const key = part === 'value' ? keyOf(output) : undefined
      if (!key) continue
      const own = found.get(nameOf(key)) ?? new Map<string, SeriesKey>()
      found.set(nameOf(key), own)
      for (const contribution of contributions.get(of) ?? []) {
        const contributor = keyOf(contribution.output)
        if (contributor) own.set(seriesKeyText(contributor), contributor)
      }
    }
  }
  return new Map([...found].map(([name, keys]) => [name, [...keys.values()]]))
}
