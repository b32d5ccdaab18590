import type { Registry } from '../model/registry.ts'
import { relationshipNames } from '../model/relationship-names.ts'
import type { ItemProblem } from '../problem.ts'
import { sampleCount } from '../simulation/design/samples.ts'
import type { RunWindow } from '../simulation/engine.ts'
import type { SeriesReads } from '../telemetry/series-reads.ts'
import { nearest } from '../util/nearest.ts'
import type { RunTask } from './run-inputs.ts'

/** Names that no model has would reach nothing, and say nothing. */
export function findUnknownRelationships(over: readonly string[], registry: Registry): readonly ItemProblem[] {
  if (over.length === 0) return []
  const names = relationshipNames(registry)
  return over.flatMap((name, index) => {
    const near = nearest(name, names)
    return names.has(name) ? [] : [{ code: 'UNKNOWN_RELATIONSHIP', path: ['over', String(index)], message: `No model has a relationship ${JSON.stringify(name.slice(0, 80))}.${near === undefined ? '' : ` Did you mean ${near}?`}` }]
  })
}

/** Series of a sweep that keeps them: each is remembered by the store as long as it is there. */
const mostMemberSeries = 200_000

/** What would be stored, as far as the window tells: engines that give results at times of their own are held to it while they run. */
export function findTooLarge(task: RunTask, outputs: number, { horizon, step }: RunWindow, mostValues: number): ItemProblem | undefined {
  if (task.kind === 'calibrate' || (task.kind === 'sweep' && !task.keepSeries)) return undefined
  const members = task.kind === 'sweep' ? sampleCount(task.design) : 1
  const series = members * outputs
  const values = (Math.floor(horizon / step) + 1) * series
  if (task.kind === 'sweep' && series > mostMemberSeries) return { code: 'OUT_OF_BOUNDS', path: [], message: `${series.toLocaleString('en')} series would be kept, and at most ${mostMemberSeries.toLocaleString('en')} are: take fewer members or outputs, or keep their KPIs alone.` }
  if (values > mostValues) return { code: 'OUT_OF_BOUNDS', path: ['step'], message: `The run would give ${values.toLocaleString('en')} values, and at most ${mostValues.toLocaleString('en')} are stored: take a longer step, a shorter horizon, or fewer outputs.` }
  return undefined
}

/** Targets that nothing was measured of in the simulated time. */
export async function findUnmeasured(task: RunTask, { from, horizon }: RunWindow, reads: Pick<SeriesReads, 'readings'>, signal: AbortSignal | undefined): Promise<readonly ItemProblem[]> {
  if (task.kind !== 'calibrate') return []
  const found = await reads.readings(task.targets.map(({ key }) => key), { from, to: from + horizon + 1 }, { first: 1, signal })
  return task.targets.flatMap(({ key: { twin, name } }, index) => (found[index]?.length ? [] : [{
    code: 'MISSING_INPUT', twin, path: ['input', 'targets', String(index)], message: `${name} of ${JSON.stringify(twin)} has no reading in the simulated time, so that there is nothing to agree with.`,
  }]))
}
