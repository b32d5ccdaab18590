import { InitHydOption, NodeProperty, TimeParameter } from 'epanet-js'
import type { InputSeries, OpenRequest } from '../../simulation/engine-program.ts'
import type { Assimilation } from '../../simulation/epanet/input.ts'
import type { BaseState } from './base-state.ts'
import type { Links } from './links.ts'
import type { Stepping } from './stepper.ts'
import { hearing } from './toolkit.ts'

export interface Synchronizing extends Stepping {
  readonly assimilation: Assimilation
  readonly base: BaseState
  readonly links: Links
  readonly series: readonly InputSeries[]
  readonly from: OpenRequest['window']['from']
}

const second = 1_000_000
const day = 86_400

/** One solution a step, of the levels and states that telemetry tells: no step follows from the one before. */
export async function synchronize(synchronizing: Synchronizing): Promise<void> {
  const { project, input: { times }, interventions, tally, context, solved, read } = synchronizing
  const [patternStart, startTime] = [project.getTimeParameter(TimeParameter.PatternStart), project.getTimeParameter(TimeParameter.StartTime)]
  const follow = createFollower(synchronizing)
  interventions.begin()
  try {
    project.openH()
    for (let at = 0; ; at = Math.min(at + times.step, times.duration)) {
      context.signal.throwIfAborted()
      const warnings = new Set<number>()
      hearing((code) => warnings.add(code), () => {
        project.setTimeParameter(TimeParameter.PatternStart, patternStart + at)
        project.setTimeParameter(TimeParameter.StartTime, (startTime + at) % day)
        follow(at)
        project.initH(at === 0 ? InitHydOption.InitFlow : InitHydOption.NoSave)
        interventions.enter(at)
        project.runH()
      })
      solved(warnings)
      tally.observe()
      tally.last(Math.min(times.step, times.duration - at))
      await context.emit(at * second, read())
      if (at >= times.duration) return
    }
  } finally {
    project.setTimeParameter(TimeParameter.PatternStart, patternStart)
    project.setTimeParameter(TimeParameter.StartTime, startTime)
  }
}

/** Puts the last reading until then of each series into the model. */
function createFollower({ project, assimilation: { levels, states }, base, links, series, from, input, context }: Synchronizing): (at: number) => void {
  const cursors = new Int32Array(series.length).fill(-1)
  const limits = levels.map(({ node }) => [NodeProperty.MinLevel, NodeProperty.MaxLevel].map((limit) => project.getNodeValue(base.index[node] ?? 0, limit)))
  for (const { link } of states) links.control(link, false)
  return (at) => {
    for (const [which, { node, series: place, scale, shift }] of levels.entries()) {
      const value = latest(place, at)
      const [min = 0, max = Infinity] = limits[which] ?? []
      if (value === undefined) lacking(node)
      else project.setNodeValue(base.index[node] ?? 0, NodeProperty.TankLevel, Math.min(Math.max(value * scale + shift, min), max)) // sensors go a little beyond
    }
    for (const { link, series: place, threshold } of states) {
      const value = latest(place, at)
      if (value === undefined) lacking(link)
      else links.begin(link, value > threshold)
    }
  }

  function latest(place: number, at: number): number | undefined {
    const readings = series[place]
    if (!readings) return undefined
    const until = from + at * second
    let cursor = cursors[place] ?? -1
    while ((readings.at[cursor + 1] ?? Infinity) <= until) cursor += 1
    cursors[place] = cursor
    return readings.values[cursor]
  }

  function lacking(element: number): void {
    const { twin, id } = input.elements[element] ?? { twin: '', id: '' }
    context.warn({ code: 'NO_READING', message: `There is no reading of ${id} yet: the model's own value holds.`, twin })
  }
}
