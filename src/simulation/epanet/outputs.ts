import { nearest } from '../../util/nearest.ts'
import type { BindRequest, OutputSeries } from '../engine.ts'
import type { Findings } from '../findings.ts'
import type { EpanetInput } from './input.ts'
import type { Mapping } from './mapping.ts'
import type { BoundModel, ModelElement } from './model.ts'
import type { EpanetParameters } from './parameters.ts'
import { affineBetween, type ModelUnits } from './units.ts'
import { type Quantity, roleNames, vocabulary } from './vocabulary.ts'
import { settingUnit } from './interventions.ts'

export interface BoundOutputs {
  readonly outputs: readonly OutputSeries[]
  readonly reads: EpanetInput['reads']
}

interface Ground {
  readonly model: BoundModel
  readonly mapping: Mapping
  readonly parameters: EpanetParameters
  readonly contentOf: BindRequest['contentOf']
  readonly findings: Findings
}

/** Everything that a twin has numeric telemetry for, in the telemetry's unit; of what is asked for, where something is. By the order of twins. */
export function toOutputs({ model, mapping, parameters, contentOf, findings }: Ground): BoundOutputs {
  checkNames(parameters.outputs, findings)
  const outputs: OutputSeries[] = []
  const reads: EpanetInput['reads'][number][] = []
  for (const [element, one] of model.elements.entries()) {
    if (one.twin === '') continue
    for (const { name: quantity, unit } of vocabulary[one.role].outputs) {
      if (!isComputed(quantity, parameters, model) || parameters.outputs?.has(quantity) === false) continue
      const name = mapping.nameOf(one.role, quantity)
      const facts = contentOf(one.twin, name)
      if (facts?.content !== 'Telemetry' || facts.kind === 'json' || facts.kind === 'text') continue
      if (facts.kind === 'boolean' && quantity !== 'open') { findings.ignored(one.twin, name, `${quantity} is a number, the telemetry true or false.`); continue }
      const from = unit ?? ''
      const to = facts.unit ?? mapping.unitOf(one.role, quantity) ?? from
      const affine = affineBetween(from, to, heads.has(quantity))
      if (!affine) { findings.ignored(one.twin, name, `It is in ${to}, which ${from === '' ? 'a number without a unit' : from} does not convert into.`); continue }
      if (from !== to) findings.converted(one.twin, name, from, to)
      const scale = affine.scale * engineUnit(quantity, one, model.units)
      outputs.push({ twin: one.twin, name, kind: facts.kind, ...(scale === 1 && affine.shift === 0 ? {} : { affine: { scale, shift: affine.shift } }) })
      reads.push({ element, quantity })
    }
  }
  if (outputs.length === 0 && findings.issues.length === 0) findings.refuse('MISSING_INPUT', ['parameters', 'outputs'], 'No twin has telemetry for anything of what is asked for: there would be no results. See the outputs of the engine\'s roles, or map their names.')
  return { outputs, reads }
}

const heads: ReadonlySet<Quantity> = new Set<Quantity>(['pressure', 'head', 'level', 'headloss'])

const isComputed = (quantity: Quantity, { quality, demandModel, assimilate }: EpanetParameters, model: BoundModel): boolean =>
  quantity === 'age' ? quality === 'AGE' && !assimilate : quantity === 'trace' ? quality === 'TRACE' && !assimilate : quantity === 'deficit' ? (demandModel ?? model.demandModel) === 'PDA' : true

function checkNames(names: ReadonlySet<string> | undefined, findings: Findings): void {
  const known = new Set<string>(roleNames.flatMap((role) => vocabulary[role].outputs.map(({ name }) => name)))
  for (const [index, name] of [...(names ?? [])].entries()) {
    const near = nearest(name, known)
    if (!known.has(name)) findings.refuse('UNKNOWN_PARAMETER', ['parameters', 'outputs', String(index)], `EPANET has no output ${JSON.stringify(name.slice(0, 60))}.${near === undefined ? ` It has ${[...known].join(', ')}.` : ` Is ${near} meant?`}`)
  }
}

/** How much one of the engine's unit is in the vocabulary's. */
function engineUnit(quantity: Quantity, element: ModelElement, units: ModelUnits): number {
  switch (quantity) {
    case 'pressure': return units.pressure
    case 'head': case 'level': case 'headloss': case 'velocity': return units.length
    case 'demand': case 'deficit': case 'leakage': case 'inflow': case 'flow': return units.flow
    case 'volume': return units.volume
    case 'setting': return settingUnit(element, units)
    case 'age': case 'trace': case 'power': case 'speed': case 'open': return 1
  }
}
