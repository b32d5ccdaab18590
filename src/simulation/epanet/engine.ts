import { nearest } from '../../util/nearest.ts'
import type { BindRequest, Bound, Engine, EngineDescription, SeriesName, Unbound } from '../engine.ts'
import { toAssimilation } from './assimilation.ts'
import { describeEpanet } from './description.ts'
import { createFindings, type Findings } from '../findings.ts'
import type { EpanetInput } from './input.ts'
import { toInterventions } from './interventions.ts'
import { toKnobs } from './knobs.ts'
import { type Mapping, readMapping } from './mapping.ts'
import { modelOfFile } from './model-of-file.ts'
import { modelOfTwins } from './model-of-twins.ts'
import type { BoundModel } from './model.ts'
import { toOutputs } from './outputs.ts'
import { type EpanetParameters, readParameters } from './parameters.ts'
import { toOptions, toTimes } from './settings.ts'
import { affineBetween } from './units.ts'

/** EPANET as an engine. `program`, `version` and `build` are of what computes: the adapter tells them. */
export function createEpanetEngine({ program, ...computing }: Pick<EngineDescription, 'version' | 'build'> & { readonly program: URL }): Engine {
  const description = describeEpanet(computing)
  return { describe: () => description, wants, bind, program }
}

/** Levels of tanks at the start. */
function wants({ network, parameters: given }: BindRequest): readonly SeriesName[] {
  const parameters = readParameters(given)
  if (parameters.initialLevels !== 'TELEMETRY') return []
  const mapping = readMapping(parameters.mapping)
  return network.twins.filter(({ model }) => mapping.roleOf(model) === 'tank').map(({ id }) => ({ twin: id, name: mapping.nameOf('tank', 'level') }))
}

function bind(request: BindRequest): Bound | Unbound {
  const findings = createFindings()
  const parameters = readParameters(request.parameters)
  const mapping = readMapping(parameters.mapping)
  checkMapping(mapping, findings)
  const model = parameters.model === undefined ? modelOfTwins(request, mapping, findings) : modelOfFile(request, parameters.model, parameters.names, mapping, findings)
  const bound = model && bindModel(request, { parameters, mapping, findings, model })
  const [first, ...others] = findings.issues
  if (first) return { ok: false, issues: [first, ...others] }
  if (!bound) throw new Error('EPANET was not bound, and nothing said why')
  return bound
}

interface Ground {
  readonly parameters: EpanetParameters
  readonly mapping: Mapping
  readonly findings: Findings
  readonly model: BoundModel
}

function bindModel(request: BindRequest, { parameters, mapping, findings, model }: Ground): Bound {
  const { window, contentOf } = request
  const { outputs, reads } = toOutputs({ model, mapping, parameters, contentOf, findings })
  const assimilated = parameters.assimilate ? toAssimilation({ model, parameters, contentOf, findings }) : undefined
  const interventions = toInterventions({ model, parameters, window, mapping, findings, latest: latestLevels(request, mapping, parameters, findings) })
  const told = new Set([...interventions.levels, ...assimilated?.assimilation.levels ?? []].map(({ node }) => node))
  const { knobs, input: settable } = toKnobs({ model, mapping, parameters, contentOf, told })
  const input: EpanetInput = {
    model: model.model, units: model.units,
    elements: model.elements.map(({ kind, id, twin, role, values }) => ({ kind, id, twin, role, setting: values.get(role === 'pump' ? 'speed' : 'setting') ?? null })),
    times: toTimes(parameters, window, findings),
    options: toOptions(parameters, model, findings),
    interventions, reads, assimilation: assimilated?.assimilation ?? null, knobs: settable,
  }
  return {
    ok: true, input, artifacts: parameters.model === undefined ? [] : [parameters.model], outputs, series: assimilated?.series ?? [],
    reads: [...model.byTwin.keys()].sort(), report: findings.report, knobs,
  }
}

function checkMapping({ unknown }: Mapping, findings: Findings): void {
  for (const { path, name, known } of unknown) {
    const near = nearest(name, known)
    findings.refuse('UNKNOWN_PARAMETER', ['parameters', ...path], `EPANET knows no ${name} there.${near === undefined ? ` It knows ${known.join(', ')}.` : ` Is ${near} meant?`}`)
  }
}

/** In metres. */
function latestLevels({ network, latest, contentOf }: BindRequest, mapping: Mapping, { initialLevels }: EpanetParameters, findings: Findings): ReadonlyMap<string, number> {
  const levels = new Map<string, number>()
  if (initialLevels !== 'TELEMETRY') return levels
  const name = mapping.nameOf('tank', 'level')
  for (const { id } of network.twins.filter(({ model }) => mapping.roleOf(model) === 'tank')) {
    const value = latest.get(JSON.stringify([id, name]))
    const affine = affineBetween(contentOf(id, name)?.unit ?? mapping.unitOf('tank', 'level') ?? 'metre', 'metre', true)
    if (value === undefined) findings.defaulted(id, name, 'MODEL', 'There is no reading before the start.')
    else if (!affine) findings.refuse('WRONG_UNIT', ['parameters', 'initialLevels'], `${name} of ${id} is in ${contentOf(id, name)?.unit ?? ''}, which is no length.`, { twin: id, property: name })
    else levels.set(id, value * affine.scale + affine.shift)
  }
  return levels
}
