import { NodeProperty, type Project } from 'epanet-js'
import type { During, EpanetInput } from '../../simulation/epanet/input.ts'
import type { BaseState } from './base-state.ts'
import type { Links, LinkState } from './links.ts'

/** Leaks, closures, events and demands, as time goes. Times are seconds since the start. */
export interface LiveInterventions {
  /** Before the first step, and before the toolkit begins: whatever an earlier run left is as at the start again. */
  begin(): void
  /** Before the solution of that time. */
  enter(at: number): void
  /** When the next thing happens; Infinity: nothing more. */
  next(at: number): number
}

/** `emitters`: coefficients without these leaks; `controls`: whether controls act at all. */
export function createLiveInterventions(project: Project, { elements, interventions, options, assimilation }: EpanetInput, base: BaseState, links: Links, emitters: Float64Array): LiveInterventions {
  const { leaks, demands, actions, levels, heldAtStart } = interventions
  const times = [...new Set([...[...leaks, ...demands].flatMap(({ from, to }) => (to === null ? [from] : [from, to])), ...actions.map(({ at }) => at)])].sort((one, other) => one - other)
  const leaking = [...new Set(leaks.map(({ node }) => node))]
  const switched = [...new Set([...actions.map(({ link }) => link), ...heldAtStart])]
  const adjusted = new Map(actions.flatMap(({ link, kind }) => (kind === 'SETTING' ? [[link, links.settings[link] ?? Number.NaN] as const] : [])))
  const followed = new Set(assimilation?.states.map(({ link }) => link))
  const held = new Map<number, Holding>()
  let [done, dueTimes] = [0, 0]

  return {
    begin() {
      done = 0
      dueTimes = 0
      held.clear()
      for (const [link, setting] of adjusted) links.adjust(link, setting)
      for (const link of switched) { control(link); links.begin(link, base.isOpen[link] === 1) }
      for (const link of heldAtStart) hold(link, { isOpen: base.isOpen[link] === 1, setting: Number.NaN })
      for (const { node, level } of levels) project.setNodeValue(base.index[node] ?? 0, NodeProperty.TankLevel, level)
      spread(0)
    },
    enter(at) {
      if ((times[dueTimes] ?? Infinity) <= at) {
        while ((times[dueTimes] ?? Infinity) <= at) dueTimes += 1
        spread(at)
      }
      for (let action = actions[done]; action && action.at <= at; action = actions[done]) { done += 1; act(action) }
      for (const link of held.keys()) if (links.state(link).isOpen) links.shut(link) // rules act on what they will
    },
    next: () => times[dueTimes] ?? Infinity,
  }

  function act({ link, kind, setting }: EpanetInput['interventions']['actions'][number]): void {
    switch (kind) {
      case 'HOLD': hold(link, links.state(link)); links.shut(link); return
      case 'RELEASE': release(link); return
      case 'OPEN': links.open(link); break
      case 'CLOSED': links.shut(link); break
      case 'SETTING': set(link, setting ?? Number.NaN)
    }
    const holding = held.get(link)
    if (holding) held.set(link, { ...holding, before: links.state(link) }) // as it will be afterwards
  }

  /** Also when it is opened again, but for a pump that is stopped thereby. */
  function set(link: number, setting: number): void {
    if (setting > 0 || elements[link]?.role !== 'pump') links.adjust(link, setting)
    links.set(link, setting)
  }

  function hold(link: number, before: LinkState): void {
    const holding = held.get(link)
    held.set(link, { times: (holding?.times ?? 0) + 1, before: holding?.before ?? before })
    links.control(link, false)
  }

  function release(link: number): void {
    const holding = held.get(link)
    if (!holding) return
    if (holding.times > 1) { held.set(link, { ...holding, times: holding.times - 1 }); return }
    held.delete(link)
    control(link)
    if (!assimilation) links.restore(link, holding.before) // there, each step begins with what is known of it
  }

  function control(link: number): void {
    links.control(link, options.controls && !followed.has(link))
  }

  function spread(at: number): void {
    for (const node of leaking) {
      const more = leaks.reduce((sum, leak) => sum + (leak.node === node && isDuring(leak, at) ? leak.coefficient : 0), 0)
      project.setNodeValue(base.index[node] ?? 0, NodeProperty.Emitter, (emitters[node] ?? 0) + more)
    }
    for (const [node, categories] of base.demands) {
      const active = demands.filter((demand) => demand.node === node && isDuring(demand, at))
      const value = active.findLast((demand) => demand.value !== null)?.value ?? null
      const factor = active.reduce((product, demand) => product * demand.factor, 1)
      for (const [category, demand] of categories.entries()) project.setBaseDemand(base.index[node] ?? 0, category + 1, (value === null ? demand : category === 0 ? value : 0) * factor)
    }
  }
}

/** Shut by so many at once, and as it was before. */
interface Holding {
  readonly times: number
  readonly before: LinkState
}

const isDuring = ({ from, to }: During, at: number): boolean => at >= from && (to === null || at < to)
