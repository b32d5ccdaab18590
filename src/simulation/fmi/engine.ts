import { sha256 } from '../../util/sha256.ts'
import type { Json } from '../../util/json.ts'
import type { BindRequest, Bound, Engine, EngineDescription, SeriesName, Unbound } from '../engine.ts'
import type { EngineIssue } from '../engine-issue.ts'
import { bindInputs } from './bind-inputs.ts'
import { bindOutputs } from './bind-outputs.ts'
import { bindWires } from './bind-wires.ts'
import { type Findings, type Instance, mostIssues, toInstances } from './instances.ts'
import { type FmiParameters, parameterSchema, type SourceSpec } from './parameters.ts'
import { leaveToStart } from './leave-to-start.ts'
import type { Platform } from './platform.ts'
import type { FmiInput, InputFmu } from './program-input.ts'
import { toStepping } from './stepping.ts'
import { turnOrder } from './turn-order.ts'
import { createTwinSources } from './twin-source.ts'

/** Of the importer. */
const version = '1.0.0'

/** FMUs as engines: co-simulation by FMI 2.0 and 3.0 of one or more of them, for twins and along relationships between twins. `platform`: what its processes run on; `build`: of the modules that drive FMUs. */
export function createFmiEngine({ build, platform = process }: { readonly build: string; readonly platform?: Platform }): Engine {
  const description = describe(platform, build)
  return {
    program: new URL('../../adapters/fmi/program.ts', import.meta.url),
    describe: () => description,
    wants: (request) => telemetryOf(toInstances(request, parametersOf(request), platform, noFindings())),
    bind: (request) => bind(request, platform),
  }
}

const describe = ({ platform, arch }: Platform, build: string): EngineDescription => ({
  id: 'fmi', name: 'FMI co-simulation', version, build: sha256(`fmi ${build} ${platform} ${arch}`),
  description: 'FMUs (Functional Mock-up Units) of FMI 2.0 and 3.0, for co-simulation: models of any tool that exports them, their variables mapped to properties and telemetry of twins, wired along relationships.',
  parameters: parameterSchema, roles: [], over: [],
  kpis: [{ name: 'communicationSteps', unit: undefined, description: 'Steps that all instances made.' }],
  determinism: 'SEEDED', // FMUs are native code: the same bits on the same kind of machine
  isolation: 'PROCESS', cancel: 'COOPERATIVE',
})

// The schema let them through, and has all defaults of what this takes for granted.
const parametersOf = ({ parameters }: BindRequest): FmiParameters => parameters as unknown as FmiParameters
const noFindings = (): Findings => ({ issues: [], report: { mapped: [], defaulted: [], converted: [], ignored: [] } })

function bind(request: BindRequest, platform: Platform): Bound | Unbound {
  const findings = noFindings()
  const parameters = parametersOf(request)
  const instances = toInstances(request, parameters, platform, findings)
  checkTwins(request, instances, findings)
  const sources = createTwinSources(request, findings)
  const inputs = bindInputs(request, instances, sources, findings)
  const fed = new Set(inputs.fed)
  const wires = bindWires(request.network, instances, parameters.wires, inputs.links, fed, findings)
  leaveToStart(instances, fed, findings)
  const outputs = bindOutputs(instances, sources, findings)
  const stepping = toStepping(request.window, parameters, instances, findings.issues)
  const [first, ...more] = findings.issues
  if (first) return { ok: false, issues: more.length + 1 < mostIssues ? [first, ...more] : [first, ...more.slice(0, mostIssues - 1), { code: first.code, path: [], message: `There is more that is wrong than these ${mostIssues}. Mend them and try again.` }] }

  const { order, isCyclic } = turnOrder(instances.length, wires.map(({ from, to }) => ({ from: from.instance, to: to.instance })))
  const fmus = [...new Map(instances.map(({ fmu }) => [fmu.sha256, fmu])).values()]
  const input: FmiInput = {
    fmus: fmus.map(({ sha256: name, binary, description: { version: fmi, modelName, token, capabilities } }): InputFmu => ({ sha256: name, version: fmi, modelName, token, binary, isOncePerProcess: capabilities.isOncePerProcess })),
    instances: instances.map(({ index, name, twin, fmu }) => ({ name, twin: twin ?? null, fmu: fmus.indexOf(fmu), sets: inputs.of[index]?.sets ?? [], series: inputs.of[index]?.series ?? [] })),
    wires, order, isCyclic, outputs: outputs.ports, knobs: [...inputs.knobs].map(([key, { targets }]) => ({ key, targets })), algorithm: parameters.algorithm, ...stepping,
  }
  const mapped = new Set([...inputs.reads, ...instances.flatMap(({ twin }) => twin ?? []), ...outputs.series.map(({ twin }) => twin)])
  for (const { id } of request.network.twins) if (!mapped.has(id)) findings.report.ignored.push({ twin: id, what: 'twin', why: 'No component and no model of the parameters speaks of it.' })
  return {
    ok: true, input: input as unknown as Json, // of JSON's types only, but declared as interfaces, which have no index signature
    artifacts: fmus.map(({ sha256: name }) => name), outputs: outputs.series, series: inputs.series, reads: [...mapped].sort(), report: findings.report,
    knobs: new Map([...inputs.knobs].map(([key, { knob }]) => [key, knob])),
  }
}

/** Twins that components name as their own. */
function checkTwins({ network }: BindRequest, instances: readonly Instance[], { issues }: Findings): void {
  const ids = new Set(network.twins.map(({ id }) => id))
  const unknown = instances.filter(({ twin }) => twin !== undefined && !ids.has(twin))
  issues.push(...unknown.map(({ twin = '', path }): EngineIssue => ({ code: 'UNKNOWN_TWIN', twin, path: [...path, 'twin'], message: `No twin ${JSON.stringify(twin)} is in the network; it is made of the twins of \`of\`, and those that \`over\` leads to.` })))
}

const isTelemetry = (spec: SourceSpec): spec is Extract<SourceSpec, { readonly telemetry: string }> => typeof spec === 'object' && 'telemetry' in spec

const telemetryOf = (instances: readonly Instance[]): readonly SeriesName[] =>
  instances.flatMap(({ twin, mapping }) => Object.values(mapping.inputs ?? {}).filter(isTelemetry).flatMap((spec) => {
    const of = spec.twin ?? twin
    return of === undefined ? [] : [{ twin: of, name: spec.telemetry }]
  }))
