import type { RunWindow } from '../engine.ts'
import type { Findings } from '../findings.ts'
import { hint } from './hint.ts'
import type { During, Interventions, LinkAction } from './input.ts'
import type { Mapping } from './mapping.ts'
import type { BoundModel, ModelElement } from './model.ts'
import { parseMoment } from './moments.ts'
import type { EpanetParameters } from './parameters.ts'
import type { RoleName } from './vocabulary.ts'

type Action = Interventions['actions'][number]

export interface InterventionGround {
  readonly model: BoundModel
  readonly parameters: EpanetParameters
  readonly window: RunWindow
  readonly mapping: Mapping
  readonly findings: Findings
  /** Levels of tanks before the start, by twin, where telemetry is to tell them; in metres. */
  readonly latest: ReadonlyMap<string, number>
}

/** What clients want otherwise than the model has it: checked, and in the model's units. */
export function toInterventions(ground: InterventionGround): Interventions {
  const { model: { units, held }, parameters: { leaks, closures, events, demands }, findings } = ground
  const leakScale = units.pressure ** (ground.parameters.leakExponent ?? ground.model.leakExponent) / units.flow
  return {
    leaks: leaks.flatMap((leak, index) => {
      const path = ['parameters', 'leaks', String(index)]
      const [found, during] = [find(ground, leak.twin, path, ['junction', 'pipe'], 'leak'), toDuring(ground, leak, path)]
      if (!found || !during) return []
      const nodes = found.element.kind === 'node' ? [found.index] : found.element.ends.filter((end) => ground.model.elements[end]?.role === 'junction')
      if (nodes.length === 0) findings.refuse('BAD_NETWORK', [...path, 'twin'], `${leak.twin} ends at no junction, and water leaks at junctions.`, { twin: leak.twin })
      return nodes.map((node) => ({ node, coefficient: (leak.coefficient * leakScale) / nodes.length, ...during }))
    }),
    demands: demands.flatMap((demand, index) => {
      const path = ['parameters', 'demands', String(index)]
      const [found, during] = [find(ground, demand.twin, path, ['junction'], 'have a demand'), toDuring(ground, demand, path)]
      const isClear = (demand.value === undefined) !== (demand.factor === undefined)
      if (!isClear) findings.refuse('WRONG_TYPE', path, 'Give exactly one of value and factor.', { twin: demand.twin })
      return found && during && isClear ? [{ node: found.index, value: demand.value === undefined ? null : demand.value / units.flow, factor: demand.factor ?? 1, ...during }] : []
    }),
    levels: toLevels(ground),
    actions: [
      ...closures.flatMap((closure, index) => toClosure(ground, closure, ['parameters', 'closures', String(index)])),
      ...events.flatMap((event, index) => toEvent(ground, event, ['parameters', 'events', String(index)])),
    ].sort((one, other) => one.at - other.at),
    heldAtStart: held,
  }
}

interface Found {
  readonly index: number
  readonly element: ModelElement
}

const linkRoles: readonly RoleName[] = ['pipe', 'pump', 'valve']

function find({ model, findings }: InterventionGround, twin: string, path: readonly string[], roles: readonly RoleName[], what: string): Found | undefined {
  const index = model.byTwin.get(twin)
  const element = index === undefined ? undefined : model.elements[index]
  if (index === undefined || !element) {
    return void findings.refuse('UNKNOWN_TWIN', [...path, 'twin'], `No twin ${JSON.stringify(twin.slice(0, 100))} is an element of the network.${hint(findings, twin, model.byTwin.keys())}`, { twin })
  }
  if (!roles.includes(element.role)) return void findings.refuse('BAD_NETWORK', [...path, 'twin'], `${twin} is a ${element.role}, which cannot ${what}; a ${roles.join(' or ')} can.`, { twin })
  return { index, element }
}

function toDuring(ground: InterventionGround, { from, to }: { readonly from: string | undefined; readonly to: string | undefined }, path: readonly string[]): During | undefined {
  const [start, end] = [moment(ground, from, [...path, 'from']), moment(ground, to, [...path, 'to'])]
  if (start === undefined || end === undefined) return undefined
  const begin = start ?? 0
  if (end !== null && end <= begin) return void ground.findings.refuse('OUT_OF_BOUNDS', [...path, 'to'], `It ends (${to}) before it begins (${from ?? 'the start'}).`)
  return { from: begin, to: end }
}

