import { NodeProperty, type Project } from 'epanet-js'
import type { During, EpanetInput } from '../../simulation/epanet/input.ts'
import type { BaseState } from './base-state.ts'
import type { Links } from './links.ts'

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
export function createLiveInterventions(project: Project, { interventions, options }: EpanetInput, base: BaseState, links: Links, emitters: Float64Array): LiveInterventions {
  const { leaks, demands, actions, levels, heldAtStart } = interventions
  const times = [...new Set([...[...leaks, ...demands].flatMap(({ from, to }) => (to === null ? [from] : [from, to])), ...actions.map(({ at }) => at)])].sort((one, other) => one - other)
  const leaking = [...new Set(leaks.map(({ node }) => node))]
  const switched = [...new Set([...actions.map(({ link }) => link), ...heldAtStart])]
  const held = new Map<number, number>()
  let [done, dueTimes] = [0, 0]

  return {
    begin() {
      done = 0
      dueTimes = 0
      held.clear()
      for (const link of switched) { links.control(link, options.controls); links.begin(link, base.isOpen[link] === 1) }
      for (const link of heldAtStart) hold(link)
      for (const { node, level } of levels) project.setNodeValue(base.index[node] ?? 0, NodeProperty.TankLevel, level)
      spread(0)
    },
    enter(at) {
      if ((times[dueTimes] ?? Infinity) <= at) {
        while ((times[dueTimes] ?? Infinity) <= at) dueTimes += 1
        spread(at)
      }
      for (let action = actions[done]; action && action.at <= at; action = actions[done]) { done += 1; act(action) }
      for (const [link, times] of held) if (times > 0 && links.isOpen(link)) links.shut(link) // rules act on what they will
    },
    next: () => times[dueTimes] ?? Infinity,
  }

  function act({ link, kind, setting }: EpanetInput['interventions']['actions'][number]): void {
    switch (kind) {
      case 'HOLD': hold(link); links.shut(link); return
      case 'RELEASE': release(link); return
      case 'OPEN': links.open(link); return
      case 'CLOSED': links.shut(link); return
      case 'SETTING': if (setting !== null) links.set(link, setting)
    }
  }

  function hold(link: number): void {
    held.set(link, (held.get(link) ?? 0) + 1)
    links.control(link, false)
  }

  function release(link: number): void {
    const times = held.get(link) ?? 0
    if (times === 0) return
    held.set(link, times - 1)
    if (times > 1) return
    links.control(link, options.controls)
    if (base.isOpen[link] === 1) links.open(link)
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

const isDuring = ({ from, to }: During, at: number): boolean => at >= from && (to === null || at < to)
