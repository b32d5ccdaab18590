import type { BindRequest, InputSeriesName } from '../engine.ts'
import type { Findings } from '../findings.ts'
import { hint } from './hint.ts'
import type { Assimilation } from './input.ts'
import type { BoundModel } from './model.ts'
import type { EpanetParameters } from './parameters.ts'
import { affineBetween } from './units.ts'

export interface BoundAssimilation {
  readonly assimilation: Assimilation
  readonly series: readonly InputSeriesName[]
}

interface Ground {
  readonly model: BoundModel
  readonly parameters: EpanetParameters
  readonly contentOf: BindRequest['contentOf']
  readonly findings: Findings
}

/** What telemetry says of tanks and links is put into the model at each step. */
export function toAssimilation({ model, parameters: { assimilateFrom: { level, state, threshold, twins } }, contentOf, findings }: Ground): BoundAssimilation {
  const series: InputSeriesName[] = []
  const add = (twin: string, name: string): number => series.push({ twin, name, withBefore: true }) - 1
  const levels: Assimilation['levels'][number][] = []
  const states: Assimilation['states'][number][] = []
  const path = ['parameters', 'assimilateFrom']
  const chosen = new Set(twins)
  for (const twin of chosen) {
    const index = model.byTwin.get(twin)
    if (index === undefined) findings.refuse('UNKNOWN_TWIN', [...path, 'twins'], `No twin ${twin} is an element of the network.${hint(findings, twin, model.byTwin.keys())}`, { twin })
    else if (model.elements[index]?.kind !== 'link' || model.elements[index].hasCheckValve) findings.refuse('BAD_NETWORK', [...path, 'twins'], `${twin} is nothing that is opened and shut.`, { twin })
    else if (!isNumeric(contentOf(twin, state))) findings.refuse('MISSING_INPUT', [...path, 'state'], `${twin} has no numeric telemetry ${state}.`, { twin, property: state })
  }
  for (const [index, { twin, role }] of model.elements.entries()) {
    if (twin === '') continue
    if (role === 'tank') {
      const facts = contentOf(twin, level)
      if (!isNumeric(facts)) { findings.ignored(twin, level, `It has no numeric telemetry ${level}, so that its level is the model's.`); continue }
      const affine = affineBetween(facts?.unit ?? 'metre', 'metre', true)
      if (!affine) findings.refuse('WRONG_UNIT', [...path, 'level'], `${level} of ${twin} is in ${facts?.unit ?? ''}, which is no length.`, { twin, property: level })
      else levels.push({ node: index, series: add(twin, level), scale: affine.scale / model.units.length, shift: affine.shift / model.units.length })
    } else if (twins === undefined ? role === 'pump' && isNumeric(contentOf(twin, state)) : chosen.has(twin)) states.push({ link: index, series: add(twin, state), threshold })
    else if (role === 'pump') findings.ignored(twin, state, 'Its state is the model\'s: it has no such numeric telemetry, or is not among assimilateFrom.twins.')
  }
  if (series.length === 0 && findings.issues.length === 0) findings.refuse('MISSING_INPUT', path, `No tank has telemetry ${level}, and no link ${state}: there is nothing to assimilate.`)
  return { assimilation: { levels, states }, series }
}

const isNumeric = (facts: ReturnType<BindRequest['contentOf']>): boolean => facts?.content === 'Telemetry' && (facts.kind === 'float' || facts.kind === 'integer' || facts.kind === 'boolean')
