import { LinkProperty, NodeProperty, Option, type Project } from 'epanet-js'
import { knobKey } from '../../simulation/engine.ts'
import { EngineError, type Setting } from '../../simulation/engine-program.ts'
import type { KnobProperty } from '../../simulation/epanet/knobs.ts'
import type { EpanetInput } from '../../simulation/epanet/input.ts'
import type { BaseState } from './base-state.ts'
import type { Links } from './links.ts'

export interface Applied {
  /** Coefficients of the nodes' emitters. */
  readonly emitters: Float64Array
  /** Base demands of junctions that were set. */
  readonly demands: ReadonlyMap<number, number>
}

/** The order in which properties are set: the toolkit keeps a minor loss for the diameter that it was set with. */
const order: readonly KnobProperty[] = ['elevation', 'head', 'initialLevel', 'baseDemand', 'leakCoefficient', 'length', 'diameter', 'minorLoss', 'roughness', 'speed', 'setting']

/** Everything is set from the model's own values, so that equal settings make equal models, whatever was set before. Throws `EngineError` for what cannot be set. */
export function applySettings(project: Project, { knobs, options }: EpanetInput, base: BaseState, links: Links, settings: readonly Setting[]): Applied {
  const given = new Map(settings.map(({ variable, value }) => [knobKey(variable), value]))
  const parameter = (name: 'demandMultiplier' | 'roughnessMultiplier'): number => take(knobKey({ kind: 'parameter', name })) ?? options[name]
  const take = (key: string): number | undefined => { const value = given.get(key); given.delete(key); return value }
  project.setOption(Option.DemandMult, base.demandMultiplier * parameter('demandMultiplier'))
  const isRougher = given.has(knobKey({ kind: 'parameter', name: 'roughnessMultiplier' })) || options.roughnessMultiplier !== 1
  const multiplier = parameter('roughnessMultiplier')
  const [emitters, roughness, minorLoss, demands] = [base.emitters.slice(), base.roughness.slice(), base.minorLoss.slice(), new Map<number, number>()]
  if (given.size > 0) setProperties()
  if (given.size > 0) throw new EngineError('UNKNOWN_VARIABLE', `EPANET cannot set ${[...given.keys()].slice(0, 3).join(', ')}.`)
  for (const [pipe, value] of roughness.entries()) {
    if (isRougher && !Number.isNaN(value) && value > 0) project.setLinkValue(base.index[pipe] ?? 0, LinkProperty.Roughness, value * multiplier)
  }
  return { emitters, demands }

  function setProperties(): void {
    const chosen = knobs.flatMap(({ element, twin, name, property, scale }) => {
      const value = take(knobKey({ kind: 'property', twin, name }))
      return value === undefined ? [] : [{ element, twin, property, value: scale === 1 ? value : value * scale }]
    })
    for (const one of chosen.sort((left, right) => order.indexOf(left.property) - order.indexOf(right.property))) setProperty(one)
  }

  function setProperty({ element, property, value }: { readonly element: number; readonly property: KnobProperty; readonly value: number }): void {
    const index = base.index[element] ?? 0
    switch (property) {
      case 'elevation': case 'head': project.setNodeValue(index, NodeProperty.Elevation, value); return
      case 'initialLevel': project.setNodeValue(index, NodeProperty.TankLevel, value); return
      case 'baseDemand': project.setBaseDemand(index, 1, value); demands.set(element, value); return
      case 'leakCoefficient': emitters[element] = (emitters[element] ?? 0) + value; project.setNodeValue(index, NodeProperty.Emitter, emitters[element] ?? 0); return
      case 'length': project.setLinkValue(index, LinkProperty.Length, value); return
      case 'diameter': project.setLinkValue(index, LinkProperty.Diameter, value); project.setLinkValue(index, LinkProperty.MinorLoss, minorLoss[element] ?? 0); return
      case 'minorLoss': project.setLinkValue(index, LinkProperty.MinorLoss, value); return
      case 'roughness': roughness[element] = value; project.setLinkValue(index, LinkProperty.Roughness, value); return
      case 'speed': case 'setting': setSetting(element, value)
    }
  }

  function setSetting(link: number, value: number): void {
    links.adjust(link, value)
    links.begin(link, base.isOpen[link] === 1)
  }
}
