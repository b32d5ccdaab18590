import { nearest } from '../../util/nearest.ts'
import type { EngineIssue } from '../engine-issue.ts'
import type { BindRequest, BindingReport } from '../engine.ts'
import type { NetworkTwin } from '../network.ts'
import { readArchive } from './archive.ts'
import { type ModelDescription, parseModelDescription } from './model-description.ts'
import type { FmiParameters, VariableMapping } from './parameters.ts'
import { binaryPath, type Platform, platformsOf } from './platform.ts'
import type { Parsed } from './xml.ts'

/** An FMU that can be computed with here. */
export interface ReadFmu {
  readonly sha256: string
  readonly description: ModelDescription
  /** Path of the binary inside. */
  readonly binary: string
}

export interface Instance {
  readonly index: number
  readonly name: string
  readonly fmu: ReadFmu
  /** Whose properties and telemetry are meant where none is named. */
  readonly twin: string | undefined
  readonly mapping: VariableMapping
  /** Where its mapping is in the mutation's input. */
  readonly path: readonly string[]
}

/** What binding has found so far. */
export interface Findings {
  readonly issues: EngineIssue[]
  readonly report: { readonly [Part in keyof BindingReport]: BindingReport[Part][number][] }
}

/** A client is told of so many at once. */
export const mostIssues = 1_000
/** A process has 8,192 callbacks of native code, and every instance takes one. */
const mostInstances = 8_000
/** Parameters and inputs of all instances together: each is told, and many can be turned. */
const mostVariables = 200_000
/** What was read from content, as long as somebody holds it: a request is bound in two steps. */
const known = new WeakMap<Uint8Array, Parsed<ReadFmu>>()

/** Components, and every twin of the models, as instances of their FMUs. */
export function toInstances({ network, artifacts }: BindRequest, parameters: FmiParameters, platform: Platform, { issues, report }: Findings): readonly Instance[] {
  const fmus = new Map<string, ReadFmu | undefined>()
  const fmuOf = (sha256: string, path: readonly string[]): ReadFmu | undefined => {
    if (!fmus.has(sha256)) fmus.set(sha256, readFmu(sha256, artifacts.get(sha256), platform, path, issues))
    return fmus.get(sha256)
  }
  const instances: Instance[] = []
  const names = new Set<string>()
  const add = (name: string, twin: string | undefined, sha256: string, mapping: VariableMapping, path: readonly string[]): void => {
    if (names.has(name)) issues.push({ code: 'BAD_NETWORK', path, message: `Two components are called ${JSON.stringify(name)}. A twin of a model that is mapped is one as well, named by its id.` })
    names.add(name)
    const fmu = fmuOf(sha256, [...path, 'fmu'])
    if (!fmu) return
    instances.push({ index: instances.length, name, fmu, twin, mapping, path })
    if (twin !== undefined) report.mapped.push({ twin, role: fmu.description.modelName, as: name })
  }
  for (const [at, component] of parameters.components.entries()) add(component.name, component.twin, component.fmu, component, ['parameters', 'components', String(at)])
  for (const [at, each] of parameters.models.entries()) {
    const path = ['parameters', 'models', String(at)]
    const twins = network.twins.filter(({ model }) => model === each.model)
    if (twins.length === 0) issues.push(noSuchModel(each.model, network.twins, [...path, 'model']))
    for (const { id } of twins) add(id, id, each.fmu, each, path)
  }
  if (instances.length === 0 && issues.length === 0) issues.push({ code: 'BAD_NETWORK', path: ['parameters'], message: 'There is nothing to simulate: name FMUs in components, or in models, for the twins of a model.' })
  checkOncePerProcess(instances, issues)
  return fits(instances, issues) ? instances : []
}

function fits(instances: readonly Instance[], issues: EngineIssue[]): boolean {
  const sizes = new Map(instances.map(({ fmu }) => [fmu, [...fmu.description.variables.values()].filter(({ causality }) => causality === 'parameter' || causality === 'input').length]))
  const variables = instances.reduce((sum, { fmu }) => sum + (sizes.get(fmu) ?? 0), 0)
  if (instances.length > mostInstances) issues.push({ code: 'OUT_OF_BOUNDS', path: ['parameters'], message: `There are ${instances.length} instances of FMUs; at most ${mostInstances} are taken. Map fewer twins.` })
  else if (variables > mostVariables) issues.push({ code: 'OUT_OF_BOUNDS', path: ['parameters'], message: `The ${instances.length} instances of FMUs have ${variables} parameters and inputs; at most ${mostVariables} are taken. Map fewer twins, or export the FMU with fewer parameters.` })
  else return true
  return false
}

function noSuchModel(model: string, twins: readonly NetworkTwin[], path: readonly string[]): EngineIssue {
  const there = [...new Set(twins.map((twin) => twin.model))]
  const meant = nearest(model, there)
  return { code: 'BAD_NETWORK', path, message: `No twin of the network is of the model ${JSON.stringify(model)}.${meant === undefined ? ` There are ${there.slice(0, 10).join(', ')}.` : ` Did you mean ${meant}?`}` }
}

function readFmu(sha256: string, bytes: Uint8Array | undefined, platform: Platform, path: readonly string[], issues: EngineIssue[]): ReadFmu | undefined {
  if (!bytes) {
    issues.push({ code: 'UNKNOWN_ARTIFACT', path, message: `There is no artifact ${sha256}. PUT the FMU to /artifacts/${sha256}.` })
    return undefined
  }
  const read = known.get(bytes) ?? toFmu(sha256, bytes, platform)
  known.set(bytes, read)
  if (read.ok) return read.value
  issues.push({ code: 'BAD_ARTIFACT', path, message: `The artifact ${sha256.slice(0, 12)}… cannot be used as an FMU: ${read.problem}` })
  return undefined
}

function toFmu(sha256: string, bytes: Uint8Array, platform: Platform): Parsed<ReadFmu> {
  const archive = readArchive(bytes)
  if (!archive.ok) return archive
  const description = parseModelDescription(archive.value.description)
  if (!description.ok) return description
  const { version, identifier, capabilities } = description.value
  if (capabilities.needsExecutionTool) return { ok: false, problem: `it needs the tool that made it (${description.value.tool ?? 'which it does not name'}). Export it to stand alone.` }
  const binary = binaryPath(version, identifier, platform)
  if (binary !== undefined && archive.value.files.has(binary)) return { ok: true, value: { sha256, description: description.value, binary } }
  const there = platformsOf(archive.value.files)
  return { ok: false, problem: `it has no binary for this machine (${binary ?? `${platform.arch} on ${platform.platform}, which FMI ${version} has no name for`}), but ${there.length === 0 ? 'none at all' : `for ${there.join(', ')}`}. Export it for this platform.` }
}

function checkOncePerProcess(instances: readonly Instance[], issues: EngineIssue[]): void {
  const seen = new Set<string>()
  for (const { fmu, path, name } of instances) {
    if (!fmu.description.capabilities.isOncePerProcess) continue
    if (seen.has(fmu.sha256)) issues.push({ code: 'BAD_NETWORK', path, message: `The FMU ${fmu.description.modelName} can be instantiated only once, and ${name} is not the first. Map it to one twin only, or export it without canBeInstantiatedOnlyOncePerProcess.` })
    seen.add(fmu.sha256)
  }
}
