import { type BindRequest, type Knob, knobKey } from '../engine.ts'
import type { EpanetInput } from './input.ts'
import { settingUnit } from './interventions.ts'
import type { Mapping } from './mapping.ts'
import type { BoundModel, ModelElement } from './model.ts'
import type { EpanetParameters } from './parameters.ts'
import { affineBetween, type ModelUnits } from './units.ts'
import { type RoleName, vocabulary } from './vocabulary.ts'

export type KnobProperty = 'elevation' | 'baseDemand' | 'head' | 'initialLevel' | 'length' | 'diameter' | 'roughness' | 'minorLoss' | 'speed' | 'setting' | 'leakCoefficient'

type Turnable = Readonly<Partial<Record<KnobProperty, { readonly min?: number; readonly max?: number }>>>
/** Bounds in our units; what must be more than 0 is at least a little. */
const turnable: Readonly<Record<RoleName, Turnable>> = {
  junction: { elevation: {}, baseDemand: {}, leakCoefficient: { min: 0 } },
  reservoir: { head: {} },
  tank: { initialLevel: {} },
  pipe: { length: { min: 1e-3 }, diameter: { min: 1e-2 }, roughness: { min: 1e-6 }, minorLoss: { min: 0 } },
  pump: { speed: { min: 1e-3, max: 10 } },
  valve: { diameter: { min: 1e-2 }, minorLoss: { min: 0 }, setting: { min: 0 } },
}

export interface BoundKnobs {
  readonly knobs: ReadonlyMap<string, Knob>
  /** How the program is to understand a setting of a twin: `value × scale` is in the model's unit. */
  readonly input: EpanetInput['knobs']
}

interface Ground {
  readonly model: BoundModel
  readonly mapping: Mapping
  readonly parameters: EpanetParameters
  readonly contentOf: BindRequest['contentOf']
  /** Tanks whose levels at the start are told otherwise. */
  readonly told: ReadonlySet<number>
}

/** Two parameters, and what twins say of themselves, in the unit that they say it in. */
export function toKnobs({ model, mapping, parameters, contentOf, told }: Ground): BoundKnobs {
  const knobs = new Map<string, Knob>()
  const input: EpanetInput['knobs'][number][] = []
  for (const name of ['demandMultiplier', 'roughnessMultiplier'] as const) {
    knobs.set(knobKey({ kind: 'parameter', name }), { value: parameters[name], unit: undefined, min: 1e-6, max: 100 })
  }
  for (const [element, one] of model.elements.entries()) {
    if (one.twin === '') continue
    for (const [property, bounds] of Object.entries(turnable[one.role]) as [KnobProperty, { readonly min?: number; readonly max?: number }][]) {
      const value = property === 'leakCoefficient' ? 0 : property === 'initialLevel' && told.has(element) ? undefined : one.values.get(property)
      const usual = vocabulary[one.role].properties.find(({ name }) => name === property)?.unit
      const name = mapping.nameOf(one.role, property)
      const unit = contentOf(one.twin, name)?.unit ?? mapping.unitOf(one.role, property) ?? usual
      const affine = usual === undefined || unit === undefined ? { scale: 1, shift: 0 } : affineBetween(unit, usual)
      if (value === undefined || !affine || affine.shift !== 0) continue
      const scale = affine.scale / modelUnit(property, one, model, parameters.leakExponent ?? model.leakExponent)
      const limits = property === 'initialLevel' ? levels(one, model.units) : bounds
      const inUnit = (limit: number | undefined): number | undefined => (limit === undefined ? undefined : limit / affine.scale)
      knobs.set(knobKey({ kind: 'property', twin: one.twin, name }), { value: scale === 1 ? value : value / scale, unit, min: inUnit(limits.min), max: inUnit(limits.max) })
      input.push({ element, twin: one.twin, name, property, scale })
    }
  }
  return { knobs, input }
}

const levels = ({ values }: ModelElement, { length }: ModelUnits): { readonly min?: number; readonly max?: number } => ({ min: (values.get('minLevel') ?? 0) * length, max: (values.get('maxLevel') ?? 1e3) * length })

/** What 1 of the model's unit is in the vocabulary's. */
function modelUnit(property: KnobProperty, element: ModelElement, { units }: BoundModel, leakExponent: number): number {
  switch (property) {
    case 'elevation': case 'head': case 'initialLevel': case 'length': return units.length
    case 'diameter': return units.diameter
    case 'baseDemand': return units.flow
    case 'setting': return settingUnit(element, units)
    case 'leakCoefficient': return units.flow / units.pressure ** leakExponent
    case 'roughness': case 'minorLoss': case 'speed': return 1
  }
}