/** Null where nothing is said, undefined where it is refused. */
function moment({ window, findings }: InterventionGround, text: string | undefined, path: readonly string[]): number | null | undefined {
  if (text === undefined) return null
  const parsed = parseMoment(text, window)
  return parsed.ok ? parsed.value : void findings.refuse('OUT_OF_BOUNDS', path, parsed.problem)
}

function findSwitchable(ground: InterventionGround, twin: string, path: readonly string[]): Found | undefined {
  const found = find(ground, twin, path, linkRoles, 'be opened or shut')
  if (!found?.element.hasCheckValve) return found
  return void ground.findings.refuse('BAD_NETWORK', [...path, 'twin'], `${twin} has a check valve, which EPANET lets nothing else open or shut. Switch a link beside it.`, { twin })
}

function toClosure(ground: InterventionGround, closure: EpanetParameters['closures'][number], path: readonly string[]): readonly Action[] {
  const [found, during] = [findSwitchable(ground, closure.twin, path), toDuring(ground, closure, path)]
  if (!found || !during) return []
  return [action(during.from, found.index, 'HOLD'), ...(during.to === null ? [] : [action(during.to, found.index, 'RELEASE')])]
}

const action = (at: number, link: number, kind: LinkAction, setting: number | null = null): Action => ({ at, link, kind, setting })

function toEvent(ground: InterventionGround, { twin, at, status, setting }: EpanetParameters['events'][number], path: readonly string[]): readonly Action[] {
  const { findings, mapping, model, parameters } = ground
  const [found, time] = [findSwitchable(ground, twin, path), moment(ground, at, [...path, 'at'])]
  if (parameters.assimilate) findings.refuse('BAD_NETWORK', path, 'With assimilate the states are those of the telemetry; closures are possible, events are not.', { twin })
  if (status === undefined && setting === undefined) findings.refuse('WRONG_TYPE', path, 'Give a status, a setting, or both.', { twin })
  if (!found || time === undefined || time === null) return []
  const { index, element } = found
  if (setting !== undefined && element.role === 'pipe') findings.refuse('BAD_NETWORK', [...path, 'setting'], `${twin} is a pipe, which has no setting.`, { twin })
  if (setting !== undefined && setting < 0) findings.refuse('OUT_OF_BOUNDS', [...path, 'setting'], `The setting ${setting} is below 0.`, { twin })
  const kinds: readonly LinkAction[] = status === undefined ? [] : status === 'OPEN' || status === 'CLOSED' ? [status]
    : mapping.open.has(status) ? ['RELEASE', 'OPEN'] : mapping.ready.has(status) ? ['RELEASE', 'CLOSED'] : ['HOLD']
  return [...kinds.map((kind) => action(time, index, kind)), ...(setting === undefined ? [] : [action(time, index, 'SETTING', setting / settingUnit(element, model.units))])]
}

/** What a setting of 1 of the model is in our units. */
export function settingUnit({ role, function: kind }: ModelElement, units: BoundModel['units']): number {
  if (role !== 'valve' || kind === 'TCV' || kind === 'GPV') return 1
  return kind === 'FCV' ? units.flow : units.pressure
}

function toLevels(ground: InterventionGround): Interventions['levels'] {
  const { model: { units, elements }, parameters: { levels }, latest, findings } = ground
  const given = new Map<number, number>()
  for (const [twin, level] of latest) {
    const found = find(ground, twin, ['parameters', 'initialLevels'], ['tank'], 'have a level')
    if (found) given.set(found.index, level)
  }
  for (const [item, { twin, value }] of levels.entries()) {
    const found = find(ground, twin, ['parameters', 'levels', String(item)], ['tank'], 'have a level')
    if (found) given.set(found.index, value)
    const [min, max] = ['minLevel', 'maxLevel'].map((name) => (found?.element.values.get(name) ?? 0) * units.length)
    if (found && min !== undefined && max !== undefined && (value < min || value > max)) findings.refuse('OUT_OF_BOUNDS', ['parameters', 'levels', String(item), 'value'], `A level of ${value} metres is not within the limits of ${twin}, ${min} to ${max}.`, { twin })
  }
  return [...given].map(([node, level]) => ({ node, level: clamp(level / units.length, elements[node]) })).sort((one, other) => one.node - other.node)
}

/** Measured levels may be a little beyond the limits. */
function clamp(level: number, element: ModelElement | undefined): number {
  const [min, max] = [element?.values.get('minLevel') ?? 0, element?.values.get('maxLevel') ?? Infinity]
  return Math.min(Math.max(level, min), max)
}
